"""When time alone may change whether somebody fulfils a rule: the next instant to ask again, never too late.

A window that empties does so at the time of an event plus its length; a calendar window at a midnight of the
workspace. What is told is the earliest such instant after now; asking once too often is harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from habitue.audiences.moment import MONTHS_OF_YEAR, Moment, period
from habitue.audiences.rule import (
    EventCount,
    EventSum,
    EventValue,
    InAudience,
    Rule,
    Sequence,
    Trait,
    Window,
    values_of,
    walk,
)
from habitue.audiences.rule_parts import DAYS_OPS
from habitue.audiences.tables import AGE
from habitue.insights.days import minus_months

_DAY = timedelta(days=1)
_SLACK = timedelta(days=3)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventClock:
    """Something that happens some time after each event of a name: `minutes` later, or by the calendar of a window."""

    event: str
    minutes: int = 0
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class TraitClock:
    """Something that happens some days before or after a day or instant of a trait; `yearly` every year."""

    field: str
    days: int
    yearly: bool = False


@dataclass(frozen=True, slots=True)
class StayClock:
    """Something that happens some time after an audience was entered or left."""

    audience_id: str
    window: Window


Clock = EventClock | TraitClock | StayClock


def clocks_of(rule: Rule, mentioned: Mapping[str, Rule]) -> frozenset[Clock]:
    """The clocks of a rule and of the audiences that it mentions."""
    found: set[Clock] = set()
    waiting, done = [rule], set[str]()
    while waiting:
        for _path, node in walk(waiting.pop()):
            found.update(_clocks(node))
            if isinstance(node, InAudience) and node.audience_id not in done and node.audience_id in mentioned:
                done.add(node.audience_id)
                waiting.append(mentioned[node.audience_id])
    return frozenset(found)


def due_at(clocks: Iterable[Clock], moment: Moment, *, person: Row, events: Iterable[Row], stays: Iterable[Row]) -> (
    datetime | None
):  # fmt: skip
    """The next instant at which somebody must be asked again, None when time changes nothing."""
    happened: dict[str, list[datetime]] = {}
    for event in events:
        happened.setdefault(event["name"], []).append(event["at"])
    kept = list(stays)
    found: list[datetime] = []
    for clock in clocks:
        match clock:
            case EventClock():
                found.extend(_after_events(clock, happened.get(clock.event, []), moment))
            case TraitClock():
                found.extend(_after_trait(clock, person.get(clock.field), moment))
            case StayClock():
                times = [row[key] for row in kept if row["audience_id"] == clock.audience_id for key in
                         ("entered_at", "left_at") if row[key] is not None]  # fmt: skip
                for event_clock in _of_window("", clock.window):
                    found.extend(_after_events(event_clock, times, moment))
    return min((at for at in found if at > moment.now), default=None)


def _clocks(node: Rule) -> Iterator[Clock]:
    match node:
        case EventCount() | EventSum() | EventValue():
            yield from _of_window(node.event, node.window)
            if isinstance(node, EventSum):
                yield from _of_window("Order Refunded", node.window)
            if node.window.kind == "since_event":
                yield EventClock(node.window.event)
        case Sequence():
            for step in node.steps:
                yield EventClock(step.event)
                if not step.negate:
                    yield from _of_window(step.event, node.window)
                else:
                    yield from (EventClock(other.event, step.within_minutes) for other in node.steps)
        case Trait():
            yield from _of_trait(node)
        case InAudience() if node.state != "is":
            yield StayClock(node.audience_id, node.window)


def _of_window(event: str, window: Window) -> Iterator[EventClock]:
    if window.kind in ("ever", "between"):
        return
    yield EventClock(event)
    if window.kind == "last_hours":
        yield EventClock(event, window.count * 60)
    elif window.kind == "last_days":
        yield EventClock(event, window.count * 1_440)
    elif window.kind == "days_ago":
        yield EventClock(event, window.count * 1_440)
        yield EventClock(event, window.upto * 1_440)
    elif window.kind != "since_event":
        yield EventClock(event, window=window)


def _of_trait(node: Trait) -> Iterator[TraitClock]:
    if node.field == AGE:
        yield TraitClock("birth_date", 0, yearly=True)
    elif node.op in DAYS_OPS:
        days = int(values_of(node.value)[0])
        if node.op == "anniversary_in_next_days":
            yield TraitClock(node.field, -days, yearly=True)
            yield TraitClock(node.field, 1, yearly=True)
            return
        sign = -1 if "next" in node.op else 1
        for length in (0, 1, sign * days, sign * days + 1):
            yield TraitClock(node.field, length)


def _after_events(clock: EventClock, times: Iterable[datetime], moment: Moment) -> Iterator[datetime]:
    if clock.window is None:
        # An event at this very instant is not yet inside its window.
        length = timedelta(minutes=clock.minutes) or timedelta(microseconds=1)
        yield from (at + length for at in times)
        return
    next_day = moment.start_of(moment.today + _DAY)
    if clock.window.kind in ("this", "last"):
        unit = clock.window.unit
        start = period(moment.today, unit)
        before = moment.start_of(period(start - _DAY, unit))
        if any(at >= before for at in times):
            yield moment.start_of(_following(start, unit))
        return
    months = MONTHS_OF_YEAR if clock.window.kind == "last_year" else clock.window.count
    since = moment.start_of(minus_months(moment.today, months))
    for at in times:
        if at >= since:
            yield max(next_day, moment.start_of(minus_months(at.date(), -months)) - _SLACK)


def _following(start: date, unit: Any) -> date:
    day = start + _DAY
    while period(day, unit) == start:
        day += _DAY
    return day


def _after_trait(clock: TraitClock, value: Any, moment: Moment) -> Iterator[datetime]:
    if isinstance(value, datetime):
        yield value + timedelta(days=clock.days, microseconds=0 if clock.days else 1)
    elif isinstance(value, date):
        days: Iterable[date] = [value] if not clock.yearly else _yearly(value, moment.today.year)
        yield from _each(days, lambda day: moment.start_of(day + timedelta(days=clock.days)))


def _yearly(day: date, year: int) -> list[date]:
    # 29 February is kept on the 28th, and counts as a day old on 1 March.
    found = []
    for number in (year - 1, year, year + 1, year + 2):
        try:
            found.append(day.replace(year=number))
        except ValueError:
            found += [date(number, 2, 28), date(number, 3, 1)]
    return found


def _each(days: Iterable[date], make: Callable[[date], datetime]) -> Iterator[datetime]:
    for day in days:
        try:
            yield make(day)
        except (OverflowError, ValueError):
            continue
