"""Compiles, once per column, the function that reads its cells; every distinct cell is read once."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from habitue.collect.files.amounts import amount, number_of, text_of
from habitue.collect.files.headings import word_set
from habitue.collect.files.moments import clock, moment
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from habitue.collect.files.shapes import Cell

_MEMO_ENTRIES = 200_000
NOTHING = frozenset({"", "null", "#n/a", "n/a", "nan", "none", "-", "–", "—", "\\n", "(null)", "#null!", "nat", "<na>"})
YES = word_set(
    "1 yes y true t ja j wahr да д истина x х on ✓ ✔ + subscribed given granted opted-in opt-in abonniert "
    "angemeldet erteilt подписан подписана aktiv active есть"
)
NO = word_set(
    "0 no n false f nein falsch нет н ложь off unsubscribed withdrawn opted-out opt-out cleaned abgemeldet "
    "widerrufen отписан отписана inaktiv inactive"
)
# People say in these cells that somebody has no phone or no e-mail; elsewhere the words are values.
REACHED_BY = frozenset({"phone", "email"})
_WITHOUT = word_set("keine kein keins keiner none no нет нету отсутствует")
_SPACES = re.compile(r"\s+")
_SHORTENED = re.compile(r"^(\d)[.,](\d+)[eE]\+?(\d{1,2})$")
_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,3}):(\d{2})$")


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that is not what its column means: a code and an English msgid."""

    code: str
    message: str


