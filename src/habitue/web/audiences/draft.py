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
_FIELD = re.compile(r"(r(?:\.\d{1,3}){0,8}):([a-z_]{1,20})")
NODE_KINDS = ("trait", "event_count", "event_sum", "insight", "consent", "in_audience", "text", "group")
PROPERTY = "property"
FRESH = "fresh"
"""A value that marks a condition in which nothing was chosen yet."""
KINDS = (*NODE_KINDS, PROPERTY)


@dataclass(frozen=True, slots=True)
class Draft:
    """One node: its kind, its raw texts by name, and its children (of a group, or the properties of an event)."""

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
        if found and len(values) <= MAX_NODES:
            values.setdefault(found[1], {})[found[2]] = tuple(several)
    return _node(ROOT, values)


def act(draft: Draft, action: str) -> Draft:
    """The tree after `add:<path>:<kind>`, `remove:<path>` or `wrap:<path>`; other actions change nothing."""
    verb, _, rest = action.partition(":")
    path, _, kind = rest.partition(":")
    places = _places(path)
    if places is None:
        return draft
    if verb == "add" and kind in KINDS:
        return _changed(draft, places, lambda node: replace(node, rules=(*node.rules, fresh(kind)))) or draft
    if verb == "remove" and places:
        return _changed(draft, places, lambda node: None) or draft
    if verb == "wrap" and places:
        return _changed(draft, places, _wrapped) or draft
    return draft


def fresh(kind: str) -> Draft:
    """A new node as it is offered first."""
    if kind == "group":
        return Draft("group", {"match": ("any",)}, (fresh("trait"),))
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
    "in_audience": {"negate": ("no",)},
    "text": {"text": ('sequence ("Product Viewed", not within 1 day "Order Completed")',)},
    PROPERTY: {"property": ("channel",), "op": ("is",)},
}


def _node(path: str, values: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Draft:
    own = dict(values.get(path, {}))
    kind = next(iter(own.pop("kind", ())), "group")
    if path == ROOT or kind not in KINDS:
        kind = "group"
    prefix = f"{path}."
    numbers = sorted(
        {int(other[len(prefix) :]) for other in values if other.startswith(prefix) and other[len(prefix) :].isdigit()}
    )
    return Draft(kind, own, tuple(_node(f"{path}.{number}", values) for number in numbers))


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


def _wrapped(node: Draft) -> Draft:
    return Draft("group", {"match": ("any",)}, (node,))
