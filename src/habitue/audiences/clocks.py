"""The clocks of a rule: what has to happen for time alone to change whether somebody fulfils it. Pure.

A window that empties does so at the time of an event plus its length; a calendar window at a midnight of the
workspace. `timetable` tells when that is for given people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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


def _clocks(node: Rule) -> Iterator[Clock]:
    match node:
        case EventCount() | EventSum() | EventValue():
            yield from of_window(node.event, node.window)
            if isinstance(node, EventSum):
                yield from of_window("Order Refunded", node.window)
            if node.window.kind == "since_event":
                yield EventClock(node.window.event)
        case Sequence():
            for step in node.steps:
                yield EventClock(step.event)
                if not step.negate:
                    yield from of_window(step.event, node.window)
                else:
                    yield from (EventClock(other.event, step.within_minutes) for other in node.steps)
        case Trait():
            yield from _of_trait(node)
        case InAudience() if node.state != "is":
            yield StayClock(node.audience_id, node.window)


def of_window(event: str, window: Window) -> Iterator[EventClock]:
    """The clocks of a window on events of a name; none where it stays as it is."""
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
