"""From the raw texts of a form to a rule: what can be used already, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from habitue.audiences.check import RuleInvalid, check_rule
from habitue.audiences.rule import Group, Related, Rule, RuleTooLarge, decode, encode
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _
from habitue.web.audiences.built_leaves import LEAVES
from habitue.web.audiences.draft import BARE, ROOT, Draft
from habitue.web.audiences.form_texts import ConditionUnfinished

_GROUPS: Mapping[str, tuple[str, bool]] = {
    "all": ("all", False),
    "any": ("any", False),
    "none": ("any", True),
    "not_all": ("all", True),
}


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
        make = _related if node.kind == "related" else LEAVES[node.kind]
        rule = decode(encode(make(node, path, problems)))
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
    if node.one(BARE) and len(rules) == len(node.rules) == 1 and (match, negate) == ("all", False):
        return rules[0]
    return Group(match=cast(Any, match), rules=rules, negate=negate) if rules else None


def _related(node: Draft, path: str, problems: dict[str, HabitueError]) -> Rule:
    inside = _group(node.rules[0], f"{path}.0", problems) if node.rules else None
    if inside is None:
        raise ConditionUnfinished()
    return Related(cast(Any, node.one("by", "company")), cast(Any, node.one("match", "any")), inside)
