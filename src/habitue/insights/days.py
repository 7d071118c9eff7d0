"""Workspace days: the calendar day of an instant in the workspace's time zone, the same on every engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
_LAST = datetime(2040, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=7)
MINUTES_OF_DAY = 24 * 60


def start_of_day(day: date, timezone: str) -> datetime:
    """The instant (UTC) at which the workspace day begins."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def minus_months(day: date, months: int) -> date:
    """The same day of the month `months` earlier, or that month's last day."""
    number = day.year * 12 + day.month - 1 - months
    year, month = number // 12, number % 12 + 1
    if year < 1:
        return date.min
    for last in (day.day, 30, 29, 28):
        if last <= day.day:
            try:
                return date(year, month, last)
            except ValueError:
                continue
    return date(year, month, 28)


def instant(at: datetime) -> ir.TimestampScalar:
    """An aware datetime as a literal of the lake's type."""
    return ibis.literal(at.astimezone(UTC), type="timestamp('UTC')")


def local_day(at: ir.TimestampValue, timezone: str) -> ir.DateValue:
    """The workspace day of each instant.

    The zone's offsets are written into the expression, because engines bring different zone tables. Exact
    from 1990 to 2039; outside, the nearest offset of that time applies.
    """
    return _day(at, _offsets(timezone))


def whole_minutes(at: ir.TimestampValue) -> ir.IntegerValue:
    """The minutes since 1970 that have passed at each instant."""
    # Without the fraction, which an engine would round.
    return (at.truncate("s").epoch_seconds() // 60).cast("int32")


def days_of_minutes(minutes: npt.NDArray[np.int32], timezone: str) -> npt.NDArray[np.int32]:
    """The workspace day of each of `whole_minutes`, as days since 1970: the same as `local_day`.

    Since 1990 every zone has changed its offset at a whole minute and by whole minutes.
    """
    starts = np.array([int(at.timestamp()) // 60 for at, _seconds in _offsets(timezone)], dtype=np.int32)
    offsets = np.array([seconds // 60 for _at, seconds in _offsets(timezone)], dtype=np.int32)
    place = np.maximum(np.searchsorted(starts, minutes, side="right") - 1, 0)
    days: npt.NDArray[np.int32] = (minutes + offsets[place]) // MINUTES_OF_DAY
    return days


def _day(at: ir.TimestampValue, offsets: Sequence[tuple[datetime, int]]) -> ir.DateValue:
    if len(offsets) == 1:
        return (at + ibis.interval(seconds=offsets[0][1])).date()
    middle = len(offsets) // 2
    return ibis.ifelse(at < instant(offsets[middle][0]), _day(at, offsets[:middle]), _day(at, offsets[middle:]))


@lru_cache(maxsize=16)
def _offsets(timezone: str) -> tuple[tuple[datetime, int], ...]:
    """Since when which offset in seconds holds."""
    zone = ZoneInfo(timezone)
    found = [(_FIRST, _seconds(_FIRST, zone))]
    at = _FIRST
    while at < _LAST:
        following = at + _STEP
        if _seconds(following, zone) != found[-1][1]:
            change = _change(at, following, zone)
            found.append((change, _seconds(change, zone)))
        at = following
    return tuple(found)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second with another offset than `before`."""
    old = _seconds(before, zone)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if _seconds(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after


def _seconds(at: datetime, zone: ZoneInfo) -> int:
    offset = at.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
