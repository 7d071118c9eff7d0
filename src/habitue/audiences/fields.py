"""What a rule can be about: fields, insights and events, the operators of each, and values seen in the data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ibis

from habitue.access.masks import is_direct_property, is_direct_trait
from habitue.access.policy import allowed, require
from habitue.audiences.json_columns import json_rows, json_text
from habitue.audiences.properties import PRODUCTS, property_text
from habitue.audiences.tables import AGE, PEOPLE_COLUMNS
from habitue.insights.catalogue import FieldKind, insights
from habitue.insights.orders import COMPLETED
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.quality import dictionary

SUGGESTIONS = 12
_NAME = re.compile(r"\w(?:[\w \-]{0,78}\w)?")
_KNOWN = ("is_known", "is_unknown")
_NUMBERS = ("is", "is_not", "more_than", "at_least", "less_than", "at_most", "between", *_KNOWN)
_DAYS = (
    "is", "before", "after", "between", "in_last_days", "not_in_last_days", "in_next_days", "not_in_next_days",
)  # fmt: skip
OPS: Mapping[FieldKind, tuple[str, ...]] = {
    "text": ("is", "is_not", "one_of", "contains", "starts_with", *_KNOWN),
    "choice": ("is", "is_not", "one_of", *_KNOWN),
    "number": _NUMBERS,
    "money": _NUMBERS,
    "share": _NUMBERS,
    "date": (*_DAYS, "anniversary_in_next_days", *_KNOWN),
    "instant": (*_DAYS, *_KNOWN),
    "boolean": ("is", *_KNOWN),
}
OP_LABELS: Mapping[str, str] = {
    "is": _("is"),
    "is_not": _("is not"),
    "one_of": _("is any of"),
    "contains": _("contains"),
    "starts_with": _("begins with"),
    "is_known": _("is known"),
    "is_unknown": _("is not known"),
    "more_than": _("is more than"),
    "at_least": _("is at least"),
    "less_than": _("is less than"),
    "at_most": _("is at most"),
    "between": _("is between"),
    "before": _("is before"),
    "after": _("is after"),
    "in_last_days": _("is in the last … days"),
    "not_in_last_days": _("is not in the last … days"),
    "in_next_days": _("is in the next … days"),
    "not_in_next_days": _("is not in the next … days"),
    "anniversary_in_next_days": _("has its yearly day in the next … days"),
}
_KINDS: Mapping[str, FieldKind] = {
    "country": "choice",
    "language": "choice",
    "choice": "choice",
    "integer": "number",
    "money": "money",
    "date": "date",
    "flag": "boolean",
}
_OWN_KINDS: Mapping[str, FieldKind] = {"integer": "number", "decimal": "number", "date": "date", "flag": "boolean"}
OWN_FIELDS = _("Own fields")


@dataclass(frozen=True, slots=True)
class RuleField:
    """Something that a condition can be about; `label` and `group` are msgids, the label of an own field its name.

    `insight` is the name of the insight that it comes from, empty for traits; `choices` are codes with msgids.
    """

    name: str
    kind: FieldKind
    label: str
    group: str
    insight: str = ""
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def ops(self) -> tuple[str, ...]:
        """The operators that fit."""
        return OPS[self.kind]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value seen in the data, and how many people have it."""

    value: str
    people: int


_ABOUT_PERSON = _("Person")
_COMPUTED: Mapping[str, RuleField] = {
    field.name: field
    for field in (
        RuleField(AGE, "number", _("Age"), _ABOUT_PERSON),
        RuleField("first_seen_at", "instant", _("First seen"), _ABOUT_PERSON),
        RuleField("last_seen_at", "instant", _("Last seen"), _ABOUT_PERSON),
    )
}


def trait_field(name: str) -> RuleField:
    """The field of a trait; a name nobody described is a custom text field."""
    if name in _COMPUTED:
        return _COMPUTED[name]
    known = dictionary.field(name)
    kind = PEOPLE_COLUMNS.get(name) or _KINDS.get(known.kind, "text")
    return RuleField(name, kind, known.label, known.group)


def kind_of(name: str) -> FieldKind:
    """The kind in which a trait is compared."""
    return trait_field(name).kind


def is_field_name(name: str) -> bool:
    """Whether a trait or property can have this name: letters, digits, `_`, spaces and hyphens inside."""
    return _NAME.fullmatch(name) is not None


def trait_fields() -> Sequence[RuleField]:
    """The traits of the dictionary and the computed ones, in the order of the dictionary."""
    return [*(trait_field(name) for name in dictionary.FIELDS), *_COMPUTED.values()]


def own_fields(ws: Context) -> Sequence[RuleField]:
    """The fields that only this business has, those of most people first, compared as what all their values are."""
    table = ws.lake.table("fields")
    order = [ibis.desc("people", nulls_first=False), ibis.asc("name", nulls_first=False)]
    rows = ws.lake.con.to_pyarrow(table.order_by(order)).to_pylist()
    return [
        RuleField(row["name"], _OWN_KINDS.get(row["kind"], "text"), trait_field(row["name"]).label, OWN_FIELDS)
        for row in rows
        if is_field_name(row["name"]) and is_own(row["name"])
    ]


