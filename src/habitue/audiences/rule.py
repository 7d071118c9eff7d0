"""The rule of an audience: a typed immutable tree over plain data, with limits; it knows no field and no engine.

Values of traits, properties and insights are text in one canonical form: numbers as `12.5`, dates as
`2024-12-31`, truth as `true` or `false`; a tuple where the operator takes several.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

import msgspec

from habitue.audiences.rule_parts import (
    MANY_VALUES_OPS,
    NO_VALUE_OPS,
    OPS,
    CountOp,
    Measure,
    PropertyTest,
    Same,
    Step,
    SumOp,
    Value,
    ValueOp,
    Window,
    WindowKind,
    values_of,
)
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

__all__ = [
    "EVERYBODY",
    "MANY_VALUES_OPS",
    "NO_VALUE_OPS",
    "OPS",
    "Consent",
    "CountOp",
    "EventCount",
    "EventSum",
    "EventValue",
    "Group",
    "InAudience",
    "InsightIs",
    "MayUse",
    "Measure",
    "Place",
    "PropertyTest",
    "Related",
    "Rule",
    "RuleTooLarge",
    "RuleUnreadable",
    "Same",
    "Sample",
    "Sequence",
    "Step",
    "SumOp",
    "Trait",
    "Value",
    "ValueOp",
    "Window",
    "WindowKind",
    "audiences_in",
    "check_limits",
    "decode",
    "encode",
    "history_in",
    "insights_in",
    "own_nodes",
    "purposes_in",
    "values_of",
    "walk",
    "where_of",
]  # fmt: skip

MAX_DEPTH = 6
MAX_NODES = 100
MAX_TEXT = 200
MAX_VALUES = 200
MAX_COUNT = 1_000_000
MAX_STEPS = 12
MAX_BYTES = 200_000


class _Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"):
    """A node of the tree; `kind` tells which."""


class Trait(_Node, frozen=True, tag="trait"):
    """What somebody is or has. `is_not` is also true of people whose value is not known.

    `in_last_days` and `in_next_days` of an instant are spans as those of `Window`: before now, and from now on. Of a
    day they hold both ends, in days of the workspace.
    """

    field: str
    op: ValueOp
    value: Value = ""


class EventCount(_Node, frozen=True, tag="event_count"):
    """How often somebody did something in a window; cancelled orders do not count."""

    event: str
    op: CountOp = "at_least"
    count: int = 1
    window: Window = Window()
    where: tuple[PropertyTest, ...] = ()
    negate: bool = False


class EventSum(_Node, frozen=True, tag="event_sum"):
    """How much money somebody's events carried in a window; orders less refunds, in one currency.

    An empty `currency` is the workspace's.
    """

    event: str
    op: SumOp
    amount: Decimal
    property: str = "total"
    currency: str = ""
    window: Window = Window()
    where: tuple[PropertyTest, ...] = ()


class EventValue(_Node, frozen=True, tag="event_value"):
    """A measure of a property over somebody's events, compared.

    Sums and distinct values of nothing are 0, every other measure of nothing is missing. `first` and `last` go by
    (event time, journal sequence) and pass over events without the property; among values that are equally
    frequent the smallest text counts. `products.x` measures every product of every event.
    """

    measure: Measure
    event: str
    property: str
    op: ValueOp
    value: Value = ""
    window: Window = Window()
    where: tuple[PropertyTest, ...] = ()


class Sequence(_Node, frozen=True, tag="sequence"):
    """Whether some choice of somebody's events fits all steps in order of (event time, journal sequence).

    `window` is where the steps that happened must lie.
    """

    steps: tuple[Step, ...]
    window: Window = Window()
    negate: bool = False


class Place(_Node, frozen=True, tag="place"):
    """Somebody lives in the country, and in one of the regions, cities or postcode areas, as far as they are given.

    `postcodes` are beginnings of postal codes.
    """

    country: str = ""
    regions: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()


class Related(_Node, frozen=True, tag="related"):
    """Whether any, all or none of the people of somebody's company, household or referral fulfil a rule.

    The person counts as one of them; nobody without a company, household or referral fulfils it. People of a referral
    are whoever recommended and those whom they recommended; somebody may be of two.
    """

    by: Literal["company", "household", "referral"]
    match: Literal["any", "all", "none"]
    rule: Rule


class MayUse(_Node, frozen=True, tag="may_use"):
    """Whether a purpose has its lawful basis for somebody: consent where it is needed, no objection, an address."""

    purpose: str
    negate: bool = False


class Sample(_Node, frozen=True, tag="sample"):
    """A part of everybody that stays the same: by the hash of profile and `name`, from `first` to `until`.

    Both are hundredths of a per cent; 0 to 1000 and 1000 to 10000 of the same name never overlap, and are a tenth
    and the other nine tenths.
    """

    name: str
    first: int = 0
    until: int = 10_000


class InsightIs(_Node, frozen=True, tag="insight"):
    """A computed trait; people for whom it was not computed have no value."""

    insight: str
    field: str
    op: ValueOp
    value: Value = ""


class Consent(_Node, frozen=True, tag="consent"):
    """Whether a consent for a purpose and channel is given, withdrawn, or neither (`unknown`)."""

    purpose: str
    channel: str = "any"
    state: Literal["given", "withdrawn", "unknown"] = "given"


class InAudience(_Node, frozen=True, tag="in_audience"):
    """Whether somebody belongs to another audience, or belonged to it, entered or left it within a window."""

    audience_id: str
    negate: bool = False
    state: Literal["is", "was", "entered", "left"] = "is"
    window: Window = Window()


class Group(_Node, frozen=True, tag="group"):
    """All or any of several rules; `all` of nothing is everybody, `any` of nothing nobody."""

    match: Literal["all", "any"] = "all"
    rules: tuple[Rule, ...] = ()
    negate: bool = False


Rule = (
    Trait
    | EventCount
    | EventSum
    | EventValue
    | Sequence
    | InsightIs
    | Consent
    | MayUse
    | InAudience
    | Place
    | Related
    | Sample
    | Group
)
EVERYBODY = Group()


class RuleUnreadable(HabitueError):
    """The rule is not in the form of a rule."""

    code = "rule_unreadable"
    message = _("This rule cannot be read: %(problem)s.")
    next_step = _("Open the audience and build the rule again.")


class RuleTooLarge(HabitueError):
    """The rule goes beyond one of the limits."""

    code = "rule_too_large"
    message = _("The rule is too large: at most %(limit)s %(what)s are possible.")
    next_step = _("Split it: save a part as an audience of its own, and use that audience in this rule.")


def decode(data: str | bytes) -> Rule:
    """A rule from JSON; raises RuleUnreadable and RuleTooLarge."""
    if len(data) > MAX_BYTES:
        raise RuleTooLarge(limit=MAX_BYTES, what=_("characters"))
    try:
        rule: Rule = msgspec.json.decode(data, type=Rule)
    except (msgspec.MsgspecError, RecursionError) as problem:
        raise RuleUnreadable(problem=str(problem)) from problem
    check_limits(rule)
    return rule


def encode(rule: Rule) -> str:
    """The rule as JSON; `decode` gives the same rule back."""
    return msgspec.json.encode(rule).decode()


def check_limits(rule: Rule) -> None:
    """Raise RuleTooLarge when the rule is too deep, has too many nodes, or too long values."""
    for nodes, (path, node) in enumerate(walk(rule), 1):
        if path.count(".") > MAX_DEPTH:
            raise RuleTooLarge(limit=MAX_DEPTH, what=_("levels"))
        if nodes > MAX_NODES:
            raise RuleTooLarge(limit=MAX_NODES, what=_("conditions"))
        _check_values(node)


def walk(rule: Rule, path: str = "rule") -> Iterator[tuple[str, Rule]]:
    """Every node with its path (`rule`, `rule.0`, `rule.0.2`, …), parents first."""
    waiting = [(path, rule)]
    while waiting:
        place, node = waiting.pop()
        yield place, node
        inside = node.rules if isinstance(node, Group) else (node.rule,) if isinstance(node, Related) else ()
        waiting.extend(reversed([(f"{place}.{number}", child) for number, child in enumerate(inside)]))


def own_nodes(rule: Rule) -> Iterator[Rule]:
    """Every node that is about the person, without what is asked of the people around."""
    yield rule
    if isinstance(rule, Group):
        for child in rule.rules:
            yield from own_nodes(child)


def where_of(node: Rule) -> tuple[PropertyTest, ...]:
    """Every test of a property in a node."""
    if isinstance(node, Sequence):
        return tuple(test for step in node.steps for test in step.where)
    return node.where if isinstance(node, EventCount | EventSum | EventValue) else ()


def audiences_in(rule: Rule) -> frozenset[str]:
    """The ids of the audiences that the rule mentions."""
    return frozenset(node.audience_id for _path, node in walk(rule) if isinstance(node, InAudience))


def history_in(rule: Rule) -> frozenset[str]:
    """The ids of the audiences whose history the rule asks: who was in, entered or left."""
    return frozenset(
        node.audience_id for _path, node in walk(rule) if isinstance(node, InAudience) and node.state != "is"
    )


def insights_in(rule: Rule) -> frozenset[str]:
    """The names of the insights that the rule mentions."""
    return frozenset(node.insight for _path, node in walk(rule) if isinstance(node, InsightIs))


def purposes_in(rule: Rule) -> frozenset[str]:
    """The purposes whose lawful basis the rule asks for."""
    return frozenset(node.purpose for _path, node in walk(rule) if isinstance(node, MayUse))


def _check_values(node: Rule) -> None:
    tests = where_of(node)
    if isinstance(node, Sequence) and len(node.steps) > MAX_STEPS:
        raise RuleTooLarge(limit=MAX_STEPS, what=_("steps"))
    if len(tests) > MAX_NODES:
        raise RuleTooLarge(limit=MAX_NODES, what=_("conditions"))
    values = [values_of(test.value) for test in tests]
    if isinstance(node, Trait | InsightIs | EventValue):
        values.append(values_of(node.value))
    if isinstance(node, Place):
        values += [node.regions, node.cities, node.postcodes]
    if any(len(several) > MAX_VALUES for several in values):
        raise RuleTooLarge(limit=MAX_VALUES, what=_("values in one condition"))
    if any(len(text) > MAX_TEXT for several in values for text in several):
        raise RuleTooLarge(limit=MAX_TEXT, what=_("characters in one value"))
