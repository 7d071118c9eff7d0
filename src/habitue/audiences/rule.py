"""The rule of an audience: a typed immutable tree over plain data, with limits; it knows no field and no engine.

Values of traits, properties and insights are text in one canonical form: numbers as `12.5`, dates as
`2024-12-31`, truth as `true` or `false`; a tuple where the operator takes several.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

import msgspec

from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

MAX_DEPTH = 6
MAX_NODES = 100
MAX_TEXT = 200
MAX_VALUES = 200
MAX_COUNT = 1_000_000
MAX_BYTES = 200_000

ValueOp = Literal[
    "is", "is_not", "one_of", "contains", "starts_with", "is_known", "is_unknown",
    "more_than", "at_least", "less_than", "at_most", "between",
    "before", "after", "in_last_days", "not_in_last_days",
]  # fmt: skip
CountOp = Literal["at_least", "at_most", "exactly"]
SumOp = Literal["at_least", "at_most", "more_than", "less_than"]
WindowKind = Literal["ever", "last_days", "last_months", "last_year", "between"]
Value = str | tuple[str, ...]
OPS: tuple[str, ...] = get_args(ValueOp)
NO_VALUE_OPS = frozenset({"is_known", "is_unknown"})
MANY_VALUES_OPS = frozenset({"one_of", "between"})


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A span of time.

    `last_days`: `count` times 24 hours back from now. `last_months`, `last_year`: from the beginning of the
    workspace day that many months ago. `between`: from the beginning of the workspace day `since` to the end of
    the day `until`, either may be left out. `ever`: always.
    """

    kind: WindowKind = "ever"
    count: int = 0
    since: date | None = None
    until: date | None = None


class PropertyTest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A condition on an event's property, such as `channel`, `total` or `products.category` (any product)."""

    property: str
    op: ValueOp
    value: Value = ""


class _Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"):
    """A node of the tree; `kind` tells which."""


class Trait(_Node, frozen=True, tag="trait"):
    """What somebody is or has. `is_not` is also true of people whose value is not known."""

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
    """Whether somebody belongs to another audience."""

    audience_id: str
    negate: bool = False


class Group(_Node, frozen=True, tag="group"):
    """All or any of several rules; `all` of nothing is everybody, `any` of nothing nobody."""

    match: Literal["all", "any"] = "all"
    rules: tuple[Rule, ...] = ()
    negate: bool = False


Rule = Trait | EventCount | EventSum | InsightIs | Consent | InAudience | Group
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
        if isinstance(node, Group):
            children = [(f"{place}.{number}", child) for number, child in enumerate(node.rules)]
            waiting.extend(reversed(children))


def values_of(value: Value) -> tuple[str, ...]:
    """The values of a condition as a tuple."""
    return (value,) if isinstance(value, str) else value


def audiences_in(rule: Rule) -> frozenset[str]:
    """The ids of the audiences that the rule mentions."""
    return frozenset(node.audience_id for _path, node in walk(rule) if isinstance(node, InAudience))


def insights_in(rule: Rule) -> frozenset[str]:
    """The names of the insights that the rule mentions."""
    return frozenset(node.insight for _path, node in walk(rule) if isinstance(node, InsightIs))


def _check_values(node: Rule) -> None:
    tests = node.where if isinstance(node, EventCount | EventSum) else ()
    if len(tests) > MAX_NODES:
        raise RuleTooLarge(limit=MAX_NODES, what=_("conditions"))
    values = [values_of(test.value) for test in tests]
    if isinstance(node, Trait | InsightIs):
        values.append(values_of(node.value))
    if any(len(several) > MAX_VALUES for several in values):
        raise RuleTooLarge(limit=MAX_VALUES, what=_("values in one condition"))
    if any(len(text) > MAX_TEXT for several in values for text in several):
        raise RuleTooLarge(limit=MAX_TEXT, what=_("characters in one value"))
