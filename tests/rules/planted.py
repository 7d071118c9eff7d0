"""Planted bugs: for every kind of condition what a careless evaluator would take it for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

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
    Sequence,
    Trait,
    Window,
)

_STRICT = {"at_least": "more_than", "more_than": "at_least", "at_most": "less_than", "less_than": "at_most"}
_ENDS = {"first": "last", "last": "first", "min": "max", "max": "min", "average": "max", "most_frequent": "first"}


def with_bug(rule: Rule, kind: type) -> Rule:
    """The rule with the bug of one kind of condition wherever that kind stands."""
    if isinstance(rule, Group):
        rule = replace(rule, rules=tuple(with_bug(child, kind) for child in rule.rules))
    if isinstance(rule, Related):
        rule = replace(rule, rule=with_bug(rule.rule, kind))
    return _BUGS[kind](rule) if type(rule) is kind else rule


def _trait(node: Trait) -> Rule:
    """A bound that is not inside, and nothing known that is not something either."""
    known = Trait(node.field, "is_known")
    return Group(rules=(node, known)) if node.op == "is_not" else replace(node, op=_STRICT.get(node.op, node.op))


def _count(node: EventCount) -> Rule:
    """What happened at any time counts in every window."""
    return replace(node, window=Window())


def _sum(node: EventSum) -> Rule:
    """A bound that is not inside."""
    return replace(node, op=_STRICT[node.op])


def _value(node: EventValue) -> Rule:
    """The wrong end."""
    return replace(node, measure=_ENDS.get(node.measure, node.measure))


def _sequence(node: Sequence) -> Rule:
    """What must not happen in between is forgotten."""
    return replace(node, steps=tuple(step for step in node.steps if not step.negate))


def _insight(node: InsightIs) -> Rule:
    """Who has no value is taken for somebody with another one."""
    return Group(rules=(node, InsightIs(node.insight, node.field, "is_known")))


def _consent(node: Consent) -> Rule:
    """The channel does not matter."""
    return replace(node, channel="any")


def _in_audience(node: InAudience) -> Rule:
    """Entering is leaving, and having been there is being there."""
    other = {"entered": "left", "left": "entered", "was": "is", "is": "was"}[node.state]
    return replace(node, state=other, window=node.window if other in ("entered", "left") else Window())


def _related(node: Related) -> Rule:
    """One of them is all of them."""
    return replace(node, match={"any": "all", "all": "any", "none": "any"}[node.match])


_BUGS: Mapping[type, Callable[[Any], Rule]] = {
    Trait: _trait,
    EventCount: _count,
    EventSum: _sum,
    EventValue: _value,
    Sequence: _sequence,
    InsightIs: _insight,
    Consent: _consent,
    MayUse: lambda node: replace(node, negate=False),
    InAudience: _in_audience,
    Place: lambda node: replace(node, postcodes=()) if node.country or node.cities else node,
    Related: _related,
    Sample: lambda node: replace(node, first=min(node.first + 1_500, node.until - 1)),
    Group: lambda node: replace(node, match="any" if node.match == "all" else "all"),
}
