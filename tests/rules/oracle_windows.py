"""Spans of time and properties of events once more in plain Python."""

from __future__ import annotations

import calendar
import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from habitue.audiences.rule import Window

Rows = list[dict[str, Any]]


def period_start(day: date, unit: str) -> date:
    """The first day of a period, found by walking back to it."""
    while not {
        "day": True,
        "week": day.isoweekday() == 1,
        "month": day.day == 1,
        "quarter": day.day == 1 and day.month in (1, 4, 7, 10),
        "year": day.day == 1 and day.month == 1,
    }[unit]:
        day -= timedelta(days=1)
    return day


def months_back(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def span_of(window: Window, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """First instant inside and first after it."""
    where = ZoneInfo(zone)
    today = now.astimezone(where).date()

    def start(day: date) -> datetime:
        return datetime.combine(day, time(), where).astimezone(UTC)

    always = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
    if window.kind == "ever":
        return always
    if window.kind == "since_event":
        return always[0], now
    if window.kind == "last_hours":
        return now - timedelta(hours=window.count), now
    if window.kind == "last_days":
        return now - timedelta(days=window.count), now
    if window.kind == "days_ago":
        return now - timedelta(days=window.upto), now - timedelta(days=window.count)
    if window.kind == "this":
        return start(period_start(today, window.unit)), now
    if window.kind == "last":
        this = period_start(today, window.unit)
        return start(period_start(this - timedelta(days=1), window.unit)), start(this)
    if window.kind == "between":
        until = always[1] if window.until is None else start(window.until + timedelta(days=1))
        return (always[0] if window.since is None else start(window.since)), until
    return start(months_back(today, 12 if window.kind == "last_year" else window.count)), now


def inside(event: dict[str, Any], window: Window, own: Rows, now: datetime, zone: str) -> bool:
    """Whether an event lies in the window; `own` are all events of the person that stand."""
    since, until = span_of(window, now, zone)
    if not since <= event["at"] < until:
        return False
    if window.kind != "since_event":
        return True
    marks = [e for e in own if e["name"] == window.event and e["at"] < now]
    return bool(marks) and all((event["at"], event["seq"]) > (m["at"], m["seq"]) for m in marks)


def value_of(event: dict[str, Any], name: str) -> Any:
    """A property of an event."""
    if name in ("total", "amount"):
        return event["amount"]
    return event[name] if name in ("currency", "order_id") else json.loads(event["properties"]).get(name)