def kinds(ws: Context) -> Callable[[str], FieldKind]:
    """The kind of every trait of this workspace, own fields included, by name."""
    return with_own(own_kinds(ws))


def own_kinds(ws: Context) -> Mapping[str, FieldKind]:
    """The kind of each field that only this business has, by name."""
    return {field.name: field.kind for field in own_fields(ws)}


def with_own(own: Mapping[str, FieldKind]) -> Callable[[str], FieldKind]:
    """The kind of every trait by name, where the business has these fields of its own."""
    return lambda name: own.get(name) or kind_of(name)


def is_own(name: str) -> bool:
    """Whether a trait is neither in the dictionary nor computed."""
    return name not in dictionary.FIELDS and name not in _COMPUTED


def insight_fields() -> Sequence[RuleField]:
    """The fields of every insight."""
    return [
        RuleField(field.name, field.kind, field.label, insight.label, insight.name, field.choices)
        for insight in insights().values()
        for field in insight.fields
    ]


def insight_field(insight: str, name: str) -> RuleField | None:
    """One field of an insight, None when there is none."""
    return next((f for f in insight_fields() if f.insight == insight and f.name == name), None)


def suggestions(ws: Context, field: str, prefix: str = "", limit: int = SUGGESTIONS) -> Sequence[Suggestion]:
    """The most frequent values of a text or choice trait that begin with `prefix`, most people first."""
    require(ws.actor, "audiences.read")
    if kind_of(field) not in ("text", "choice") or not is_field_name(field):
        return []
    if is_direct_trait(field) and not allowed(ws.actor, "people.read"):
        return []
    people = ws.lake.table("people")
    column = people[field] if field in PEOPLE_COLUMNS else json_text(people.traits, field)
    values = people.select(value=column, profile_id=people.profile_id).filter(lambda t: t.value != "")
    if prefix.strip():
        values = values.filter(values.value.lower().startswith(ibis.literal(prefix.strip()).lower()))
    counted = values.group_by("value").aggregate(people=lambda t: t.count())
    return _suggested(ws, counted, "value", limit)


def event_suggestions(ws: Context, prefix: str = "", limit: int = 50) -> Sequence[Suggestion]:
    """The names of events seen in the data, with how many people did each."""
    require(ws.actor, "audiences.read")
    events = ws.lake.table("events").filter(lambda t: t.type == "track")
    named = events.filter(events["name"] != "")
    if prefix.strip():
        named = named.filter(named["name"].lower().startswith(ibis.literal(prefix.strip()).lower()))
    counted = named.group_by("name").aggregate(people=lambda t: t.profile_id.nunique())
    return _suggested(ws, counted, "name", limit)


def event_names(ws: Context) -> frozenset[str]:
    """The names of all events in the data."""
    names = ws.lake.table("events").select("name").distinct()
    return frozenset(name for name in ws.lake.con.to_pyarrow(names).column("name").to_pylist() if name)


def property_suggestions(
    ws: Context, event: str, name: str, prefix: str = "", limit: int = SUGGESTIONS
) -> Sequence[Suggestion]:
    """The most frequent values of a property of an event, or of its products (`products.category`), that begin with
    `prefix`, most people first; an empty event means all of them. What points at people is shown to who may see them.
    """
    require(ws.actor, "audiences.read")
    bare = name.removeprefix(PRODUCTS)
    if not is_field_name(bare) or (is_direct_property(name.split(".")) and not allowed(ws.actor, "people.read")):
        return []
    events = ws.lake.table("events").filter(lambda t: t.type == "track")
    if event:
        events = events.filter(events["name"] == event)
    if bare != name:
        products = json_rows(events, "properties", "products", "profile_id")
        values = products.select("profile_id", value=json_text(products.element, bare))
    else:
        values = events.select("profile_id", value=property_text(events, name))
    values = values.filter(lambda t: t.value != "")
    if prefix.strip():
        values = values.filter(values.value.lower().startswith(ibis.literal(prefix.strip()).lower()))
    counted = values.group_by("value").aggregate(people=lambda t: t.profile_id.nunique())
    return _suggested(ws, counted, "value", limit)


def product_suggestions(ws: Context, name: str, prefix: str = "", limit: int = SUGGESTIONS) -> Sequence[Suggestion]:
    """The most frequent values of a property of bought products that begin with `prefix`, most people first."""
    return property_suggestions(ws, COMPLETED, f"{PRODUCTS}{name}", prefix, limit)


def _suggested(ws: Context, counted: ibis.Table, column: str, limit: int) -> Sequence[Suggestion]:
    order = [ibis.desc("people", nulls_first=False), ibis.asc(column, nulls_first=False)]
    rows = ws.lake.con.to_pyarrow(counted.order_by(order).limit(limit)).to_pylist()
    return [Suggestion(str(row[column]), int(row["people"])) for row in rows]
