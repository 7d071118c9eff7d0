"""Reads dates and times as people and programs write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from habitue.collect.files.shapes import Cell

DAY_AS_NUMBER = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
"""The pattern of a day that is written as one number with the year first."""
_CLOCK = (
    r"(?:[T,\s]+(?:um\s+|в\s+|at\s+)?(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?(?:\s*uhr)?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
_NUMERIC = re.compile(
    r"^(?P<a>\d{1,4})(?P<sep>[./\-])\s?(?P<b>\d{1,2})(?P=sep)\s?(?P<c>\d{1,4})(?:\s?г\.?)?" + _CLOCK, re.I
)
_NAMED = re.compile(
    r"^(?:[^\W\d]+\.?,?\s+)?(?P<a>\d{1,2})(?:st|nd|rd|th)?[.\s\-/]*(?P<name>[^\W\d]{3,10})\.?[,\s\-/]+(?P<c>\d{2,4})(?:\s?г(?:ода)?\.?)?"
    + _CLOCK,
    re.I,
)
_NAMED_FIRST = re.compile(
    r"^(?:[^\W\d]+\.?,\s+)?(?P<name>[^\W\d]{3,10})\.?\s+(?P<a>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<c>\d{4})" + _CLOCK, re.I
)
_TIME = re.compile(
    r"^(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,]\d{1,9})?)?\s*(?P<half>[ap]\.?m\.?)?(?:\s*(?:uhr|h|ч\.?))?$"
    r"|^(?P<h2>\d{1,2})[.](?P<mi2>\d{2})\s*uhr$",
    re.I,
)
_COMPACT = re.compile(r"^(?P<y>(?:19|20)\d{2})(?P<m>[01]\d)(?P<d>[0-3]\d)$")
_MONTHS = {
    start: number
    for number, starts in enumerate(
        (
            "jan jän янв", "feb фев", "mar mär mrz мар", "apr апр", "may mai мая май", "jun июн", "jul июл",
            "aug авг", "sep сен", "oct okt окт", "nov ноя", "dec dez дек",
        ),
        start=1,
    )
    for start in starts.split()
}  # fmt: skip
_SERIAL_DAY = datetime(1899, 12, 30)
_SERIALS = (10_000, 80_000)


def moment(cell: Cell, *, order: str, year_now: int, past: bool = False) -> datetime | None:
    """The cell as a datetime, aware only when it names its zone; None when it is no date.

    `order` is DMY, MDY or YMD; a reading with a 13th month is read the other way round. Years of two digits lie
    at most ten years ahead of `year_now`, or not ahead of it at all when `past` (dates of birth).
    """
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, str):
        return _from_text(cell.strip(), order, year_now, past)
    if isinstance(cell, bool) or cell is None:
        return None
    return _from_number(float(cell) if isinstance(cell, Decimal) else cell)


def clock(cell: Cell) -> int | None:
    """A time of day without a date in seconds: `11:18`, `3:05 pm`, a spreadsheet's part of a day; None for others."""
    if isinstance(cell, datetime):
        return cell.hour * 3600 + cell.minute * 60 + cell.second if cell.year <= 1904 else None
    if isinstance(cell, (float, Decimal)) and not isinstance(cell, bool):
        return round(cell * 86_400) % 86_400 if 0 <= cell < 1 else None
    found = _TIME.match(cell.strip()) if isinstance(cell, str) else None
    if found is None:
        return None
    hour, minute = int(found["h"] or found["h2"]), int(found["mi"] or found["mi2"])
    seconds = int(found["s"] or 0)
    hour = _of_day(hour, found["half"])
    return hour * 3600 + minute * 60 + seconds if hour < 24 and minute < 60 and seconds < 60 else None


def _of_day(hour: int, half: str | None) -> int:
    """The hour from 0 to 23 of an hour that may be followed by a.m. or p.m."""
    if not half:
        return hour
    return hour % 12 + (12 if half[0] in "pP" else 0) if hour <= 12 else hour


def _from_number(number: float) -> datetime | None:
    if _SERIALS[0] <= number < _SERIALS[1]:
        return _SERIAL_DAY + timedelta(seconds=round(number * 86_400))
    if 19_000_101 <= number <= 20_991_231 and number == int(number):
        return _compact(str(int(number)))
    if 5e8 <= number < 5e9:
        return datetime.fromtimestamp(number, UTC)
    if 5e11 <= number < 5e12:
        return datetime.fromtimestamp(number / 1000, UTC)
    return None


def _compact(text: str) -> datetime | None:
    found = _COMPACT.match(text)
    return _build(int(found["y"]), int(found["m"]), int(found["d"]), None) if found else None


def _from_text(text: str, order: str, year_now: int, past: bool) -> datetime | None:
    if len(text) < 5 or len(text) > 60:
        return None
    if text[4:5] == "-" and len(text) >= 10:
        try:
            return datetime.fromisoformat(text.replace(" UTC", "Z"))
        except ValueError:
            pass
    if (found := _NUMERIC.match(text)) is not None:
        return _from_numeric(found, order, year_now, past)
    if text.isdigit() or (text.replace(".", "", 1).isdigit() and len(text) > 5):
        return _from_number(float(text))
    found = _NAMED.match(text) or _NAMED_FIRST.match(text)
    if found is None:
        return None
    month = _MONTHS.get(found["name"].lower()[:3])
    if month is None:
        return None
    return _build(_year(found["c"], year_now, past), month, int(found["a"]), found)


def _from_numeric(found: re.Match[str], order: str, year_now: int, past: bool) -> datetime | None:
    a, b, c = found["a"], found["b"], found["c"]
    if len(a) > 2:
        return _build(int(a), int(b), int(c), found) if len(c) <= 2 else None
    if len(c) == 3:
        return None
    if order == "YMD" and len(c) <= 2:
        return _build(_year(a, year_now, past), int(b), int(c), found)
    year = _year(c, year_now, past)
    first, second = int(a), int(b)
    day_first = order != "MDY" or found["sep"] == "."
    day, month = (first, second) if day_first else (second, first)
    if month > 12 >= day:
        day, month = month, day
    return _build(year, month, day, found)


def _year(text: str, year_now: int, past: bool) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    year += year_now // 100 * 100
    return year - 100 if year > year_now + (0 if past else 10) else year


def _build(year: int, month: int, day: int, said: re.Match[str] | None) -> datetime | None:
    try:
        if said is None or said["h"] is None:
            return datetime(year, month, day)
        hour = _of_day(int(said["h"]), said["half"])
        micro = int(((said["f"] or "") + "000000")[:6])
        at = datetime(year, month, day, hour, int(said["mi"]), int(said["s"] or 0), micro)
        return at.replace(tzinfo=_zone(said["zone"])) if said["zone"] else at
    except ValueError:
        return None


def _zone(text: str) -> timezone:
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def day_evidence(texts: list[str]) -> tuple[int, int, int]:
    """How many numeric dates can only be day first, only month first, and how many may be read both ways."""
    day_first = month_first = open_ = 0
    for text in texts:
        found = _NUMERIC.match(text.strip())
        if found is None or len(found["a"]) > 2 or len(found["c"]) == 3:
            continue
        a, b = int(found["a"]), int(found["b"])
        if found["sep"] == "." or (a > 12 >= b):
            day_first += 1
        elif b > 12 >= a:
            month_first += 1
        else:
            open_ += 1
    return day_first, month_first, open_
