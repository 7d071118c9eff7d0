"""Recognises from a few cells what a column holds: cheap checks, no judgement on whether a value is right."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from habitue.collect.files.amounts import amount
from habitue.collect.files.cells import NO, YES, plain
from habitue.collect.files.headings import word_set
from habitue.collect.files.moments import DAY_AS_NUMBER, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from habitue.collect.files.shapes import Cell, Format

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]{2,}$")
_URL = re.compile(
    r"^(?:https?://|www\.)\S+$|^[\w-]+(?:\.[\w-]+)*\.(?:com|de|ru|org|net|at|ch|info|eu|io|co\.uk)/?\S*$", re.I
)
_PHONE = re.compile(r"^[+(]?[\d][\d\s()./\-–]{5,22}(?:\s*(?:x|ext\.?|доб\.?)\s*\d+)?$", re.I)
_DAY_DIGITS = re.compile(
    r"^(?:[0-3]?\d(?P<sep>[./])\s?[0-3]?\d(?P=sep)\s?(?:\d{2}|\d{4})|(?:19|20)\d{2}(?P<sep2>[./\-])[0-3]?\d(?P=sep2)[0-3]?\d"
    r"|[0-3]?\d-[0-3]?\d-(?:19|20)\d{2})(?:\s+\d{1,2}[.\-]\d{2})?$"
)
_DAY_ALONE = re.compile(rf"^{DAY_AS_NUMBER}$")
_MANY_DAYS = 5
_POSTAL = re.compile(
    r"^(?:[A-Z]{1,3}[- ])?\d{4,6}(?:-\d{3,4})?$|^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$|^[A-Z]\d[A-Z] ?\d[A-Z]\d$", re.I
)
_NAME = re.compile(r"^[^\W\d_][^\d_@/:;,]*(?:[\s'’-][^\W\d_][^\d_@/:;]*){0,4}$")
_ID = re.compile(r"^[A-Za-z]{0,5}[-_#]?\d[\w-]*$|^#\d+$|^[0-9a-f-]{16,36}$", re.I)
_MONEY_MARK = re.compile(r"[€$£₽]|руб|\bEUR\b|\bUSD\b|\bCHF\b|\bRUB\b|\d[.,]\d{2}(?!\d)", re.I)
_COUNTRIES = word_set(
    "de at ch us uk gb fr it es nl be pl ru ua by kz cz dk se no fi pt ie ca au nz in jp cn br mx tr gr hu ro "
    "bg hr si sk lt lv ee lu deu aut che usa gbr fra ita esp nld rus ger aus ind sp sa me d f i rsa eire "
    "germany deutschland германия austria österreich австрия switzerland schweiz швейцария france frankreich "
    "франция italy italien италия spain spanien испания netherlands niederlande нидерланды belgium belgien "
    "poland polen польша russia russland россия рф ukraine украина belarus беларусь kazakhstan казахстан "
    "denmark norway sweden finland portugal ireland australia canada india japan china brazil mexico turkey "
    "greece hungary iceland israel cyprus malta lithuania singapore lebanon bahrain"
) | frozenset(
    {
        "united kingdom",
        "united states",
        "united states of america",
        "czech republic",
        "hong kong",
        "saudi arabia",
        "great britain",
        "united arab emirates",
        "channel islands",
        "new zealand",
        "south africa",
        "vereinigtes königreich",
        "соединённые штаты",
    }
)


def _digits(text: str) -> int:
    return sum(1 for char in text if char.isdigit())


def _is_phone(cell: Cell) -> bool:
    """A number as people dial it; a day is none, not even one that no calendar has."""
    text = plain(cell) or ""
    return bool(_PHONE.match(text)) and 6 <= _digits(text) <= 15 and not _DAY_DIGITS.match(text)


def _is_flag(cell: Cell) -> bool:
    word = (plain(cell) or "").lower()
    return word in YES or word in NO


def checks(fmt: Format) -> dict[str, Callable[[Cell], bool]]:
    """For each kind, whether a cell may be one."""

    def is_date(cell: Cell) -> bool:
        if isinstance(cell, (int, float)) and not isinstance(cell, date):
            return not isinstance(cell, bool) and moment(cell, order=fmt.date_order, year_now=2030) is not None
        found = moment(cell, order=fmt.date_order, year_now=2030)
        return found is not None

    def is_amount(cell: Cell) -> bool:
        return amount(cell, decimal=fmt.decimal) is not None

    def is_integer(cell: Cell) -> bool:
        found = amount(cell, decimal=fmt.decimal)
        return found is not None and found[0] % 10_000 == 0

    def matches(pattern: re.Pattern[str]) -> Callable[[Cell], bool]:
        return lambda cell: bool(pattern.match(plain(cell) or ""))

    return {
        "flag": _is_flag,
        "email": matches(_EMAIL),
        "url": matches(_URL),
        "date": is_date,
        "money": is_amount,
        "integer": is_integer,
        "number": is_amount,
        "phone": _is_phone,
        "postal_code": matches(_POSTAL),
        "country": lambda cell: (plain(cell) or "").lower() in _COUNTRIES,
        "name": matches(_NAME),
        "id": matches(_ID),
    }


def filled(cells: Sequence[Cell]) -> list[Cell]:
    """The cells that hold something."""
    return [cell for cell in cells if plain(cell) is not None]


def share(cells: Sequence[Cell], check: Callable[[Cell], bool]) -> float:
    """How many of the cells pass the check, from 0 to 1; 1 for no cells."""
    return sum(1 for cell in cells if check(cell)) / len(cells) if cells else 1.0


def looks_like(cells: Sequence[Cell], fmt: Format) -> str:
    """The kind that most of the filled cells have: email, date, money, phone, name, text …"""
    values = filled(cells)[:300]
    if not values:
        return "text"
    tests = checks(fmt)
    texts = [plain(cell) or "" for cell in values]
    distinct = len(set(texts))
    if distinct <= 4 and share(values, tests["flag"]) > 0.99:
        return "flag"
    for kind in ("email", "url"):
        if share(values, tests[kind]) > 0.7:
            return kind
    if share(values, tests["date"]) > 0.8 and _written_as_date(values):
        return "date"
    if share(values, tests["money"]) > 0.8:
        return _kind_of_number(values, texts, tests)
    if share(values, tests["phone"]) > 0.7:
        return "phone"
    if share(values, tests["country"]) > 0.8:
        return "country"
    if share(values, tests["postal_code"]) > 0.8:
        return "postal_code"
    if share(values, tests["id"]) > 0.8:
        return "id"
    if share(values, tests["name"]) > 0.9 and max(map(len, texts)) <= 60 and distinct > len(values) * 0.4:
        return "name"
    return "text"


def _written_as_date(values: Sequence[Cell]) -> bool:
    if any(isinstance(cell, date) or (isinstance(cell, str) and not cell.strip().isdigit()) for cell in values):
        return True
    return len(values) >= _MANY_DAYS and all(_DAY_ALONE.match(plain(cell) or "") for cell in values)


def _kind_of_number(values: Sequence[Cell], texts: list[str], tests: dict[str, Callable[[Cell], bool]]) -> str:
    if sum(1 for text in texts if _MONEY_MARK.search(text)) > len(texts) * 0.3:
        return "money"
    if share(values, tests["phone"]) > 0.8 and sum(1 for text in texts if _digits(text) >= 9) > len(texts) * 0.8:
        return "phone"
    return "integer" if share(values, tests["integer"]) > 0.95 else "number"
