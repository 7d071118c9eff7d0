"""From the parsed text to the typed tree, with the place of every condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

import msgspec
from lark import Token, Transformer, v_args

from habitue.audiences.rule import (
    Consent,
    EventCount,
    EventSum,
    EventValue,
    Group,
    InAudience,
    InsightIs,
    MayUse,
    Place,
    PropertyTest,
    Related,
    Rule,
    Same,
    Sample,
    Step,
    Trait,
    Window,
)
from habitue.audiences.rule import Sequence as Steps

_AMOUNT_OPS = {">=": "at_least", ">": "more_than", "<=": "at_most", "<": "less_than"}
_MINUTES = {"minutes": 1, "hours": 60, "days": 1_440, "weeks": 10_080}
_NEGATABLE = (EventCount, Steps, InAudience, MayUse)
MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Leaf:
    """A condition and where it stands."""

    rule: Rule
    line: int
    column: int
    length: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule with the places of its conditions."""

    rule: Rule
    leaves: tuple[Leaf, ...]


def _group(match: str, items: Sequence[Placed], *, negate: bool = False) -> Placed:
    rules = tuple(item.rule for item in items)
    return Placed(Group(cast(Any, match), rules, negate), tuple(leaf for item in items for leaf in item.leaves))


class Reading(Transformer[Token, Any]):
    """Each method takes the children of the rule of its name in the grammar."""

    def __init__(self, audience_ids: Mapping[str, str]) -> None:
        super().__init__()
        self._ids = audience_ids

    def conjunction(self, items: list[Placed]) -> Placed:
        return _group("all", items)

    def disjunction(self, items: list[Placed]) -> Placed:
        return _group("any", items)

    def rule_list(self, items: list[Placed]) -> list[Placed]:
        return items

    def all_of(self, items: list[Any]) -> Placed:
        return _group("all", items[0] or [])

    def any_of(self, items: list[Any]) -> Placed:
        return _group("any", items[0] or [])

    def everybody(self, _items: list[Any]) -> Placed:
        return _group("all", [])

    def nobody(self, _items: list[Any]) -> Placed:
        return _group("any", [])

    def negated(self, items: list[Placed]) -> Placed:
        inner = items[0]
        rule = inner.rule
        if isinstance(rule, Group) and not rule.negate:
            return Placed(msgspec.structs.replace(rule, negate=True), inner.leaves)
        if isinstance(rule, _NEGATABLE) and not rule.negate:
            return Placed(msgspec.structs.replace(rule, negate=True), inner.leaves)
        return _group("all", [inner], negate=True)

    @v_args(meta=True)
    def condition(self, meta: Any, items: list[Any]) -> Placed:
        found = items[0]
        inner: tuple[Leaf, ...] = found.leaves if isinstance(found, Placed) else ()
        rule: Rule = found.rule if isinstance(found, Placed) else found
        return Placed(rule, (Leaf(rule, meta.line, meta.column, meta.end_pos - meta.start_pos), *inner))

    # ---- conditions

    def trait(self, items: list[Any]) -> Rule:
        name, (op, value) = items
        return Trait(name, op, value)

    def insight(self, items: list[Any]) -> Rule:
        insight, name, (op, value) = items
        return InsightIs(insight, name, op, value)

    def count(self, items: list[Any]) -> Rule:
        event, often, window, where = items
        op, count = often or ("at_least", 1)
        return EventCount(event, cast(Any, op), count, window or Window(), where or ())

    def money(self, items: list[Any]) -> Rule:
        path, event, op, amount, currency, window, where = items
        return EventSum(
            event,
            cast(Any, _AMOUNT_OPS[op]),
            amount,
            path or "total",
            str(currency or ""),
            window or Window(),
            where or (),
        )

    def measure(self, items: list[Any]) -> Rule:
        measure, path, event, (op, value), window, where = items
        return EventValue(cast(Any, str(measure)), event, path, op, value, window or Window(), where or ())

    def sequence(self, items: list[Any]) -> Rule:
        *steps, window = items
        return Steps(tuple(steps), window or Window())

    def consent(self, items: list[Any]) -> Rule:
        purpose, channel, state = items
        return Consent(purpose, channel or "any", cast(Any, state or "given"))

    def consent_state(self, items: list[Token]) -> str:
        return str(items[0])

    def may_use(self, items: list[str]) -> Rule:
        return MayUse(items[0])

    def is_in(self, items: list[Any]) -> Rule:
        return InAudience(self._id(items[0]))

    def was_in(self, items: list[Any]) -> Rule:
        return InAudience(self._id(items[0]), state="was", window=items[1] or Window())

    def entered(self, items: list[Any]) -> Rule:
        return InAudience(self._id(items[0]), state="entered", window=items[1] or Window())

    def left_it(self, items: list[Any]) -> Rule:
        return InAudience(self._id(items[0]), state="left", window=items[1] or Window())

    def _id(self, name: str) -> str:
        return self._ids.get(name, self._ids.get(name.casefold(), name))

    def place(self, items: list[tuple[str, Any]]) -> Rule:
        found: dict[str, Any] = {}
        for name, value in items:
            found[name] = value if name == "country" else (*found.get(name, ()), *value)
        return Place(**found)

    def near_country(self, items: list[str]) -> tuple[str, Any]:
        return "country", items[0]

    def near_regions(self, items: list[Any]) -> tuple[str, Any]:
        return "regions", items[0]

    def near_cities(self, items: list[Any]) -> tuple[str, Any]:
        return "cities", items[0]

    def near_postcodes(self, items: list[Any]) -> tuple[str, Any]:
        return "postcodes", items[0]

    def related(self, items: list[Any]) -> Placed:
        quantifier, around, inner = items
        return Placed(Related(cast(Any, str(around)), cast(Any, str(quantifier)), inner.rule), inner.leaves)

    def sample(self, items: list[Any]) -> Rule:
        name, first, until = items
        return Sample(name, int(first * 100), int(until * 100))

    # ---- steps

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
        return int(items[0]) * int(items[1])

    def same(self, items: list[Same]) -> tuple[Same, ...]:
        return tuple(items)

    def pair(self, items: list[Any]) -> Same:
        return Same(items[0], items[1] or "")

    # ---- comparisons

    def is_(self, items: list[str]) -> tuple[str, Any]:
        return "is", items[0]

    def is_not(self, items: list[str]) -> tuple[str, Any]:
        return "is_not", items[0]

    def is_known(self, _items: list[Any]) -> tuple[str, Any]:
        return "is_known", ""

    def is_unknown(self, _items: list[Any]) -> tuple[str, Any]:
        return "is_unknown", ""

    def one_of_one(self, items: list[str]) -> tuple[str, Any]:
        return "one_of", items[0]

    def one_of(self, items: list[str]) -> tuple[str, Any]:
        return "one_of", tuple(items)

    def contains(self, items: list[str]) -> tuple[str, Any]:
        return "contains", items[0]

    def starts_with(self, items: list[str]) -> tuple[str, Any]:
        return "starts_with", items[0]

    def compared(self, items: list[Any]) -> tuple[str, Any]:
        return _AMOUNT_OPS[items[0]], items[1]

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

    def at_least(self, items: list[Decimal]) -> tuple[str, int]:
        return "at_least", int(items[0])

    def at_most(self, items: list[Decimal]) -> tuple[str, int]:
        return "at_most", int(items[0])

    def exactly(self, items: list[Decimal]) -> tuple[str, int]:
        return "exactly", int(items[0])

    # ---- windows

    def last_hours(self, items: list[Decimal]) -> Window:
        return Window("last_hours", int(items[0]))

    def last_days(self, items: list[Decimal]) -> Window:
        return Window("last_days", int(items[0]))

    def last_months(self, items: list[Decimal]) -> Window:
        return Window("last_months", int(items[0]))

    def last_year(self, _items: list[Any]) -> Window:
        return Window("last_year")

    def this_period(self, items: list[str]) -> Window:
        return Window("this", unit=cast(Any, items[0]))

    def last_period(self, items: list[str]) -> Window:
        return Window("last", unit=cast(Any, items[0]))

    def days_ago(self, items: list[Decimal]) -> Window:
        return Window("days_ago", int(items[0]), upto=int(items[1]))

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

    # ---- words

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

    def number(self, items: list[Token]) -> Decimal:
        return Decimal(str(items[0])[:MAX_DIGITS])

    def value(self, items: list[Token]) -> str:
        return _text(items[0]) if items[0].type == "STRING" else str(items[0])


def _text(token: Token) -> str:
    return token[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def _plain(number: Decimal) -> str:
    return f"{number:f}"


def _day(token: Token) -> date:
    return date.fromisoformat(str(token))
