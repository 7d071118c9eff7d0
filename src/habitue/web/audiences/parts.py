"""The tree as it is drawn: for every condition its controls, its problem, and what can be added to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from habitue.audiences.rule_parts import DAYS_OPS
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _
from habitue.web.audiences import choices
from habitue.web.audiences.choices import Choices, Option
from habitue.web.audiences.condition_controls import FIELD_NAMES, controls
from habitue.web.audiences.controls import At, Control
from habitue.web.audiences.draft import FRESH, MAX_GROUP_DEPTH, NODE_KINDS, PROPERTY, ROOT, SAME, STEP, Draft
from habitue.web.audiences.remarks import strange
from habitue.web.errors import Told, told

ADDABLE: Mapping[str, str] = {
    "trait": _("Trait"),
    "event_count": _("Behaviour"),
    "event_sum": _("Money"),
    "insight": _("Insight"),
    "consent": _("Consent"),
    "in_audience": _("Audience"),
    "group": _("Group"),
}
MORE: Mapping[str, str] = {
    "sequence": _("Sequence of steps"),
    "event_value": _("Figure or favourite"),
    "place": _("Place"),
    "may_use": _("May be used for"),
    "related": _("Company, household or referral"),
    "sample": _("Part of everybody"),
}
_DAY, _NUMBER_OF_DAYS = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"\d{1,5}")
"""What is left over when a day is compared in another way: neither can be the other."""
_NARROW = {PROPERTY: _("narrow down, for example to a category")}
_INSIDE: Mapping[str, Mapping[str, str]] = {
    "event_count": _NARROW,
    "event_sum": _NARROW,
    "event_value": _NARROW,
    "sequence": {STEP: _("one more step")},
    STEP: {**_NARROW, SAME: _("the same property as the step before")},
}


@dataclass(frozen=True, slots=True)
class Node:
    """One condition, group or step as it is drawn; `was` remembers what its values belong to.

    `problem` says what is missing or wrong; while the node `is_fresh` that is a hint, not a fault. `warning` says that
    the condition can be used but hardly means what was meant.

    `addable` and `more` are conditions that a group can be given, `inside` what belongs to a condition itself.
    """

    path: str
    kind: str
    controls: tuple[Control, ...]
    rules: tuple[Node, ...]
    problem: Told | None
    warning: Told | None
    was: str
    tone: str
    addable: tuple[Option, ...]
    more: tuple[Option, ...]
    inside: tuple[Option, ...]
    may_wrap: bool
    may_move: bool
    may_remove: bool
    is_fresh: bool
    has_loss: bool

    @property
    def ident(self) -> str:
        """The path as the beginning of ids."""
        return self.path.replace(".", "_")


def settled(draft: Draft, lists: Choices) -> Draft:
    """The tree with comparisons that fit: when another field was chosen, or a day is compared in another way, the
    old values go."""
    event = {"event": draft.values["event"]} if draft.kind != "group" and "event" in draft.values else {}
    inner = (child if child.kind == STEP else replace(child, values={**child.values, **event}) for child in draft.rules)
    draft = replace(draft, rules=tuple(settled(child, lists) for child in inner))
    if draft.kind not in FIELD_NAMES:
        return draft
    values = dict(draft.values)
    is_another = draft.one("was", _about(draft)) != _about(draft)
    if is_another:
        values.pop("value", None)
    ops = choices.fitting_ops(replace(draft, values={**values, "op": ()}), lists.own)
    if not draft.one("op") or (is_another and draft.one("op") not in ops):
        values["op"] = (ops[0],)
    return _with_fitting_days(replace(draft, values=values), lists)


def _with_fitting_days(draft: Draft, lists: Choices) -> Draft:
    if choices.value_kind(draft, lists.own) not in ("date", "instant"):
        return draft
    strange = _DAY if draft.one("op") in DAYS_OPS else _NUMBER_OF_DAYS
    kept = tuple(text for text in draft.many("value") if not strange.fullmatch(text))
    return replace(draft, values={**draft.values, "value": kept})


def drawn(ws: Context, draft: Draft, lists: Choices, problems: Mapping[str, HabitueError]) -> Node:
    """The tree of a settled draft."""
    return _node(ws, draft, ROOT, lists, problems, depth=1)


def _node(
    ws: Context, draft: Draft, path: str, lists: Choices, problems: Mapping[str, HabitueError], *, depth: int
) -> Node:
    is_group, is_condition = draft.kind == "group", draft.kind in NODE_KINDS
    is_fresh = bool(draft.one(FRESH))
    problem = problems.get(path)
    remark = strange(ws, draft, lists.own)
    children = [
        _node(ws, child, f"{path}.{number}", lists, problems, depth=depth + is_group)
        for number, child in enumerate(draft.rules)
    ]
    if draft.kind == "related":
        children = [replace(child, may_remove=False, may_wrap=False) for child in children]
    return Node(
        path=path,
        kind=draft.kind,
        controls=tuple(controls(ws, At(draft, path), lists)),
        rules=tuple(children),
        problem=told(problem) if problem is not None else None,
        warning=told(remark) if remark is not None else None,
        was=_about(draft),
        tone=_tone(draft),
        addable=_addable(depth) if is_group else (),
        more=tuple(choices.plain(MORE)) if is_group else (),
        inside=_inside(draft, path),
        may_wrap=not is_group and is_condition and depth < MAX_GROUP_DEPTH,
        may_move=draft.kind == STEP,
        may_remove=path != ROOT,
        is_fresh=is_fresh,
        has_loss=path.count(".") == 1,
    )


def _about(draft: Draft) -> str:
    name = FIELD_NAMES.get(draft.kind)
    measure = draft.one("measure")
    return "" if name is None else f"{measure} {draft.one(name)}".strip()


def _inside(draft: Draft, path: str) -> tuple[Option, ...]:
    is_first = draft.kind == STEP and path.endswith(".0")
    found = choices.plain(_INSIDE.get(draft.kind, {}))
    return tuple(option for option in found if not (is_first and option.value == SAME))


def _addable(depth: int) -> tuple[Option, ...]:
    return tuple(option for option in choices.plain(ADDABLE) if option.value != "group" or depth < MAX_GROUP_DEPTH)


def _tone(draft: Draft) -> str:
    is_not = draft.one("match") in ("none", "not_all") or draft.one("negate") == "yes"
    return "not" if is_not or draft.one("how").startswith("not_") else ""
