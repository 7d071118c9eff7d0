"""The tree as it is drawn: for every condition the controls in the order of its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from habitue.audiences.rule import NO_VALUE_OPS
from habitue.audiences.rule_parts import DAYS_OPS
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _
from habitue.web.audiences import choices
from habitue.web.audiences.choices import Choices, Option
from habitue.web.audiences.draft import FRESH, MAX_GROUP_DEPTH, PROPERTY, ROOT, Draft
from habitue.web.errors import Told, told

_INPUTS: Mapping[str, str] = {"number": "number", "money": "number", "date": "date", "instant": "date"}
_FIELD_NAMES = {"trait": "field", "insight": "field", PROPERTY: "property"}
ADDABLE: Mapping[str, str] = {
    "trait": _("Trait"),
    "event_count": _("Behaviour"),
    "event_sum": _("Money"),
    "insight": _("Insight"),
    "consent": _("Consent"),
    "in_audience": _("Audience"),
    "text": _("Sequence or other, as text"),
    "group": _("Group"),
}


@dataclass(frozen=True, slots=True)
class Control:
    """One control: a word between controls, a list to choose from, or a field to fill in.

    A control that `reshapes` the condition has the tree drawn anew when it changes.
    """

    kind: str
    label: str = ""
    name: str = ""
    ident: str = ""
    value: str = ""
    options: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    input_type: str = "text"
    suggest: str = ""
    reshapes: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """One condition or group as it is drawn; `was` remembers the field that its values belong to."""

    path: str
    kind: str
    controls: tuple[Control, ...]
    rules: tuple[Node, ...]
    problem: Told | None
    was: str
    tone: str
    addable: tuple[Option, ...]
    may_narrow: bool
    may_wrap: bool
    is_fresh: bool


def settled(draft: Draft, lists: Choices) -> Draft:
    """The tree with comparisons that fit: when another field was chosen, the old values go."""
    event = {"event": draft.values.get("event", ())} if draft.kind.startswith("event_") else {}
    settled_rules = tuple(settled(replace(child, values={**child.values, **event}), lists) for child in draft.rules)
    name = _FIELD_NAMES.get(draft.kind)
    if name is None:
        return replace(draft, rules=settled_rules)
    values = dict(draft.values)
    if draft.one("was", draft.one(name)) != draft.one(name):
        values.pop("value", None)
    ops = [option.value for option in choices.op_options(draft, lists.own)]
    if draft.one("op") not in ops and draft.one("op") != "one_of":
        values["op"] = (ops[0],)
    return replace(draft, values=values, rules=settled_rules)


def drawn(ws: Context, draft: Draft, lists: Choices, problems: Mapping[str, HabitueError]) -> Node:
    """The tree of a settled draft."""
    return _node(ws, draft, ROOT, lists, problems, depth=1)


def _node(
    ws: Context, draft: Draft, path: str, lists: Choices, problems: Mapping[str, HabitueError], *, depth: int
) -> Node:
    is_group = draft.kind == "group"
    is_fresh = bool(draft.one(FRESH))
    problem = None if is_fresh else problems.get(path)
    children = tuple(
        _node(ws, child, f"{path}.{number}", lists, problems, depth=depth + is_group)
        for number, child in enumerate(draft.rules)
    )
    name = _FIELD_NAMES.get(draft.kind, "")
    return Node(
        path=path,
        kind=draft.kind,
        controls=tuple(_controls(ws, draft, path, lists)),
        rules=children,
        problem=told(problem) if problem is not None else None,
        was=draft.one(name) if name else "",
        tone=_tone(draft),
        addable=_addable(depth) if is_group else (),
        may_narrow=draft.kind in ("event_count", "event_sum"),
        may_wrap=not is_group and draft.kind != PROPERTY and depth < MAX_GROUP_DEPTH,
        is_fresh=is_fresh,
    )


def _addable(depth: int) -> tuple[Option, ...]:
    return tuple(option for option in choices.plain(ADDABLE) if option.value != "group" or depth < MAX_GROUP_DEPTH)


def _tone(draft: Draft) -> str:
    return "not" if draft.one("match") in ("none", "not_all") or draft.one("negate") == "yes" else ""


def _controls(ws: Context, draft: Draft, path: str, lists: Choices) -> list[Control]:
    at = _At(draft, path)
    if draft.kind == "group":
        return [at.select("match", gettext("How these belong together"), choices.plain(choices.MATCHES), reshapes=True)]
    if draft.kind == "event_count":
        return [
            at.select("negate", gettext("Did or did not"), choices.plain(choices.DID), reshapes=True),
            at.select("event", gettext("Event"), lists.events, reshapes=True),
            at.select("op", gettext("How often"), choices.plain(choices.COUNTS)),
            at.field("count", gettext("Times"), "number"),
            at.word(gettext("times")),
            *_window(at, lists),
        ]
    if draft.kind == "event_sum":
        return [
            at.word(gettext("together")),
            at.select("op", gettext("How much"), choices.plain(choices.SUMS)),
            at.field("amount", gettext("Amount"), "number"),
            at.word(draft.one("currency") or ws.config.workspace.currency),
            at.hidden("currency"),
            at.hidden("amount_of"),
            at.word(gettext("through")),
            at.select("event", gettext("Event"), lists.events, reshapes=True),
            *_window(at, lists),
        ]
    if draft.kind == "text":
        return [at.field("text", gettext("The condition as text"), "text")]
    if draft.kind == "consent":
        return [
            at.word(gettext("consent to")),
            at.select("purpose", gettext("Purpose"), lists.purposes),
            at.select("channel", gettext("Channel"), choices.plain(choices.CHANNELS)),
            at.select("state", gettext("State"), choices.plain(choices.CONSENT_STATES)),
        ]
    if draft.kind == "in_audience":
        return [
            at.select("negate", gettext("Belongs or not"), choices.plain(choices.BELONGS), reshapes=True),
            at.select("audience_id", gettext("Audience"), [Option("", gettext("choose…")), *lists.audiences]),
        ]
    return _comparison(ws, at, lists)


def _comparison(ws: Context, at: _At, lists: Choices) -> list[Control]:
    draft, name = at.draft, _FIELD_NAMES[at.draft.kind]
    fields, label = _fields(draft, lists)
    op = draft.one("op")
    found = [at.word(gettext("where"))] if draft.kind == PROPERTY else []
    found.append(at.select(name, label, fields, reshapes=True))
    found.append(at.select("op", gettext("Comparison"), choices.op_options(draft, lists.own), reshapes=True))
    if op in NO_VALUE_OPS:
        return found
    options = choices.value_options(ws, draft, lists.own)
    texts = [*draft.many("value")]
    if op == "one_of":
        texts.append("")
    wanted = len(texts) if op == "one_of" else 2 if op == "between" else 1
    texts = [*texts, "", ""][: max(wanted, 1)]
    for number, text in enumerate(texts):
        if op == "between" and number:
            found.append(at.word(gettext("and")))
        found.append(_value(at, text, number, options, lists))
    if op in DAYS_OPS:
        found.append(at.word(gettext("days")))
    return found


def _fields(draft: Draft, lists: Choices) -> tuple[list[Option], str]:
    """What a comparison can be about, and what that is called."""
    if draft.kind == "trait":
        return choices.trait_options(lists.own), gettext("Trait")
    if draft.kind == "insight":
        return choices.insight_options(), gettext("Insight")
    return choices.property_options(draft.one("event")), gettext("Property")


def _value(at: _At, text: str, number: int, options: Sequence[Option], lists: Choices) -> Control:
    draft, op = at.draft, at.draft.one("op")
    kind = "number" if op in DAYS_OPS else choices.value_kind(draft, lists.own)
    grows = op == "one_of"
    if options and op not in ("contains", "starts_with"):
        several = [Option("", gettext("choose…")), *options]
        return at.select("value", gettext("Value"), several, reshapes=grows, value=text, number=number)
    input_type = _INPUTS.get(kind, "text")
    is_suggested = draft.kind == "trait" and input_type == "text"
    return at.field(
        "value",
        gettext("Value"),
        input_type,
        value=text,
        number=number,
        suggest=draft.one("field") if is_suggested else "",
        reshapes=grows,
    )


def _window(at: _At, lists: Choices) -> list[Control]:
    kind = at.draft.one("window_kind", "ever")
    found = [at.select("window_kind", gettext("When"), choices.plain(choices.WINDOWS), reshapes=True)]
    if kind == "since_event":
        found.append(at.select("window_event", gettext("Since which event"), lists.events))
    if kind == "days_ago":
        found += [
            at.field("window_count", gettext("Days ago, later end"), "number"),
            at.word(gettext("and")),
            at.field("window_upto", gettext("Days ago, earlier end"), "number"),
            at.word(gettext("days ago")),
        ]
    if kind in ("last_hours", "last_days", "last_months"):
        units = {"last_hours": gettext("hours"), "last_days": gettext("days"), "last_months": gettext("months")}
        unit = units[kind]
        found += [at.field("window_count", gettext("How many"), "number"), at.word(unit)]
    if kind == "between":
        found += [
            at.field("since", gettext("First day"), "date"),
            at.word(gettext("and")),
            at.field("until", gettext("Last day"), "date"),
        ]
    return found


@dataclass(frozen=True, slots=True)
class _At:
    """Makes the controls of one node."""

    draft: Draft
    path: str

    def word(self, text: str) -> Control:
        return Control("word", label=text)

    def hidden(self, name: str) -> Control:
        return Control("hidden", name=f"{self.path}:{name}", value=self.draft.one(name))

    def select(
        self,
        name: str,
        label: str,
        options: Sequence[Option],
        *,
        reshapes: bool = False,
        value: str | None = None,
        number: int = 0,
    ) -> Control:
        text = self.draft.one(name, options[0].value if options else "") if value is None else value
        every = list(options)
        if text and all(option.value != text for option in every):
            every.append(Option(text, text))
        groups: dict[str, list[Option]] = {}
        for option in every:
            groups.setdefault(option.group, []).append(option)
        listed = tuple((group, tuple(several)) for group, several in groups.items())
        return Control(
            "select", label, f"{self.path}:{name}", self._ident(name, number), text, listed, reshapes=reshapes
        )

    def field(
        self,
        name: str,
        label: str,
        input_type: str,
        *,
        value: str | None = None,
        number: int = 0,
        suggest: str = "",
        reshapes: bool = False,
    ) -> Control:
        text = self.draft.one(name) if value is None else value
        ident = self._ident(name, number)
        full = f"{self.path}:{name}"
        return Control("input", label, full, ident, text, (), input_type, suggest, reshapes)

    def _ident(self, name: str, number: int) -> str:
        return f"{self.path}-{name}-{number}".replace(".", "_")
