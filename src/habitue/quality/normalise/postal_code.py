"""Postal codes in the shape of their country, with the leading zero that spreadsheets lose."""

from __future__ import annotations

import re
from collections.abc import Mapping

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.result import Normalised, Problem
from habitue.quality.normalise.text import says_nothing, tidy

_DIGITS: Mapping[str, int] = {
    **dict.fromkeys(["DE", "FR", "IT", "ES", "FI", "EE", "HR", "LT", "UA", "TR", "MX", "RS", "ME", "BA"], 5),
    **dict.fromkeys(["AT", "CH", "LI", "BE", "DK", "NO", "LU", "HU", "SI", "BG", "CY", "LV", "AU", "NZ", "ZA"], 4),
    **dict.fromkeys(["RU", "BY", "KZ", "RO", "CN", "IN", "SG", "KG"], 6),
}
# digits in all, where the space or dash stands
_GROUPED: Mapping[str, tuple[int, int, str]] = {
    "SE": (5, 3, " "), "CZ": (5, 3, " "), "SK": (5, 3, " "), "GR": (5, 3, " "),
    "PL": (5, 2, "-"), "PT": (7, 4, "-"), "BR": (8, 5, "-"), "JP": (7, 3, "-"),
}  # fmt: skip
_LETTERED: Mapping[str, tuple[re.Pattern[str], int]] = {
    "GB": (re.compile(r"(?:[A-Z]{1,2}\d[A-Z\d]?|GIR)\d[A-Z]{2}", re.ASCII), -3),
    "CA": (re.compile(r"[A-Z]\d[A-Z]\d[A-Z]\d", re.ASCII), -3),
    "NL": (re.compile(r"\d{4}[A-Z]{2}", re.ASCII), 4),
    "IE": (re.compile(r"[A-Z]\d[\dW][A-Z\d]{4}", re.ASCII), 3),
}
_LOSES_ZERO = frozenset(["DE", "FR", "IT", "ES", "FI", "EE", "HR", "UA", "TR", "MX", "US"])
_SEPARATORS = re.compile(r"[\s.\-–]+")
_SHAPE = _("“%(value)s” is not a postal code in the country %(country)s.")
_UNREADABLE = _("“%(value)s” is not a postal code.")
_ZERO = _("The leading zero was missing and has been put back.")


def normalise_postal_code(value: str, *, country: str | None = None) -> Normalised | Problem:
    """A code as its country writes it (`01067`, `SW1A 1AA`, `10115-1234`); without a country only tidied."""
    text = tidy(value).upper()
    if re.fullmatch(r"\d+\.0", text, re.ASCII):
        text = text[:-2]
    if says_nothing(text) or not any(map(str.isalnum, text)) or len(text) > 16:
        return Problem("postal_code_unreadable", _UNREADABLE, {"value": value[:200]})
    if country is None:
        return Normalised(text)
    compact = _SEPARATORS.sub("", text)
    shown = _shaped(
        re.sub(rf"^(?:{country}|[ADF](?=\d)|CH(?=\d))", "", compact) if country not in _LETTERED else compact, country
    )
    if shown is None:
        return Problem("postal_code_shape", _SHAPE, {"value": value[:200], "country": country})
    if shown == "":
        return Normalised(text)
    lost_zero = shown.startswith("0") and not compact.lstrip("DFE-").startswith("0")
    return Normalised(shown, note=_ZERO if lost_zero else None)


def _shaped(compact: str, country: str) -> str | None:
    """The code in its country's shape; None when it has another, empty when we know no shape."""
    if country in _LETTERED:
        shape, split = _LETTERED[country]
        return f"{compact[:split]} {compact[split:]}" if shape.fullmatch(compact) else None
    if country == "US":
        return _american(compact)
    if country in _GROUPED:
        length, split, sign = _GROUPED[country]
        return f"{compact[:split]}{sign}{compact[split:]}" if _is_code(compact, length) else None
    if country not in _DIGITS:
        return ""
    length = _DIGITS[country]
    if country in _LOSES_ZERO and _is_code(compact, length - 1):
        compact = "0" + compact
    return compact if _is_code(compact, length) else None


def _american(compact: str) -> str | None:
    if _is_code(compact, 9) or _is_code(compact, 8):
        compact = compact.zfill(9)
        return f"{compact[:5]}-{compact[5:]}"
    return compact.zfill(5) if any(_is_code(compact, length) for length in (3, 4, 5)) else None


def _is_code(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()
