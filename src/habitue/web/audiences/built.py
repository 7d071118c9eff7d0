"""From the raw texts of a form to a rule: what can be used already, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from habitue.audiences.check import RuleInvalid, ValueUnreadable, WindowInvalid, check_rule
from habitue.audiences.fields import insight_field, trait_field
from habitue.audiences.properties import property_kind
from habitue.audiences.rule import (
    MANY_VALUES_OPS,
    NO_VALUE_OPS,
    Consent,
    EventCount,
    EventSum,
    Group,
    InAudience,
    InsightIs,
    PropertyTest,
    Rule,
    RuleTooLarge,
    Trait,
    Value,
    Window,
    decode,
    encode,
)
from habitue.audiences.text import read
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _
from habitue.web.audiences.draft import ROOT, Draft

_GROUPS: Mapping[str, tuple[str, bool]] = {
    "all": ("all", False),
    "any": ("any", False),
    "none": ("any", True),
    "not_all": ("all", True),
}


class ConditionUnfinished(HabitueError):
    """Something was not filled in yet."""

    code = "condition_unfinished"
    message = _("Not finished yet: a value is missing.")


class GroupEmpty(HabitueError):
    """A group without conditions."""

    code = "group_empty"
    message = _("This group has no condition yet.")


@dataclass(frozen=True, slots=True)
class Built:
    """The rule without what cannot be used, and the problem of each condition by its path in the form."""

    rule: Group
    problems: Mapping[str, HabitueError]

    @property
    def is_whole(self) -> bool:
        """Whether every condition can be used."""
        return not self.problems


def rule_of_draft(draft: Draft) -> Built:
    """The rule of a form; never raises."""
    problems: dict[str, HabitueError] = {}
    match, negate = _GROUPS.get(draft.one("match"), ("all", False))
    rules = tuple(_built(child, f"{ROOT}.{number}", problems) for number, child in enumerate(draft.rules))
    rule = Group(match=cast(Any, match), rules=tuple(r for r in rules if r is not None), negate=negate)
    if not rule.rules:
        rule = Group()
    try:
        check_rule(rule)
    except (RuleTooLarge, RuleInvalid) as problem:
        problems[ROOT] = problem
        rule = Group()
    return Built(rule=rule, problems=problems)


def _built(node: Draft, path: str, problems: dict[str, HabitueError]) -> Rule | None:
    if node.kind == "group":
        return _group(node, path, problems)
    try:
        rule = decode(encode(_LEAVES[node.kind](node, path, problems)))
        check_rule(rule)
    except HabitueError as problem:
        problems[path] = problem
        return None
    return rule


def _group(node: Draft, path: str, problems: dict[str, HabitueError]) -> Rule | None:
    match, negate = _GROUPS.get(node.one("match"), ("all", False))
    built = [_built(child, f"{path}.{number}", problems) for number, child in enumerate(node.rules)]
    rules = tuple(rule for rule in built if rule is not None)
    if not node.rules:
        problems[path] = GroupEmpty()
    return Group(match=cast(Any, match), rules=rules, negate=negate) if rules else None


def _trait(node: Draft, path: str, problems: dict[str, HabitueError]) -> Rule:
    name = node.one("field")
    return Trait(name, cast(Any, node.one("op")), _value(node, trait_field(name).kind))


def _insight(node: Draft, path: str, problems: dict[str, HabitueError]) -> Rule:
    insight, _dot, name = node.one("field").partition(".")
    known = insight_field(insight, name)
    return InsightIs(insight, name, cast(Any, node.one("op")), _value(node, known.kind if known else "text"))


def _event_count(node: Draft, path: str, problems: dict[str, HabitueError]) -> Rule:
    return EventCount(
        event=_filled(node.one("event")),
        op=cast(Any, node.one("op", "at_least")),
        count=_whole(node.one("count")),
        window=_window(node),
        where=_where(node, path, problems),
        negate=node.one("negate") == "yes",
    )


def _event_sum(node: Draft, path: str, problems: dict[str, HabitueError]) -> Rule:
    return EventSum(
        event=_filled(node.one("event")),
        op=cast(Any, node.one("op", "at_least")),
        amount=_amount(node.one("amount")),
        property=node.one("amount_of") or "total",
        currency=node.one("currency"),
        window=_window(node),
        where=_where(node, path, problems),
    )


def _consent(node: Draft, path: str, problems: dict[str, HabitueError]) -> Rule:
    state = cast(Any, node.one("state", "given"))
    return Consent(_filled(node.one("purpose")), node.one("channel", "any") or "any", state)


def _in_audience(node: Draft, path: str, problems: dict[str, HabitueError]) -> Rule:
    return InAudience(_filled(node.one("audience_id")), negate=node.one("negate") == "yes")


def _text(node: Draft, _path: str, _problems: dict[str, HabitueError]) -> Rule:
    return read(_filled(node.one("text")))


_LEAVES: Mapping[str, Callable[[Draft, str, dict[str, HabitueError]], Rule]] = {
    "trait": _trait,
    "insight": _insight,
    "event_count": _event_count,
    "event_sum": _event_sum,
    "consent": _consent,
    "in_audience": _in_audience,
    "text": _text,
}


def _where(node: Draft, path: str, problems: dict[str, HabitueError]) -> tuple[PropertyTest, ...]:
    """The properties that can be used; an unfinished one is told at its own place."""
    tests = []
    for number, child in enumerate(node.rules):
        try:
            op = cast(Any, child.one("op"))
            name = _filled(child.one("property"))
            test = PropertyTest(name, op, _value(child, property_kind(name, child.one("op"))))
            check_rule(decode(encode(EventCount("x", where=(test,)))))
        except HabitueError as problem:
            problems[f"{path}.{number}"] = problem
        else:
            tests.append(test)
    return tuple(tests)


def _value(node: Draft, kind: str) -> Value:
    op, texts = node.one("op"), node.many("value")
    if op in NO_VALUE_OPS:
        return ""
    if not texts or (op == "between" and len(texts) < 2):
        raise ConditionUnfinished()
    texts = tuple(_number(text) if kind in ("number", "money") else text.strip() for text in texts)
    if op == "one_of":
        return tuple(dict.fromkeys(texts))
    return texts[:2] if op in MANY_VALUES_OPS else texts[0]


def _window(node: Draft) -> Window:
    kind = node.one("window_kind", "ever")
    word, _underscore, unit = kind.partition("_")
    if word in ("this", "previous"):
        return Window("this" if word == "this" else "last", unit=cast(Any, unit))
    if kind == "days_ago":
        return Window(kind, _whole(node.one("window_count")), upto=_whole(node.one("window_upto")))
    if kind == "since_event":
        return Window(kind, event=_filled(node.one("window_event")))
    if kind in ("last_hours", "last_days", "last_months"):
        return Window(kind=cast(Any, kind), count=_whole(node.one("window_count")))
    if kind == "between":
        since, until = _day(node.one("since")), _day(node.one("until"))
        if since is None and until is None:
            raise ConditionUnfinished()
        return Window(kind="between", since=since, until=until)
    return Window(kind="last_year") if kind == "last_year" else Window()


def _filled(text: str) -> str:
    if not text.strip():
        raise ConditionUnfinished()
    return text.strip()


def _whole(text: str) -> int:
    text = _filled(text)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueUnreadable(path="", value=text)
    return int(text)


def _amount(text: str) -> Decimal:
    try:
        return Decimal(_number(_filled(text)))
    except InvalidOperation:
        raise ValueUnreadable(path="", value=text) from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise WindowInvalid(path="") from None


def _number(text: str) -> str:
    """A number as people type it: `12,50` is 12.50; spaces do not matter."""
    plain = "".join(text.split())
    return plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