class Memo(dict[Any, Any]):
    """A dictionary that reads a cell when it is asked for it the first time."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: Any) -> Any:
        if len(self) > _MEMO_ENTRIES:
            self.clear()
        value = self[cell] = self._read(cell)
        return value


def plain(cell: Cell) -> str | None:
    """The cell as trimmed text; None for nothing, `NULL`, `n/a` and the like; 17850.0 is `17850`."""
    if isinstance(cell, str):
        text = _SPACES.sub(" ", cell).strip() if "  " in cell or "\n" in cell else cell.strip()
        return None if text.lower() in NOTHING else text
    if cell is None:
        return None
    if isinstance(cell, float):
        if math.isnan(cell):
            return None
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal) and cell.is_finite() and cell == cell.to_integral_value():
        return str(int(cell))
    return str(cell)


def identifier(cell: Cell) -> str | None:
    """The cell as an identifier: text without blanks around, and `17850.0` in a text file is `17850` too."""
    text = plain(cell)
    if text and text.endswith(".0") and text[:-2].isdigit():
        return text[:-2]
    return text


def person_id(cell: Cell) -> str | Bad | None:
    """The cell as an identifier of a person; `2,93266E+12` stands for many numbers and is none of them."""
    text = identifier(cell)
    found = _SHORTENED.match(text) if text else None
    if found is None:
        return text
    places = int(found[3]) - len(found[2])
    if places > 0:
        return Bad("number_shortened", _("A spreadsheet program has shortened this number to “%(value)s”."))
    return found[1] + found[2][: int(found[3])]


def is_without(cell: Cell) -> bool:
    """Whether a cell for a phone or an e-mail only says that there is none."""
    text = plain(cell)
    return text is None or text.lower().rstrip(".!") in _WITHOUT


def _phone(cell: Cell) -> str | Bad | None:
    """A number as it stands; what it is worth is seen later, but a text without a digit is none."""
    text = identifier(cell)
    if text is None or is_without(text):
        return None
    if not any(char.isdigit() for char in text):
        return Bad("phone_unreadable", _("“%(value)s” is not a telephone number."))
    return text


def card(cell: Cell) -> str | Bad | None:
    """The cell as a card number: an identifier without the blanks that people group digits with."""
    return person_id(_SPACES.sub("", cell) if isinstance(cell, str) else cell)


def long_text(cell: Cell) -> str | None:
    """The cell as text that keeps its line breaks."""
    if isinstance(cell, str):
        text = cell.strip()
        return None if text.lower() in NOTHING else text
    return plain(cell)


def flag(cell: Cell) -> bool | Bad | None:
    """Yes or no in three languages; None for an empty cell."""
    text = plain(cell)
    if text is None:
        return None
    word = text.lower()
    if word in YES:
        return True
    if word in NO:
        return False
    return Bad("flag_unreadable", _("“%(value)s” is neither yes nor no."))


@dataclass(frozen=True, slots=True)
class Reading:
    """What the cells of a file are read with: its signs and orders, the zone of its times, today."""

    decimal: str
    date_order: str
    timezone: str
    received_at: datetime


def reader_of(kind: str, reading: Reading) -> Callable[[Any], Any]:
    """The function that reads a cell of a kind: its value, None for nothing, `Bad` for something else.

    money and number give `(ten-thousandths, currency or None)`, instant gives ISO-8601 with Z, date `YYYY-MM-DD`,
    time gives seconds.
    """
    if kind in ("money", "number"):
        return lambda cell: _amount(cell, reading.decimal, kind)
    if kind == "integer":
        return lambda cell: _integer(cell, reading.decimal)
    if kind == "instant":
        zone = ZoneInfo(reading.timezone)
        return lambda cell: _instant(cell, reading, zone)
    if kind == "date":
        return lambda cell: _day(cell, reading, past=False)
    if kind == "birthday":
        return lambda cell: _day(cell, reading, past=True)
    if kind == "duration":
        return lambda cell: _seconds(cell, reading.decimal)
    simple: dict[str, Callable[[Any], Any]] = {
        "flag": flag,
        "id": identifier,
        "person_id": person_id,
        "card": card,
        "phone": _phone,
        "email": lambda cell: None if is_without(cell) else plain(cell),
        "note": long_text,
        "time": _time,
    }
    return simple.get(kind, plain)


def _amount(cell: Cell, decimal: str, kind: str) -> tuple[int, str | None] | Bad | None:
    if plain(cell) is None:
        return None
    found = amount(cell, decimal=decimal)
    if found is not None:
        return found
    if kind == "money":
        return Bad("amount_unreadable", _("“%(value)s” cannot be read as an amount of money."))
    return Bad("number_unreadable", _("“%(value)s” cannot be read as a number."))


def _integer(cell: Cell, decimal: str) -> str | Bad | None:
    found = _amount(cell, decimal, "number")
    return str(number_of(found[0])) if isinstance(found, tuple) else found


def _seconds(cell: Cell, decimal: str) -> int | Bad | None:
    text = plain(cell)
    if text is None:
        return None
    clock = _CLOCK.match(text)
    if clock:
        return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3])
    found = _amount(cell, decimal, "number")
    return found[0] // 10_000 if isinstance(found, tuple) else found


def _instant(cell: Cell, reading: Reading, zone: ZoneInfo) -> str | Bad | None:
    if plain(cell) is None:
        return None
    at = moment(cell, order=reading.date_order, year_now=reading.received_at.year)
    if at is None:
        return Bad("date_unreadable", _("“%(value)s” cannot be read as a date."))
    if at.year < 1970 or at.year > reading.received_at.year + 50:
        return Bad("date_implausible", _("“%(value)s” lies in a year that cannot be meant."))
    return iso((at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC))


def _time(cell: Cell) -> int | Bad | None:
    """Seconds since midnight."""
    if plain(cell) is None:
        return None
    found = clock(cell)
    return Bad("time_unreadable", _("“%(value)s” cannot be read as a time of day.")) if found is None else found


def at_clock(at: str, seconds: int | None, zone: ZoneInfo) -> str:
    """A day's instant moved to a time of day in the zone; an instant that names a time already stays."""
    if seconds is None:
        return at
    local = datetime.fromisoformat(at).astimezone(zone)
    if local.hour or local.minute or local.second:
        return at
    day = datetime(local.year, local.month, local.day, tzinfo=zone)
    return iso(day.replace(hour=seconds // 3600, minute=seconds // 60 % 60, second=seconds % 60).astimezone(UTC))


def _day(cell: Cell, reading: Reading, *, past: bool) -> str | Bad | None:
    if plain(cell) is None:
        return None
    at = moment(cell, order=reading.date_order, year_now=reading.received_at.year, past=past)
    if at is None:
        return Bad("date_unreadable", _("“%(value)s” cannot be read as a date."))
    if at.year < 1890 or at.year > reading.received_at.year + (0 if past else 50):
        return Bad("date_implausible", _("“%(value)s” lies in a year that cannot be meant."))
    return at.date().isoformat()


def iso(at: datetime) -> str:
    """An aware UTC datetime as ISO-8601 with Z, without an empty fraction."""
    return at.replace(tzinfo=None).isoformat() + "Z"


def money_text(units: int) -> str:
    """Ten-thousandths as the decimal string that messages carry."""
    return text_of(units)
