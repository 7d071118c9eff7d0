"""VAT ids: shape by country, with the check digits of those countries whose rule is short and certain."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.result import Normalised, Problem
from habitue.quality.normalise.text import tidy

_SHAPES: Mapping[str, str] = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}",
    "DE": r"[1-9]\d{8}", "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}", "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}", "HR": r"\d{11}", "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", "IT": r"\d{11}", "LT": r"(?:\d{9}|\d{12})", "LU": r"\d{8}",
    "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"[A-Z0-9+*]{10}\d{2}", "PL": r"\d{10}", "PT": r"\d{9}",
    "RO": r"\d{2,10}", "SE": r"\d{10}01", "SI": r"\d{8}", "SK": r"\d{10}", "XI": r"\d{9}(?:\d{3})?",
    "GB": r"(?:\d{9}(?:\d{3})?|GD[0-4]\d\d|HA[5-9]\d\d)", "CHE": r"\d{9}", "NO": r"\d{9}",
    "RU": r"(?:\d{10}|\d{12})",
}  # fmt: skip
_PREFIX_OF = {"GR": "EL", "CH": "CHE", "LI": "CHE"}
_PATTERNS = {prefix: re.compile(shape, re.ASCII) for prefix, shape in _SHAPES.items()}
_LABEL = re.compile(
    r"^(?:ust\.?-?id(?:-?nr)?\.?|ust-?idnr\.?|uid(?:-nr)?\.?|vat(?:\s*(?:id|no|reg))*\.?|tva|инн|mwst\.?)\s*[:.]?\s*",
    re.IGNORECASE,
)
_UNREADABLE = _("“%(value)s” is not a VAT id.")
_NO_COUNTRY = _("“%(value)s” does not begin with its country's letters.")
_CHECK = _("The check digit of “%(value)s” is wrong; probably a digit was mistyped.")


def normalise_vat(value: str, *, country: str | None = None) -> Normalised | Problem:
    """The id in capitals without spaces and with its country's prefix (`DE136695976`, `ATU13585627`)."""
    compact = re.sub(r"[\s.\-/]", "", _LABEL.sub("", tidy(value)).upper())
    params = {"value": value[:200]}
    prefix, number = _split(compact, country)
    if not number:
        return Problem("vat_unreadable", _UNREADABLE, params)
    if not prefix:
        return Problem("vat_country_unknown", _NO_COUNTRY, params)
    if not _PATTERNS[prefix].fullmatch(number):
        return Problem("vat_unreadable", _UNREADABLE, params)
    check = _CHECKS.get(prefix)
    if check is not None and not check(number):
        return Problem("vat_check_digit", _CHECK, params)
    return Normalised(prefix + number)


def _split(compact: str, country: str | None) -> tuple[str, str]:
    """(prefix, number); the prefix is empty when neither the id nor the row tells its country."""
    if compact.startswith("CHE"):
        return "CHE", re.sub(r"(?:MWST|TVA|IVA|HR)\Z", "", compact[3:])
    if compact.startswith("GR") and compact[2:].isdigit():
        return "EL", compact[2:]
    if compact[:2] in _PATTERNS:
        return compact[:2], compact[2:]
    own = _PREFIX_OF.get(country or "", country or "")
    return (own if own in _PATTERNS else ""), compact


def _german(number: str) -> bool:
    product = 10
    for digit in number[:8]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10 == int(number[8])


def _austrian(number: str) -> bool:
    digits = [int(digit) for digit in number[1:]]
    doubled = sum(2 * digit // 10 + 2 * digit % 10 for digit in digits[1:7:2])
    return (96 - doubled - sum(digits[0:7:2])) % 10 == digits[7]


def _belgian(number: str) -> bool:
    return 97 - int(number[:8]) % 97 == int(number[8:])


def _italian(number: str) -> bool:
    return sum(sum(divmod(int(digit) * (1 + at % 2), 10)) for at, digit in enumerate(number)) % 10 == 0


def _polish(number: str) -> bool:
    return _weighted(number, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(number[9])


def _russian(number: str) -> bool:
    ten = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    if len(number) == 10:
        return _weighted(number, ten) % 11 % 10 == int(number[9])
    eleven = (7, *ten)
    twelve = (3, *eleven)
    return all(_weighted(number, by) % 11 % 10 == int(number[len(by)]) for by in (eleven, twelve))


def _weighted(number: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "DE": _german,
    "AT": _austrian,
    "BE": _belgian,
    "IT": _italian,
    "PL": _polish,
    "RU": _russian,
}
