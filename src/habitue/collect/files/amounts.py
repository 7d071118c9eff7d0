"""Reads amounts and numbers as people write them, into whole ten-thousandths: no float ever holds money."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from habitue.collect.files.shapes import Cell

UNIT = 10_000
_SIGNS = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "$": "USD", "usd": "USD", "us$": "USD", "£": "GBP", "gbp": "GBP",
    "₽": "RUB", "руб": "RUB", "р": "RUB", "rub": "RUB", "rur": "RUB", "рублей": "RUB", "рубля": "RUB",
    "chf": "CHF", "fr": "CHF", "sfr": "CHF", "¥": "JPY", "jpy": "JPY", "cny": "CNY", "₴": "UAH", "грн": "UAH",
    "uah": "UAH", "₸": "KZT", "kzt": "KZT", "тг": "KZT", "zł": "PLN", "pln": "PLN", "kč": "CZK", "czk": "CZK",
    "sek": "SEK", "nok": "NOK", "dkk": "DKK", "cad": "CAD", "aud": "AUD", "nzd": "NZD", "inr": "INR", "₹": "INR",
    "try": "TRY", "₺": "TRY", "byn": "BYN", "ca$": "CAD", "c$": "CAD", "a$": "AUD", "au$": "AUD", "hk$": "HKD",
    "r$": "BRL", "brl": "BRL", "huf": "HUF", "ft": "HUF", "ron": "RON", "lei": "RON", "₪": "ILS", "ils": "ILS",
}  # fmt: skip
_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "CLP", "COP", "ARS", "TWD"})
_PARTS = re.compile(
    r"^(?P<open>\(?)\s*(?P<minus>[-+−–]?)\s*(?P<before>(?:[^\d\s.,()+−-]{1,7}\.?)?)\s*(?P<minus2>[-−]?)\s*"
    r"(?P<digits>\d[\d.,'’\s]*|[.,]\d+)\s*(?P<dash>[,.]?[-–—]{0,2})\s*(?P<after>[^\d.,()]{0,8}\.?)\s*\)?$"
)
_BLANKS = re.compile(r"[\s'’]")


def amount(cell: Cell, *, decimal: str) -> tuple[int, str | None] | None:
    """The cell in ten-thousandths and the currency its sign names; None when it is no amount.

    `decimal` is the file's decimal sign; it decides only cells such as `1,234` that may be read both ways.
    """
    if isinstance(cell, str):
        return _from_text(cell, decimal)
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int):
        return cell * UNIT, None
    if isinstance(cell, float):
        return (round(cell * UNIT), None) if abs(cell) < 1e14 else None
    if isinstance(cell, Decimal):
        return (int((cell * UNIT).to_integral_value()), None) if cell.is_finite() else None
    return None


def _from_text(cell: str, decimal: str) -> tuple[int, str | None] | None:
    found = _PARTS.match(cell.strip())
    if found is None:
        return None
    units = _units(_BLANKS.sub("", found["digits"]), decimal)
    if units is None:
        return None
    sign = (found["before"] or found["after"]).strip().strip(".").lower()
    if sign and sign not in _SIGNS:
        return None
    dash = "" if found["digits"].rstrip()[-1] in ".," else found["dash"]
    negative = bool(found["open"] or found["minus"] in ("-", "−", "–") or found["minus2"] or dash in ("-", "–"))
    return (-units if negative else units), _SIGNS.get(sign)


def _units(digits: str, decimal: str) -> int | None:
    digits = digits.rstrip(".,")
    dot, comma = digits.rfind("."), digits.rfind(",")
    if dot < 0 and comma < 0:
        return int(digits) * UNIT if digits and len(digits) < 19 else None
    if dot >= 0 and comma >= 0:
        mark = "." if dot > comma else ","
    else:
        mark = "." if dot >= 0 else ","
        places = len(digits) - digits.rfind(mark) - 1
        if digits.count(mark) > 1 or (places == 3 and mark != decimal and digits.find(mark) > 0):
            mark = ""
    whole, _mark, rest = digits.rpartition(mark) if mark else (digits, "", "")
    whole = whole.replace(".", "").replace(",", "") or "0"
    if not rest.isdigit() and rest:
        return None
    if len(whole) > 15:
        return None
    rest = (rest + "00000")[:5]
    return int(whole) * UNIT + (int(rest) + 5) // 10


def currency_of(sign: str | None, *, default: str) -> str:
    """The currency a sign names; a bare dollar sign means the default when that is a dollar too."""
    if sign is None or (sign == "USD" and default in _DOLLARS):
        return default
    return sign


def currency_word(text: str) -> str | None:
    """The ISO code for what a currency column says: `EUR`, `euro`, `€`, `руб.`."""
    word = text.strip().strip(".").lower()
    if word in _SIGNS:
        return _SIGNS[word]
    return word.upper() if len(word) == 3 and word.isascii() and word.isalpha() else None


def text_of(units: int) -> str:
    """Ten-thousandths as a decimal string with at least two places for broken amounts: `1234.5` → `1234.50`."""
    sign, units = ("-", -units) if units < 0 else ("", units)
    whole, rest = divmod(units, UNIT)
    if not rest:
        return f"{sign}{whole}.00"
    tail = f"{rest:04d}"
    return f"{sign}{whole}.{tail[:2]}{tail[2:].rstrip('0')}"


def number_of(units: int) -> int | str:
    """Ten-thousandths as an int when whole, else as a decimal string."""
    return text_of(units) if units % UNIT else units // UNIT
