"""The parts of conditions: operators, spans of time, tests of properties, steps of a sequence; plain data."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

import msgspec

ValueOp = Literal[
    "is", "is_not", "one_of", "contains", "starts_with", "is_known", "is_unknown",
    "more_than", "at_least", "less_than", "at_most", "between",
    "before", "after", "in_last_days", "not_in_last_days",
    "in_next_days", "not_in_next_days", "anniversary_in_next_days",
]  # fmt: skip
CountOp = Literal["at_least", "at_most", "exactly"]
SumOp = Literal["at_least", "at_most", "more_than", "less_than"]
Measure = Literal["sum", "average", "min", "max", "first", "last", "most_frequent", "distinct"]
WindowKind = Literal[
    "ever", "last_hours", "last_days", "last_months", "last_year", "between", "days_ago", "this", "last", "since_event",
]  # fmt: skip
Unit = Literal["day", "week", "month", "quarter", "year"]
Value = str | tuple[str, ...]
OPS: tuple[str, ...] = get_args(ValueOp)
MEASURES: tuple[str, ...] = get_args(Measure)
NUMBER_MEASURES = frozenset({"sum", "average", "min", "max", "distinct"})
UNITS: tuple[str, ...] = get_args(Unit)
NO_VALUE_OPS = frozenset({"is_known", "is_unknown"})
MANY_VALUES_OPS = frozenset({"one_of", "between"})
DAYS_OPS = frozenset(
    {"in_last_days", "not_in_last_days", "in_next_days", "not_in_next_days", "anniversary_in_next_days"}
)


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A span of time; its first instant is inside, its last is not.

    `last_hours`, `last_days`: `count` times 1 or 24 hours back from now. `last_months`, `last_year`: from the
    beginning of the workspace day that many months ago. `between`: from the beginning of the workspace day `since`
    to the end of the day `until`, either may be left out. `days_ago`: from `upto` to `count` times 24 hours ago.
    `this`, `last`: the calendar period `unit` of the workspace in which now is, or the one before. `since_event`:
    after the last `event` of the same person; of somebody who never had it, nothing is inside. `ever`: always.
    """

    kind: WindowKind = "ever"
    count: int = 0
    since: date | None = None
    until: date | None = None
    upto: int = 0
    unit: Unit = "month"
    event: str = ""


class PropertyTest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A condition on an event's property, such as `channel`, `total` or `products.category` (any product)."""

    property: str
    op: ValueOp
    value: Value = ""


class Same(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A property of this step's event equals one of the step before; `of` is empty when both have the same name."""

    property: str
    of: str = ""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step of a sequence.

    `within_minutes` counts from the step before that happened, 0 for any time after it. A negated step says that
    the event did not happen between its neighbours, or, as the last one, until its time is over.
    """

    event: str
    where: tuple[PropertyTest, ...] = ()
    within_minutes: int = 0
    same: tuple[Same, ...] = ()
    negate: bool = False


def other_of(same: Same) -> str:
    """The property of the step before."""
    return same.of or same.property


def values_of(value: Value) -> tuple[str, ...]:
    """The values of a condition as a tuple."""
    return (value,) if isinstance(value, str) else value
