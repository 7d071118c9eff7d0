"""From parsed words to the parts of conditions: comparisons, spans of time, steps, tests of properties."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, cast

from lark import Token, Transformer

from habitue.audiences.rule import PropertyTest, Same, Step, Window

AMOUNT_OPS = {">=": "at_least", ">": "more_than", "<=": "at_most", "<": "less_than"}
_MINUTES = {"minutes": 1, "hours": 60, "days": 1_440, "weeks": 10_080}
MAX_DIGITS = 18


class LiteralUnfit(Exception):
    """A day or a number that has the form of one and is none; `token` tells where it stands."""

    def __init__(self, token: Token) -> None:
        super().__init__(str(token))
        self.token = token


class Written(Decimal):
    """A number with the place where it is written."""

    token: Token


class ReadingParts(Transformer[Token, Any]):
    """Each method takes the children of the rule of its name in the grammar."""

    def step(self, items: list[Any]) -> Step:
        event, where = items
        return Step(event, where or ())

    def then(self, items: list[Any]) -> Step:
        within, event, where, same = items
        return Step(event, where or (), within or 0, same or ())

    def then_not(self, items: list[Any]) -> Step:
        within, event, where, same = items
        return Step(event, where or (), within or 0, same or (), negate=True)

    def within(self, items: list[Any]) -> int:
        return _whole(items[0]) * int(items[1])

    def same(self, items: list[Same]) -> tuple[Same, ...]:
        return tuple(items)

    def pair(self, items: list[Any]) -> Same:
        return Same(items[0], items[1] or "")

    def is_(self, items: list[str]) -> tuple[str, Any]:
        return "is", items[0]

    def is_not(self, items: list[str]) -> tuple[str, Any]:
        return "is_not", items[0]

    def is_known(self, _items: list[Any]) -> tuple[str, Any]:
        return "is_known", ""

    def is_unknown(self, _items: list[Any]) -> tuple[str, Any]:
        return "is_unknown", ""

    def one_of_one(self, items: list[str]) -> tuple[str, Any]:
        return "one_of", (items[0],)

    def one_of(self, items: list[str]) -> tuple[str, Any]:
        return "one_of", tuple(items)

    def contains(self, items: list[str]) -> tuple[str, Any]:
        return "contains", items[0]

    def starts_with(self, items: list[str]) -> tuple[str, Any]:
        return "starts_with", items[0]

    def compared(self, items: list[Any]) -> tuple[str, Any]:
        return AMOUNT_OPS[items[0]], items[1]

    def between(self, items: list[str]) -> tuple[str, Any]:
        return "between", (items[0], items[1])

    def before(self, items: list[str]) -> tuple[str, Any]:
        return "before", items[0]

    def after(self, items: list[str]) -> tuple[str, Any]:
        return "after", items[0]

    def in_last_days(self, items: list[Decimal]) -> tuple[str, Any]:
        return "in_last_days", _plain(items[0])

    def not_in_last_days(self, items: list[Decimal]) -> tuple[str, Any]:
        return "not_in_last_days", _plain(items[0])

    def in_next_days(self, items: list[Decimal]) -> tuple[str, Any]:
        return "in_next_days", _plain(items[0])

    def not_in_next_days(self, items: list[Decimal]) -> tuple[str, Any]:
        return "not_in_next_days", _plain(items[0])

    def anniversary_in_next_days(self, items: list[Decimal]) -> tuple[str, Any]:
        return "anniversary_in_next_days", _plain(items[0])

    def at_least(self, items: list[Written]) -> tuple[str, int]:
        return "at_least", _whole(items[0])

    def at_most(self, items: list[Written]) -> tuple[str, int]:
        return "at_most", _whole(items[0])

    def exactly(self, items: list[Written]) -> tuple[str, int]:
        return "exactly", _whole(items[0])

    def last_hours(self, items: list[Written]) -> Window:
        return Window("last_hours", _whole(items[0]))

    def last_days(self, items: list[Written]) -> Window:
        return Window("last_days", _whole(items[0]))

    def last_months(self, items: list[Written]) -> Window:
        return Window("last_months", _whole(items[0]))

    def last_year(self, _items: list[Any]) -> Window:
        return Window("last_year")

    def this_period(self, items: list[str]) -> Window:
        return Window("this", unit=cast(Any, items[0]))

    def last_period(self, items: list[str]) -> Window:
        return Window("last", unit=cast(Any, items[0]))

    def days_ago(self, items: list[Written]) -> Window:
        return Window("days_ago", _whole(items[0]), upto=_whole(items[1]))

    def between_days(self, items: list[Any]) -> Window:
        return Window("between", since=_day(items[0]), until=None if items[1] is None else _day(items[1]))

    def until_day(self, items: list[Any]) -> Window:
        return Window("between", until=_day(items[0]))

    def since_event(self, items: list[str]) -> Window:
        return Window("since_event", event=items[0])

    def day(self, _items: list[Any]) -> str:
        return "day"

    def week(self, _items: list[Any]) -> str:
        return "week"

    def month(self, _items: list[Any]) -> str:
        return "month"

    def quarter(self, _items: list[Any]) -> str:
        return "quarter"

    def year(self, _items: list[Any]) -> str:
        return "year"

    def minutes(self, _items: list[Any]) -> int:
        return _MINUTES["minutes"]

    def hours(self, _items: list[Any]) -> int:
        return _MINUTES["hours"]

    def days(self, _items: list[Any]) -> int:
        return _MINUTES["days"]

    def weeks(self, _items: list[Any]) -> int:
        return _MINUTES["weeks"]

    def where(self, items: list[PropertyTest]) -> tuple[PropertyTest, ...]:
        return tuple(items)

    def test(self, items: list[Any]) -> PropertyTest:
        path, (op, value) = items
        return PropertyTest(path, op, value)

    def path(self, items: list[Any]) -> str:
        return items[0] if items[1] is None else f"{items[0]}.{items[1]}"

    def name(self, items: list[Token]) -> str:
        return str(items[0]).strip("`")

    def event(self, items: list[Token]) -> str:
        return _text(items[0])

    def string(self, items: list[Token]) -> str:
        return _text(items[0])

    def strings(self, items: list[Token]) -> tuple[str, ...]:
        return tuple(_text(item) for item in items)

    def number(self, items: list[Token]) -> Written:
        if len(items[0]) > MAX_DIGITS:
            raise LiteralUnfit(items[0])
        found = Written(str(items[0]))
        found.token = items[0]
        return found

    def value(self, items: list[Token]) -> str:
        return _text(items[0]) if items[0].type == "STRING" else str(items[0])


def _text(token: Token) -> str:
    return token[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def _plain(number: Decimal) -> str:
    return f"{number:f}"


def _whole(number: Written) -> int:
    """A number of times, days or the like, of which there are no halves."""
    if number != number.to_integral_value():
        raise LiteralUnfit(number.token)
    return int(number)


def _day(token: Token) -> date:
    try:
        return date.fromisoformat(str(token))
    except ValueError:
        raise LiteralUnfit(token) from None
