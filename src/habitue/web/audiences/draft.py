"""A rule while somebody is filling it in: a tree of raw texts that comes from a form and goes back into one.

Every field of the form is called `<path>:<name>`, such as `r.0:field`; the root is `r`, its children `r.0`, `r.1`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from habitue.audiences.rule import MAX_NODES

ROOT = "r"
MAX_GROUP_DEPTH = 3
MOST_FIELDS = 4 * MAX_NODES
_FIELD = re.compile(r"(r(?:\.\d{1,3}){0,16}):([a-z_]{1,20})")
NODE_KINDS = (
    "trait", "event_count", "event_sum", "event_value", "sequence", "insight", "consent", "may_use", "in_audience",
    "place", "related", "sample", "group",
)  # fmt: skip
PROPERTY = "property"
STEP = "step"
SAME = "same"
FRESH = "fresh"
"""A value that marks a condition in which nothing was chosen yet."""
BARE = "bare"
"""A value that marks a group which is only drawn: with a single condition it stands for that condition."""
_EVENT_KINDS = ("event_count", "event_sum", "event_value")
_INSIDE: Mapping[str, tuple[str, ...]] = {
    "group": NODE_KINDS, "related": ("group",), "sequence": (STEP,), STEP: (PROPERTY, SAME),
    **dict.fromkeys(_EVENT_KINDS, (PROPERTY,)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """One node: its kind, its raw texts by name, and its children: conditions, steps, or properties of an event."""

    kind: str
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: tuple[Draft, ...] = ()

    def one(self, name: str, default: str = "") -> str:
        """The text of a field."""
        return next((text for text in self.values.get(name, ())), default)

    def many(self, name: str) -> tuple[str, ...]:
        """The texts of a repeated field, empty ones left out."""
        return tuple(text for text in self.values.get(name, ()) if text.strip())


Change = Callable[[Draft], Draft | None]


def from_form(texts: Mapping[str, Sequence[str]]) -> Draft:
    """The tree of a form; fields of other names are ignored, a form without a tree is an empty rule."""
    values: dict[str, dict[str, tuple[str, ...]]] = {}
    for key, several in texts.items():
        found = _FIELD.fullmatch(key)
        if found and (found[1] in values or len(values) <= MOST_FIELDS):
            values.setdefault(found[1], {})[found[2]] = tuple(several)
    return _node(ROOT, values, NODE_KINDS)


def act(draft: Draft, action: str) -> Draft:
    """The tree after `add:<path>:<kind>`, or `remove`, `wrap`, `up` or `down` and a path; else nothing changes."""
    verb, _, rest = action.partition(":")
    path, _, kind = rest.partition(":")
    places = _places(path)
    if places is None:
        return draft
    if verb == "add":
        return _changed(draft, places, lambda node: _with_more(node, kind)) or draft
    if verb == "remove" and places:
        return _changed(draft, places, lambda node: None) or draft
    if verb == "wrap" and places:
        return _changed(draft, places, _wrapped) or draft
    if verb in ("up", "down") and places:
        by = -1 if verb == "up" else 1
        return _changed(draft, places[:-1], lambda node: _with_moved(node, places[-1], by)) or draft
    return draft


def fresh(kind: str) -> Draft:
    """A new node as it is offered first."""
    if kind == "group":
        return Draft("group", {"match": ("any",)}, (fresh("trait"),))
    if kind == "related":
        return Draft(kind, {**_FIRST[kind], FRESH: ("yes",)}, (Draft("group", {"match": ("all",)}, (fresh("trait"),)),))
    if kind == "sequence":
        later = Draft(STEP, {"event": ("Order Completed",), "within_unit": ("days",), "within_count": ("2",)})
        return Draft(kind, {"negate": ("no",), "window_kind": ("ever",), FRESH: ("yes",)}, (fresh(STEP), later))
    return Draft(kind, {**_FIRST.get(kind, {}), FRESH: ("yes",)})


def touched(draft: Draft, name: str) -> Draft:
    """The tree in which the condition of the field `name` counts as touched; all of them for an empty name."""
    return _touched(draft, ROOT, name.partition(":")[0])


def _touched(draft: Draft, path: str, wanted: str) -> Draft:
    rules = tuple(_touched(child, f"{path}.{number}", wanted) for number, child in enumerate(draft.rules))
    is_meant = wanted in ("", path)
    return replace(draft, values={k: v for k, v in draft.values.items() if k != FRESH or not is_meant}, rules=rules)


_FIRST: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "trait": {"field": ("country",), "op": ("is",)},
    "event_count": {
        "event": ("Order Completed",),
        "negate": ("no",),
        "op": ("at_least",),
        "count": ("1",),
        "window_kind": ("last_days",),
        "window_count": ("365",),
    },
    "event_sum": {
        "event": ("Order Completed",),
        "op": ("at_least",),
        "amount": ("100",),
        "window_kind": ("last_year",),
    },
    "insight": {"field": ("rfm.rfm_group",), "op": ("is",), "value": ("at_risk",)},
    "consent": {"purpose": ("newsletter",), "channel": ("email",), "state": ("given",)},
    "in_audience": {"how": ("is",), "window_kind": ("ever",)},
    "event_value": {
        "measure": ("sum",),
        "event": ("Order Completed",),
        "property": ("total",),
        "op": ("at_least",),
        "value": ("100",),
        "window_kind": ("last_year",),
    },
    "may_use": {"negate": ("no",), "purpose": ("newsletter",)},
    "place": {},
    "related": {"match": ("any",), "by": ("company",)},
    "sample": {"name": ("test",), "first": ("0",), "until": ("10",)},
    STEP: {"event": ("Product Viewed",), "negate": ("no",), "within_unit": ("any",)},
    PROPERTY: {"property": ("channel",), "op": ("is",)},
    SAME: {"property": ("product_id",)},
}


def _node(path: str, values: Mapping[str, Mapping[str, tuple[str, ...]]], fitting: Sequence[str]) -> Draft:
    own = dict(values.get(path, {}))
    kind = next(iter(own.pop("kind", ())), fitting[-1])
    if path == ROOT or kind not in fitting:
        kind = fitting[-1]
    inside = _INSIDE.get(kind, ())
    prefix = f"{path}."
    found = [other.removeprefix(prefix) for other in values if other.startswith(prefix)] if inside else []
    numbers = sorted({int(number) for number in found if number.isdecimal()})
    return Draft(kind, own, tuple(_node(f"{path}.{number}", values, inside) for number in numbers))


def _places(path: str) -> tuple[int, ...] | None:
    """The numbers of a path, None when it is none."""
    root, *numbers = path.split(".")
    if root != ROOT or not all(number.isascii() and number.isdigit() for number in numbers):
        return None
    return tuple(int(number) for number in numbers)


def _changed(draft: Draft, places: Sequence[int], change: Change) -> Draft | None:
    if not places:
        return change(draft)
    if places[0] >= len(draft.rules):
        return draft
    child = _changed(draft.rules[places[0]], places[1:], change)
    before, after = draft.rules[: places[0]], draft.rules[places[0] + 1 :]
    return replace(draft, rules=(*before, *([child] if child is not None else []), *after))


def _with_more(node: Draft, kind: str) -> Draft:
    if kind not in _INSIDE.get(node.kind, ()) or (node.kind == "related" and node.rules):
        return node
    return replace(node, rules=(*node.rules, fresh(kind)))


def _with_moved(node: Draft, number: int, by: int) -> Draft:
    other, rules = number + by, list(node.rules)
    if node.kind == "sequence" and 0 <= number < len(rules) and 0 <= other < len(rules):
        rules[number], rules[other] = rules[other], rules[number]
    return replace(node, rules=tuple(rules))


def _wrapped(node: Draft) -> Draft:
    return Draft("group", {"match": ("any",)}, (node,)) if node.kind in NODE_KINDS else node
