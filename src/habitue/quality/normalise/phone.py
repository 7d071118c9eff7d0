"""Telephone numbers to E.164, read with the country of the row, and numbers that identify nobody."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.result import Normalised, Problem
from habitue.quality.normalise.text import tidy

_LABEL = re.compile(
    r"^(?:tel(?:efon|ephone)?|phone|fon|mobil(?:e|telefon)?|mob|cell|handy|privat|work|home|whatsapp"
    r"|тел(?:ефон)?|моб(?:ильный)?|сот|[pmt])\b\s*[.:]*\s*(?=[+(\d])",
    re.IGNORECASE,
)
_EXTENSION = re.compile(
    r"[\s,;]*(?:extension|ext\.?|x|#|durchwahl|dw\.?|app\.?|nst\.?|доб\.?|добавочный)\s*[.:]?\s*(\d{1,6})\s*\Z",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\s*[;|]\s*|\s+(?:oder|or|und|and|или|и)\s+|\s*[/,]\s*(?=[+0])|\s*,\s+|\s+/\s+", re.IGNORECASE)
_ROUNDED = re.compile(r"\d[.,]\d+e\+?\d+", re.IGNORECASE)
_NON_DIGITS = re.compile(r"\D+")
_REPEATED = re.compile(r"\d{0,3}?(\d)\1{5,}")
_REPEATED_END = re.compile(r"(\d)\1{6,}$")
_COUNTED = re.compile(r"\d{0,3}?0?(?:1?2345678?9?0?|9876543(?:21?0?)?)")
_LETTERS = re.compile(r"[^\W\d_]")

_UNREADABLE = _("“%(value)s” is not a telephone number.")
_HAS_LETTERS = _("“%(value)s” has letters in it, so it is not a telephone number.")
_WAS_ROUNDED = _("“%(value)s” was rounded by a spreadsheet; the last digits are lost.")
_NO_COUNTRY = _("“%(value)s” has no country code, and the country is not known.")
_INVENTED = _("This looks like a number invented to fill a field; it will link nobody.")
_DOUBTFUL = _("This number does not exist in its country; it may be mistyped.")


def normalise_phone(value: str, *, country: str | None = None) -> Normalised | Problem:
    """A number as E.164 (`+491711234567`); `country` (ISO 3166 alpha-2) reads numbers without a country code.

    `also` may hold `phone_extension`, and for a second number in the cell `phone_2` with `phone_2_kind`
    (`mobile` or `other`).
    """
    text = _LABEL.sub("", tidy(value))
    parts = _parts(text)
    answers = [_one(part, country=country, shown=value) for part in parts]
    good = [answer for answer in answers if isinstance(answer, Normalised)]
    if not good:
        return answers[0]
    others = [answer.value for answer in good[1:] if answer.value != good[0].value]
    if not others:
        return good[0]
    second = {"phone_2": others[0], "phone_2_kind": _kind(others[0])}
    return Normalised(good[0].value, {**good[0].also, **second}, good[0].note)


def is_blocked_phone(number: str) -> bool:
    """Whether a number was invented to fill a field (`0000…`, `1234567`) and must link no people."""
    digits = _NON_DIGITS.sub("", number)
    made_up = _REPEATED.fullmatch(digits) or _COUNTED.fullmatch(digits) or _REPEATED_END.search(digits)
    return len(digits) < 5 or bool(made_up)


def _parts(text: str) -> list[str]:
    parts = [part for part in _SEVERAL.split(text) if part]
    # "030 / 123456" is one number with its area code: two numbers need digits enough on both sides.
    if len(parts) > 1 and all(sum(map(str.isdigit, part)) >= 7 for part in parts[:2]):
        return parts[:4]
    return [text]


def _one(text: str, *, country: str | None, shown: str) -> Normalised | Problem:
    params = {"value": shown[:200]}
    if _ROUNDED.fullmatch(text):
        return Problem("phone_rounded", _WAS_ROUNDED, params)
    number, extension = _split_extension(_LABEL.sub("", text.removesuffix(".0")))
    if _LETTERS.search(number):
        return Problem("phone_letters", _HAS_LETTERS, params)
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException as error:
        if country is None and error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            return Problem("phone_country_unknown", _NO_COUNTRY, params)
        return Problem("phone_unreadable", _UNREADABLE, params)
    if not phonenumbers.is_possible_number(parsed) or (parsed.national_number or 0) < 10_000:
        return Problem("phone_unreadable", _UNREADABLE, params)
    is_valid = phonenumbers.is_valid_number(parsed)
    whole = _with_its_country_code(number, parsed.country_code or 0)
    # Nobody writes a landline without its zero, but many a mobile number has lost its plus.
    if whole is not None and (not is_valid or _is_mobile(whole)):
        parsed, is_valid = whole, True
    extension = extension or parsed.extension or ""
    value = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    note = _INVENTED if is_blocked_phone(value) else None if is_valid else _DOUBTFUL
    return Normalised(value, {"phone_extension": extension} if extension else {}, note)


def _with_its_country_code(number: str, country_code: int) -> phonenumbers.PhoneNumber | None:
    """`491715554321` read as an international number that lost its plus sign, when that is a valid number."""
    digits = _NON_DIGITS.sub("", number)
    if number.lstrip("( ").startswith("+") or not digits.startswith(str(country_code)):
        return None
    try:
        whole = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return None
    return whole if whole.country_code == country_code and phonenumbers.is_valid_number(whole) else None


def _split_extension(text: str) -> tuple[str, str]:
    found = _EXTENSION.search(text)
    return (text[: found.start()], found[1]) if found and found.start() > 5 else (text, "")


def _kind(number: str) -> str:
    return "mobile" if _is_mobile(phonenumbers.parse(number, None)) else "other"


def _is_mobile(number: phonenumbers.PhoneNumber) -> bool:
    return bool(phonenumbers.number_type(number) == PhoneNumberType.MOBILE)


@lru_cache(maxsize=100_000)
def country_of_phone(number: str) -> str | None:
    """The country (ISO 3166) that an E.164 number is dialled in, None where no single one is."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None
