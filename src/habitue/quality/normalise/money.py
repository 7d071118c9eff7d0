"""Amounts of money to Decimal and a currency, and whole numbers, however the country writes them. Never a float."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

import pycountry

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.result import Normalised, Problem
from habitue.quality.normalise.text import tidy

# What the lake keeps: DECIMAL(18,4).
_LARGEST = Decimal(10) ** 14
_STEP, _CENT = Decimal("0.0001"), Decimal("0.01")

_COMMA_COUNTRIES = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "BR",
        "BY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "ID",
        "IT",
        "KZ",
        "LT",
        "LU",
        "LV",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "RS",
        "RU",
        "SE",
        "SI",
        "SK",
        "TR",
        "UA",
        "VN",
        "AR",
        "CL",
        "CO",
    ]
)
_SIGNS: Mapping[str, str] = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "евро": "EUR",
    "£": "GBP", "₽": "RUB", "руб": "RUB", "рублей": "RUB", "рубля": "RUB", "рубль": "RUB", "р": "RUB", "rur": "RUB",
    "us$": "USD", "dollar": "USD", "dollars": "USD", "доллар": "USD", "долл": "USD",
    "a$": "AUD", "ca$": "CAD", "c$": "CAD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "r$": "BRL",
    "fr": "CHF", "sfr": "CHF", "franken": "CHF", "zł": "PLN", "zl": "PLN", "kč": "CZK", "ft": "HUF", "lei": "RON",
    "₴": "UAH", "грн": "UAH", "₺": "TRY", "tl": "TRY", "₸": "KZT", "₹": "INR", "rs": "INR", "₪": "ILS", "₩": "KRW",
}  # fmt: skip
_DOLLARS: Mapping[str, str] = {
    "AU": "AUD", "CA": "CAD", "NZ": "NZD", "HK": "HKD", "SG": "SGD", "MX": "MXN", "AR": "ARS", "CL": "CLP", "CO": "COP",
}  # fmt: skip
_CROWNS: Mapping[str, str] = {"SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK"}
_YENS: Mapping[str, str] = {"CN": "CNY"}

_BEFORE = r"([^\d.,()+\-−–]*)\.?"
_SHAPE = re.compile(
    _BEFORE + r"\s*([+\-−–]?)\s*" + _BEFORE + r"\s*([\d.,'’\s]*\d)(?:[.,][\-–—]{1,2})?\s*([^\d.,()]*?)\.?\Z", re.ASCII
)
_UNREADABLE = _("“%(value)s” is not an amount of money.")
_TOO_LARGE = _("%(value)s is more than we can count.")
_NOT_WHOLE = _("“%(value)s” is not a whole number.")
_NONE = frozenset({"none", "no", "keine", "kein", "keins", "нет"})
_RANGE = _("A range was given; its lower end was kept.")


def normalise_money(value: str, *, country: str | None = None) -> Normalised | Problem:
    """An amount as decimal text with two or four places; `also` holds `currency` (ISO 4217) where it is told."""
    amount, currency = read_money(value, country=country)
    if amount is None:
        return Problem("money_unreadable", _UNREADABLE, {"value": value[:200]})
    if abs(amount) >= _LARGEST:
        return Problem("money_too_large", _TOO_LARGE, {"value": value[:200]})
    # Never three places: "1.234" would read back as a thousand in countries that write it so.
    rounded = amount.quantize(_STEP, ROUND_HALF_EVEN)
    cents = rounded.quantize(_CENT, ROUND_HALF_EVEN)
    shown = format((cents if cents == rounded else rounded) + 0, "f")
    return Normalised(shown, {"currency": currency} if currency else {})


def read_money(value: str, *, country: str | None = None) -> tuple[Decimal | None, str | None]:
    """The amount and currency of a text such as `1.234,56 €`, `(USD 5)` or `1 234,50 руб.`; None where untold."""
    text = tidy(value)
    in_brackets = text.startswith("(") and text.endswith(")")
    if len(text) > 60:
        return None, None
    found = _SHAPE.match(text[1:-1].strip() if in_brackets else text)
    if not found:
        return None, None
    before, sign, between, digits, after = (found[at].strip() for at in range(1, 6))
    amount = _amount(digits, country)
    is_negative = in_brackets or sign in {"-", "−", "–"} or after in {"-", "−"}
    words = [word for word in (before, between, after.lstrip("-−–—").rstrip("-−") if after else "") if word.strip()]
    currencies = [_currency(word.strip(), country) for word in words]
    if amount is None or None in currencies:
        return None, None
    return (-amount if is_negative else amount), (currencies[0] if currencies else None)


def normalise_integer(value: str, *, country: str | None = None) -> Normalised | Problem:
    """A whole number as digits; of a range (`51-200`) the lower end, with a note."""
    text = tidy(value)
    if text.casefold() in _NONE:
        return Normalised("0")
    ends = re.fullmatch(
        r"(\d[\d.,' ]*?)\s*(?:-|–|bis|to|до)\s*\d[\d.,' ]*|(?:>|über|over|ab|от)?\s*(\d[\d.,' ]*)\s*\+?", text, re.ASCII
    )
    amount, _currency_told = read_money(ends[1] or ends[2] if ends else text, country=country)
    if amount is None or amount != amount.to_integral_value() or abs(amount) >= _LARGEST:
        return Problem("integer_unreadable", _NOT_WHOLE, {"value": value[:200]})
    return Normalised(str(int(amount)), note=_RANGE if ends and ends[1] else None)


def _amount(digits: str, country: str | None) -> Decimal | None:
    plain = re.sub(r"['’\s]", "", digits)
    points, commas = plain.count("."), plain.count(",")
    if points and commas:
        mark = "." if plain.rindex(".") > plain.rindex(",") else ","
        if plain.count(mark) > 1:
            return None
    elif points + commas > 1:
        mark = ""
    elif points + commas == 1:
        mark = _single_mark("." if points else ",", plain, country)
    else:
        mark = ""
    whole, _mark, part = plain.partition(mark) if mark else (plain, "", "")
    groups = re.split("[.,]", whole)
    if len(groups) > 1 and not (1 <= len(groups[0]) <= 3 and all(2 <= len(group) <= 3 for group in groups[1:])):
        return None
    return Decimal("".join(groups) + "." + (part or "0")) if part.isdigit() or not part else None


def _single_mark(mark: str, plain: str, country: str | None) -> str:
    """The decimal mark of a number with one sign in it, or empty when that sign only groups thousands."""
    whole, _mark, part = plain.partition(mark)
    if len(part) != 3 or not 1 <= len(whole) <= 3 or whole == "0":
        return mark
    decimal_mark = "," if country in _COMMA_COUNTRIES else "."
    return mark if mark == decimal_mark else ""


def _currency(word: str, country: str | None) -> str | None:
    key = word.lower().strip(" .")
    if key == "$":
        return _DOLLARS.get(country or "", "USD")
    if key in {"kr", "kr.-"}:
        return _CROWNS.get(country or "", "SEK")
    if key in {"¥", "￥", "yen"}:
        return _YENS.get(country or "", "JPY")
    return _SIGNS.get(key) or (key.upper() if key.upper() in _codes() else None)


@cache
def _codes() -> frozenset[str]:
    return frozenset(currency.alpha_3 for currency in pycountry.currencies)
