"""The controls of every kind of condition, in the order of its sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext

from habitue.audiences.properties import PRODUCTS
from habitue.audiences.rule import NO_VALUE_OPS
from habitue.audiences.rule_parts import DAYS_OPS
from habitue.kernel.context import Context
from habitue.quality.dictionary import property_of
from habitue.web.audiences import choices
from habitue.web.audiences.choices import OTHER, Choices, Option
from habitue.web.audiences.controls import At, Control
from habitue.web.audiences.draft import BARE, PROPERTY, SAME, STEP, Draft
from habitue.web.audiences.lengths import WAS, was_drawn
from habitue.web.audiences.window_controls import window

_INPUTS: Mapping[str, str] = {
    "number": "number",
    "money": "number",
    "share": "number",
    "date": "date",
    "instant": "date",
}


_ANY = re.compile(".*", re.DOTALL)
_SHAPES = {"number": re.compile(r"(-?\d+(\.\d+)?)?"), "date": re.compile(r"(\d{4}-\d{2}-\d{2})?")}
"""What a browser keeps in such a field; anything else would be lost from it."""


def controls(ws: Context, at: At, lists: Choices) -> list[Control]:
    """The controls of one node."""
    return _CONTROLS.get(at.draft.kind, _comparison)(ws, at, lists)


def _group(_ws: Context, at: At, _lists: Choices) -> list[Control]:
    label = gettext("How these belong together")
    found = [at.select("match", label, choices.plain(choices.MATCHES), reshapes=True)]
    return [*found, at.hidden(BARE)] if at.draft.one(BARE) else found


def _event_count(_ws: Context, at: At, lists: Choices) -> list[Control]:
    return [
        at.select("negate", gettext("Did or did not"), choices.plain(choices.DID), reshapes=True),
        at.event("event", gettext("Event"), lists.events, reshapes=True),
        at.select("op", gettext("How often"), choices.plain(choices.COUNTS)),
        at.field("count", gettext("Times"), "number"),
        at.word(gettext("times")),
        *window(at, lists),
    ]


def _event_sum(ws: Context, at: At, lists: Choices) -> list[Control]:
    return [
        at.word(gettext("together")),
        at.select("op", gettext("How much"), choices.plain(choices.SUMS)),
        at.field("amount", gettext("Amount"), "number"),
        at.word(at.draft.one("currency") or ws.config.workspace.currency),
        at.hidden("currency"),
        at.hidden("amount_of"),
        at.word(gettext("through")),
        at.event("event", gettext("Event"), lists.events, reshapes=True),
        *window(at, lists),
    ]


def _event_value(ws: Context, at: At, lists: Choices) -> list[Control]:
    """`the sum | Total | of all | Order completed | is at least | 100 | in the last year`."""
    name, *comparison = _comparison(ws, at, lists)
    return [
        at.select("measure", gettext("Measure"), choices.plain(choices.MEASURES), reshapes=True),
        name,
        at.word(gettext("of all")),
        at.event("event", gettext("Event"), lists.events, reshapes=True),
        *comparison,
        *window(at, lists),
    ]


def _sequence(_ws: Context, at: At, lists: Choices) -> list[Control]:
    return [
        at.select("negate", gettext("Did or did not"), choices.plain(choices.DID), reshapes=True),
        at.word(gettext("one after the other")),
        *window(at, lists, without=("since_event",)),
    ]


def _step(_ws: Context, at: At, lists: Choices) -> list[Control]:
    event = at.event("event", gettext("Event"), lists.events, reshapes=True)
    if at.path.endswith(".0"):
        return [at.word(gettext("first")), event]
    unit = at.draft.one("within_unit", "any")
    found = [
        at.select("negate", gettext("Then or not"), choices.plain(choices.THEN), reshapes=True),
        at.select("within_unit", gettext("How soon"), choices.plain(choices.WITHIN), reshapes=True),
    ]
    if unit in choices.LENGTHS:
        found.append(at.field("within_count", gettext("How many"), "number"))
        found.append(at.word(gettext(choices.LENGTHS[unit])))
        found.append(at.hidden(WAS["within_unit"], was_drawn(at.draft, "within_unit")))
    return [*found, event]


def _same(_ws: Context, at: At, _lists: Choices) -> list[Control]:
    return [
        at.word(gettext("with the same")),
        property_name(at, "property", gettext("Property")),
        at.word(gettext("as the step before; called there")),
        at.field("of", gettext("Its name in the step before, empty for the same name"), "text"),
    ]


def _consent(_ws: Context, at: At, lists: Choices) -> list[Control]:
    return [
        at.word(gettext("consent to")),
        at.select("purpose", gettext("Purpose"), lists.purposes),
        at.select("channel", gettext("Channel"), choices.plain(choices.CHANNELS)),
        at.select("state", gettext("State"), choices.plain(choices.CONSENT_STATES)),
    ]


def _may_use(_ws: Context, at: At, lists: Choices) -> list[Control]:
    return [
        at.select("negate", gettext("May or may not"), choices.plain(choices.MAY_USE), reshapes=True),
        at.select("purpose", gettext("Purpose"), lists.purposes),
        at.word(gettext("— consent and objections are looked at for you")),
    ]


def _in_audience(_ws: Context, at: At, lists: Choices) -> list[Control]:
    chosen = at.draft.one("audience_id")
    offered = [Option("", gettext("choose…")), *lists.audiences]
    if chosen in lists.called and all(option.value != chosen for option in offered):
        offered.append(Option(chosen, lists.called[chosen]))
    found = [
        at.select("how", gettext("Belongs or not"), choices.plain(choices.BELONGS), reshapes=True),
        at.select("audience_id", gettext("Audience"), offered),
    ]
    is_now = at.draft.one("how", "is") in ("is", "not_is")
    return found if is_now else [*found, *window(at, lists, without=("since_event",))]


def _place(ws: Context, at: At, _lists: Choices) -> list[Control]:
    countries = [Option("", gettext("any country")), *choices.trait_values(ws, "country")]
    found = [at.word(gettext("live in")), at.select("country", gettext("Country"), countries)]
    several = (
        ("regions", gettext("region"), "region"),
        ("cities", gettext("city"), "city"),
        ("postcodes", gettext("postcode beginning with"), ""),
    )
    for name, label, suggest in several:
        found.append(at.word(label))
        texts = (*at.draft.many(name), "")
        found += [
            at.field(name, label, "text", value=text, number=number, suggest=suggest, reshapes=True)
            for number, text in enumerate(texts)
        ]
    return found


def _related(_ws: Context, at: At, _lists: Choices) -> list[Control]:
    return [
        at.select("match", gettext("How many of them"), choices.plain(choices.QUANTIFIERS)),
        at.select("by", gettext("Around whom"), choices.plain(choices.AROUND)),
        at.word(gettext("fulfil this:")),
    ]


def _sample(_ws: Context, at: At, _lists: Choices) -> list[Control]:
    return [
        at.word(gettext("the part of everybody from")),
        at.field("first", gettext("From per cent"), "number"),
        at.word(gettext("to")),
        at.field("until", gettext("To per cent"), "number"),
        at.word(gettext("per cent of the draw called")),
        at.field("name", gettext("Name of the draw"), "text"),
    ]


def _comparison(ws: Context, at: At, lists: Choices) -> list[Control]:
    draft, name = at.draft, FIELD_NAMES[at.draft.kind]
    op = draft.one("op")
    found = [at.word(gettext("where"))] if draft.kind == PROPERTY else []
    if name == "property":
        found.append(property_name(at, name, gettext("Property")))
    else:
        fields, label = _fields(draft, lists)
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
    elif choices.value_kind(draft, lists.own) == "share":
        found.append(at.word(gettext("per cent")))
    return found


def _fields(draft: Draft, lists: Choices) -> tuple[list[Option], str]:
    """What a comparison can be about, and what that is called."""
    if draft.kind == "trait":
        return choices.trait_options(lists.own), gettext("Trait")
    return choices.insight_options(), gettext("Insight")


def _value(at: At, text: str, number: int, options: Sequence[Option], lists: Choices) -> Control:
    draft, op = at.draft, at.draft.one("op")
    kind = "number" if op in DAYS_OPS else choices.value_kind(draft, lists.own)
    grows = op == "one_of"
    if options and op not in ("contains", "starts_with"):
        several = [Option("", gettext("choose…")), *options]
        return at.select("value", gettext("Value"), several, reshapes=grows, value=text, number=number)
    input_type = _INPUTS.get(kind, "text") if _SHAPES.get(_INPUTS.get(kind, ""), _ANY).fullmatch(text) else "text"
    is_property = draft.kind != "trait" and FIELD_NAMES[draft.kind] == "property"
    suggest = draft.one(FIELD_NAMES[draft.kind]) if draft.kind == "trait" or is_property else ""
    return at.field(
        "value",
        gettext("Value"),
        input_type,
        value=text,
        number=number,
        suggest=suggest if input_type == "text" else "",
        of_event=draft.one("event") if is_property else "",
        reshapes=grows,
    )


def property_name(at: At, name: str, label: str) -> Control:
    """A list of the properties of an event, or a field for the name of another one."""
    options = choices.property_options(at.draft.one("event"))
    if not options or at.draft.one(name) == OTHER:
        typed = "" if at.draft.one(name) == OTHER else None
        return at.field(name, label, "text", value=typed, reshapes=True)
    chosen = at.draft.one(name)
    if all(option.value != chosen for option in options):
        known = Option(chosen, gettext(property_of(chosen.removeprefix(PRODUCTS)).label))
        options = [known, *options]
    return at.select(name, label, options, reshapes=True)


FIELD_NAMES: Mapping[str, str] = {
    "trait": "field", "insight": "field", PROPERTY: "property", "event_value": "property",
}  # fmt: skip
_CONTROLS: Mapping[str, Callable[[Context, At, Choices], list[Control]]] = {
    "group": _group,
    "event_count": _event_count,
    "event_sum": _event_sum,
    "event_value": _event_value,
    "sequence": _sequence,
    STEP: _step,
    SAME: _same,
    "consent": _consent,
    "may_use": _may_use,
    "in_audience": _in_audience,
    "place": _place,
    "related": _related,
    "sample": _sample,
}
