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
from habitue.audiences.rule import Value, values_of
from habitue.insights.catalogue import FieldKind
from habitue.insights.days import instant
from habitue.insights.orders import MONEY

MAX_AGE = 150
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
_NEGATED = frozenset({"is_not", "is_unknown", "not_in_last_days"})


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
    first, last = moment.birth_days(youngest, oldest)
    found = birth_date.between(_day(first), _day(last)).fill_null(False)
    return ~found if op in _NEGATED else found


def typed(text: ir.StringValue, kind: FieldKind) -> ir.Value:
    """A column of text in the type that the kind compares in; what cannot be read becomes missing."""
    if kind in ("number", "money"):
        return text.try_cast(MONEY)
    if kind == "date":
        return text.try_cast("date")
    if kind == "boolean":
        return ibis.cases((text.lower() == "true", True), (text.lower() == "false", False), else_=None)
    return text


def _holds(column: Any, kind: FieldKind, op: str, values: tuple[str, ...], moment: Moment) -> ir.BooleanValue:
    if op in ("is_known", "is_unknown"):
        return column.notnull() & (column != "") if kind in ("text", "choice") else column.notnull()
    if kind in ("number", "money"):
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
    if op in ("in_last_days", "not_in_last_days"):
        first = moment.today - timedelta(days=int(values[0]))
        return column.between(_day(first), _day(moment.today))
    return _compare(column, op, [_day(date.fromisoformat(text)) for text in values])


def _instant(column: Any, op: str, values: tuple[str, ...], moment: Moment) -> ir.BooleanValue:
    if op in ("in_last_days", "not_in_last_days"):
        since = instant(moment.now - timedelta(days=int(values[0])))
        return (column >= since) & (column < instant(moment.now))
    days = [date.fromisoformat(text) for text in values]
    start, end = moment.start_of(days[0]), moment.start_of(days[-1] + timedelta(days=1))
    if op == "before":
        return column < instant(start)
    if op == "after":
        return column >= instant(end)
    return (column >= instant(start)) & (column < instant(end))


def _day(day: date) -> ir.DateScalar:
    return ibis.literal(day, type="date")
