"""From the parsed text to the typed tree, with the place of every condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

import msgspec
from lark import Token, v_args

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
    Related,
    Rule,
    Sample,
    Trait,
    Window,
)
from habitue.audiences.rule import Sequence as Steps
from habitue.audiences.text_reading_parts import AMOUNT_OPS, ReadingParts

_NEGATABLE = (EventCount, Steps, InAudience, MayUse)


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


class Reading(ReadingParts):
    """Each method takes the children of the rule of its name in the grammar."""

    def __init__(self, audience_ids: Mapping[str, str]) -> None:
        super().__init__()
        self._ids = {**{name.casefold(): found for name, found in audience_ids.items()}, **audience_ids}

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
            cast(Any, AMOUNT_OPS[op]),
            Decimal(amount),
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
        return "country", items[1]

    def near_regions(self, items: list[Any]) -> tuple[str, Any]:
        return "regions", items[1]

    def near_cities(self, items: list[Any]) -> tuple[str, Any]:
        return "cities", items[1]

    def near_postcodes(self, items: list[Any]) -> tuple[str, Any]:
        return "postcodes", items[0]

    def related(self, items: list[Any]) -> Placed:
        quantifier, around, inner = items
        return Placed(Related(cast(Any, str(around)), cast(Any, str(quantifier)), inner.rule), inner.leaves)

    def sample(self, items: list[Any]) -> Rule:
        name, first, until = items
        return Sample(name, int(first * 100), int(until * 100))
