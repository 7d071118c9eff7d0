"""The conditions of a rule, each from the raw texts of its controls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from habitue.audiences.check import check_rule
from habitue.audiences.fields import insight_field, trait_field
from habitue.audiences.properties import property_kind
from habitue.audiences.rule import (
    Consent,
    EventCount,
    EventSum,
    EventValue,
    InAudience,
    InsightIs,
    MayUse,
    Place,
    PropertyTest,
    Rule,
    Same,
    Sample,
    Sequence,
    Step,
    Trait,
    Window,
    decode,
    encode,
)
from habitue.audiences.rule_parts import NUMBER_MEASURES
from habitue.kernel.errors import HabitueError
from habitue.web.audiences.draft import PROPERTY, SAME, Draft
from habitue.web.audiences.form_texts import ConditionUnfinished, amount_of, filled, value_of, whole, window_of
from habitue.web.audiences.rule_texts import LENGTHS

Problems = dict[str, HabitueError]
_MINUTES = dict(LENGTHS)


def _trait(node: Draft, _path: str, _problems: Problems) -> Rule:
    name = node.one("field")
    return Trait(name, cast(Any, node.one("op")), value_of(node, trait_field(name).kind))


def _insight(node: Draft, _path: str, _problems: Problems) -> Rule:
    insight, _dot, name = node.one("field").partition(".")
    known = insight_field(insight, name)
    return InsightIs(insight, name, cast(Any, node.one("op")), value_of(node, known.kind if known else "text"))


def _event_count(node: Draft, path: str, problems: Problems) -> Rule:
    return EventCount(
        event=filled(node.one("event")),
        op=cast(Any, node.one("op", "at_least")),
        count=whole(node.one("count")),
        window=window_of(node),
        where=_where(node, path, problems),
        negate=node.one("negate") == "yes",
    )


def _event_sum(node: Draft, path: str, problems: Problems) -> Rule:
    return EventSum(
        event=filled(node.one("event")),
        op=cast(Any, node.one("op", "at_least")),
        amount=amount_of(node.one("amount")),
        property=node.one("amount_of") or "total",
        currency=node.one("currency"),
        window=window_of(node),
        where=_where(node, path, problems),
    )


def _consent(node: Draft, _path: str, _problems: Problems) -> Rule:
    state = cast(Any, node.one("state", "given"))
    return Consent(filled(node.one("purpose")), node.one("channel", "any") or "any", state)


def _event_value(node: Draft, path: str, problems: Problems) -> Rule:
    measure, name, op = node.one("measure", "sum"), filled(node.one("property")), node.one("op")
    return EventValue(
        measure=cast(Any, measure),
        event=filled(node.one("event")),
        property=name,
        op=cast(Any, op),
        value=value_of(node, "number" if measure in NUMBER_MEASURES else property_kind(name, op)),
        window=window_of(node),
        where=_where(node, path, problems),
    )


def _sequence(node: Draft, path: str, problems: Problems) -> Rule:
    steps = [_step(child, f"{path}.{number}", problems, is_first=not number) for number, child in enumerate(node.rules)]
    finished = tuple(step for step in steps if step is not None)
    if len(finished) < len(steps) or not steps:
        raise ConditionUnfinished()
    return Sequence(finished, window_of(node), negate=node.one("negate") == "yes")


def _step(node: Draft, path: str, problems: Problems, *, is_first: bool) -> Step | None:
    """One step, None when it is not finished; what the first one cannot have is left out."""
    try:
        event, where = filled(node.one("event")), _where(node, path, problems)
        if is_first:
            return Step(event, where)
        length = _MINUTES.get(node.one("within_unit", "any"), 0)
        within = length * whole(node.one("within_count")) if length else 0
        return Step(event, where, within, _same(node), negate=node.one("negate") == "yes")
    except HabitueError as problem:
        problems[path] = problem
        return None


def _same(node: Draft) -> tuple[Same, ...]:
    children = [child for child in node.rules if child.kind == SAME]
    return tuple(Same(filled(child.one("property")), child.one("of").strip()) for child in children)


def _may_use(node: Draft, _path: str, _problems: Problems) -> Rule:
    return MayUse(filled(node.one("purpose")), negate=node.one("negate") == "yes")


def _in_audience(node: Draft, _path: str, _problems: Problems) -> Rule:
    how = node.one("how", "is")
    state = how.removeprefix("not_")
    window = Window() if state == "is" else window_of(node)
    return InAudience(filled(node.one("audience_id")), how != state, cast(Any, state), window)


def _place(node: Draft, _path: str, _problems: Problems) -> Rule:
    country, regions, cities, postcodes = (
        node.one("country"), node.many("regions"), node.many("cities"), node.many("postcodes"),
    )  # fmt: skip
    if not (country or regions or cities or postcodes):
        raise ConditionUnfinished()
    return Place(country, regions, cities, postcodes)


def _sample(node: Draft, _path: str, _problems: Problems) -> Rule:
    first, until = (int(amount_of(node.one(end)) * 100) for end in ("first", "until"))
    return Sample(filled(node.one("name")), first, until)


def _where(node: Draft, path: str, problems: Problems) -> tuple[PropertyTest, ...]:
    """The properties that can be used; an unfinished one is told at its own place."""
    tests = []
    for number, child in enumerate(node.rules):
        if child.kind != PROPERTY:
            continue
        try:
            op = cast(Any, child.one("op"))
            name = filled(child.one("property"))
            test = PropertyTest(name, op, value_of(child, property_kind(name, child.one("op"))))
            check_rule(decode(encode(EventCount("x", where=(test,)))))
        except HabitueError as problem:
            problems[f"{path}.{number}"] = problem
        else:
            tests.append(test)
    return tuple(tests)


LEAVES: Mapping[str, Callable[[Draft, str, Problems], Rule]] = {
    "trait": _trait,
    "insight": _insight,
    "event_count": _event_count,
    "event_sum": _event_sum,
    "event_value": _event_value,
    "sequence": _sequence,
    "consent": _consent,
    "may_use": _may_use,
    "in_audience": _in_audience,
    "place": _place,
    "sample": _sample,
}
