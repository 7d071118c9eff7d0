"""One condition on one column: every result is true or false, never unknown."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from habitue.audiences.moment import Moment
from habitue.audiences.rule_parts import DAYS_OPS, Value, values_of
from habitue.insights.catalogue import NUMBER_KINDS, FieldKind
from habitue.insights.days import instant
from habitue.insights.orders import MONEY

MAX_AGE = 150
DAYS_OF_YEAR = 365
_MORE: Mapping[str, Callable[[Any, Any], ir.BooleanValue]] = {
    "is": lambda column, value: column == value,
    "is_not": lambda column, value: column == value,
    "more_than": lambda column, value: column > value,
    "at_least": lambda column, value: column >= value,
    "less_than": lambda column, value: column < value,
    "at_most": lambda column, value: column <= value,
    "before": lambda column, value: column < value,
    "after": lambda column, value: column > value,
}
_NEGATED = frozenset({"is_not", "is_unknown", "not_in_last_days", "not_in_next_days"})


def condition(column: Any, kind: FieldKind, op: str, value: Value, moment: Moment) -> ir.BooleanValue:
    """Whether each value of the column fulfils `op` with `value`; a missing value fulfils only the negations."""
    found = _holds(column, kind, op, values_of(value), moment).fill_null(False)
    return ~found if op in _NEGATED else found


def age_condition(birth_date: Any, op: str, value: Value, moment: Moment) -> ir.BooleanValue:
    """The same for the age in full years, told from the day of birth."""
    if op in ("is_known", "is_unknown"):
        return condition(birth_date, "date", op, "", moment)
    numbers = [int(text) for text in values_of(value)]
    youngest, oldest = {
        "is": (numbers[0], numbers[0]),
        "is_not": (numbers[0], numbers[0]),
        "at_least": (numbers[0], MAX_AGE),
        "more_than": (numbers[0] + 1, MAX_AGE),
        "at_most": (0, numbers[0]),
        "less_than": (0, numbers[0] - 1),
        "between": (numbers[0], numbers[-1]),
    }[op]
    first = moment.day(lambda then: then.birth_days(youngest, oldest)[0])
    last = moment.day(lambda then: then.birth_days(youngest, oldest)[1])
    found = birth_date.between(first, last).fill_null(False)
    return ~found if op in _NEGATED else found


def typed(text: ir.StringValue, kind: FieldKind) -> ir.Value:
    """A column of text in the type that the kind compares in; what cannot be read becomes missing."""
    if kind in NUMBER_KINDS:
        return text.try_cast(MONEY)
    if kind == "date":
        return text.try_cast("date")
    if kind == "boolean":
        return ibis.cases((text.lower() == "true", True), (text.lower() == "false", False), else_=None)
    return text


def _holds(column: Any, kind: FieldKind, op: str, values: tuple[str, ...], moment: Moment) -> ir.BooleanValue:
    if op in ("is_known", "is_unknown"):
        return column.notnull() & (column != "") if kind in ("text", "choice") else column.notnull()
    if kind in NUMBER_KINDS:
        numbers = [ibis.literal(Decimal(text), type=MONEY) for text in values]
        return _compare(column.cast(MONEY), op, numbers)
    if kind == "boolean":
        return column == (values[0] == "true")
    if kind == "date":
        return _date(column, op, values, moment)
    if kind == "instant":
        return _instant(column, op, values, moment)
    return _text(column, op, values)


def _text(column: Any, op: str, values: tuple[str, ...]) -> ir.BooleanValue:
    # The engine folds both sides, so that its idea of small letters cannot differ from ours.
    folded = column.lower()
    wanted = [ibis.literal(unicodedata.normalize("NFC", text.strip())).lower() for text in values]
    if op == "contains":
        return folded.contains(wanted[0])
    if op == "starts_with":
        return folded.startswith(wanted[0])
    return folded.isin(wanted)


def _compare(column: Any, op: str, values: list[Any]) -> ir.BooleanValue:
    if op == "between":
        return column.between(values[0], values[-1])
    if op == "one_of":
        return column.isin(values)
    return _MORE[op](column, values[0])


def _date(column: Any, op: str, values: tuple[str, ...], moment: Moment) -> ir.BooleanValue:
    if op not in DAYS_OPS:
        return _compare(column, op, [_day(date.fromisoformat(text)) for text in values])
    span = timedelta(days=int(values[0]))
    if op == "anniversary_in_next_days":
        return _anniversary(column, span.days, moment)
    if op in ("in_next_days", "not_in_next_days"):
        return column.between(moment.current_day(), moment.day(lambda m: m.today + span))
    return column.between(moment.day(lambda m: m.today - span), moment.current_day())


def _anniversary(column: Any, days: int, moment: Moment) -> ir.BooleanValue:
    """Whether month and day come within the next days; 29 February counts on the 28th as well."""
    if days >= DAYS_OF_YEAR:
        return column.notnull()
    # Both ends as month and day in one number; a span over the new year is outside of the days between its ends.
    key = column.month() * 100 + column.day()
    own = ibis.ifelse(key == 229, 228, key)
    first, last = moment.current_day(), moment.day(lambda m: m.today + timedelta(days=days))
    low, high = (first.month() * 100 + first.day()), (last.month() * 100 + last.day())
    inside = ibis.ifelse(low <= high, (own >= low) & (own <= high), (own >= low) | (own <= high))
    # On 29 February itself the 28th of the key has passed.
    return inside | ((key == 229) & ((low == 229) | (high == 229)))


def _instant(column: Any, op: str, values: tuple[str, ...], moment: Moment) -> ir.BooleanValue:
    if op in DAYS_OPS:
        span = timedelta(days=int(values[0]))
        now = moment.present()
        if op in ("in_next_days", "not_in_next_days"):
            return (column >= now) & (column < moment.instant(lambda m: m.now + span))
        return (column >= moment.instant(lambda m: m.now - span)) & (column < now)
    days = [date.fromisoformat(text) for text in values]
    start, end = moment.start_of(days[0]), moment.start_of(days[-1] + timedelta(days=1))
    if op == "before":
        return column < instant(start)
    if op == "after":
        return column >= instant(end)
    return (column >= instant(start)) & (column < instant(end))


def _day(day: date) -> ir.DateScalar:
    return ibis.literal(day, type="date")
