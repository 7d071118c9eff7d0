"""Workspace days: by expression and by arrays the same as the calendar says, around every change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pyarrow as pa
import pytest

from habitue.insights.days import days_of_minutes, local_day, whole_minutes

ZONES = (
    "Europe/Berlin", "UTC", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu",
    "Africa/Casablanca",
    "Australia/Lord_Howe", "Pacific/Apia", "Asia/Tehran", "Europe/Moscow", "America/Caracas", "Asia/Pyongyang",
)  # fmt: skip
EPOCH = date(1970, 1, 1)


def _around_changes(zone: ZoneInfo) -> list[datetime]:
    """Instants beside every change of the offset since 1990, and beside the midnights of these days."""
    found = [datetime(1990, 1, 1, tzinfo=UTC), datetime(2039, 12, 31, 23, 59, 59, 700_000, tzinfo=UTC)]
    days = [found[0] + timedelta(days=n) for n in range(50 * 365)]
    offsets = [at.astimezone(zone).utcoffset() for at in days]
    for day, one, two in zip(days, offsets, offsets[1:], strict=False):
        if one != two:
            found += [day + timedelta(minutes=n) for n in range(0, 24 * 60, 1 if day.year < 1995 else 7)]
            found.append(day + timedelta(days=1, microseconds=-1))
    midnights = [
        at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC) for at in found[::20]
    ]
    return found + [at + by for at in midnights for by in (timedelta(0), timedelta(microseconds=-300_000))]


@pytest.mark.parametrize("name", ZONES)
def test_a_day_is_that_of_the_calendar(name: str) -> None:
    zone = ZoneInfo(name)
    instants = _around_changes(zone)
    expected = [at.astimezone(zone).date() for at in instants]
    table = ibis.memtable(pa.table({"at": pa.array(instants, pa.timestamp("us", "UTC"))}))
    asked = table.select(minute=whole_minutes(table["at"]), day=local_day(table["at"], name)).to_pyarrow()
    assert asked["day"].to_pylist() == expected
    days = days_of_minutes(asked["minute"].to_numpy(), name)
    assert [EPOCH + timedelta(days=int(day)) for day in days] == expected
    if name not in {"UTC", "Asia/Kolkata", "Asia/Kathmandu"}:
        assert len(instants) > 60, "no change of the clocks was met"


def test_before_1970_a_part_of_a_minute_belongs_to_that_minute() -> None:
    instants = pa.array([datetime(1969, 12, 31, 23, 59, 59, 900_000, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    table = ibis.memtable(pa.table({"at": instants}))
    minutes = table.select(minute=whole_minutes(table["at"])).to_pyarrow()["minute"].to_numpy()
    assert minutes.tolist() == [-1]
    assert days_of_minutes(minutes, "UTC").tolist() == [-1]
    assert days_of_minutes(np.empty(0, np.int32), "UTC").tolist() == []
