"""What can be chosen in the builder: fields, comparisons, events, spans of time, values seen in the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.translation import gettext

from habitue.access.masks import is_direct_trait
from habitue.audiences import reading
from habitue.audiences.fields import (
    OP_LABELS,
    OPS,
    RuleField,
    event_names,
    event_suggestions,
    insight_field,
    insight_fields,
    own_fields,
    suggestions,
    trait_field,
    trait_fields,
)
from habitue.audiences.properties import property_kind
from habitue.audiences.rule_parts import NUMBER_MEASURES
from habitue.audiences.tables import AGE
from habitue.insights.orders import COMPLETED
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.privacy import purposes
from habitue.profiles import replica
from habitue.quality.dictionary import PROPERTIES, event_kind, property_of
from habitue.web.audiences.draft import PROPERTY, Draft
from habitue.web.templatetags.show import country, locale

AGE_OPS = ("is", "at_least", "more_than", "at_most", "less_than", "between", "is_known", "is_unknown")
CHANNELS: Mapping[str, str] = {
    "any": _("by any channel"),
    "email": _("by e-mail"),
    "phone": _("by phone"),
    "post": _("by post"),
}
CONSENT_STATES: Mapping[str, str] = {
    "given": _("was given"),
    "withdrawn": _("was taken back"),
    "unknown": _("was never asked for"),
}
WINDOWS: Mapping[str, str] = {
    "last_days": _("in the last … days"),
    "last_months": _("in the last … months"),
    "last_year": _("in the last year"),
    "last_hours": _("in the last … hours"),
    "days_ago": _("between … and … days ago"),
    "between": _("between two days"),
    "this_day": _("today"),
    "this_week": _("this week"),
    "this_month": _("this month"),
    "this_quarter": _("this quarter"),
    "this_year": _("this year"),
    "previous_day": _("yesterday"),
    "previous_week": _("last week"),
    "previous_month": _("last month"),
    "previous_quarter": _("last quarter"),
    "previous_year": _("last calendar year"),
    "since_event": _("since the last …"),
    "ever": _("at any time"),
}
MATCHES: Mapping[str, str] = {
    "all": _("All of these are true"),
    "any": _("At least one of these is true"),
    "none": _("None of these is true"),
    "not_all": _("Not all of these are true"),
}
DID: Mapping[str, str] = {"no": _("had"), "yes": _("did not have")}
BELONGS: Mapping[str, str] = {
    "is": _("belong to"),
    "not_is": _("do not belong to"),
    "was": _("belonged to"),
    "not_was": _("never belonged to"),
    "entered": _("entered"),
    "not_entered": _("did not enter"),
    "left": _("left"),
    "not_left": _("did not leave"),
}
MAY_USE: Mapping[str, str] = {"no": _("may be used for"), "yes": _("may not be used for")}
MEASURES: Mapping[str, str] = {
    "sum": _("the sum"),
    "average": _("the average"),
    "min": _("the smallest"),
    "max": _("the greatest"),
    "first": _("the first"),
    "last": _("the last"),
    "most_frequent": _("the most frequent"),
    "distinct": _("how many different"),
}
THEN: Mapping[str, str] = {"no": _("then"), "yes": _("but not")}
WITHIN: Mapping[str, str] = {
    "any": _("at any time after"),
    "minutes": _("within … minutes"),
    "hours": _("within … hours"),
    "days": _("within … days"),
    "weeks": _("within … weeks"),
}
LENGTHS: Mapping[str, str] = {"minutes": _("minutes"), "hours": _("hours"), "days": _("days"), "weeks": _("weeks")}
QUANTIFIERS: Mapping[str, str] = {"any": _("at least one"), "all": _("all"), "none": _("none")}
AROUND: Mapping[str, str] = {
    "company": _("of their company"),
    "household": _("of their household"),
    "referral": _("who recommended them or whom they recommended"),
}
OTHER = "?"
"""A choice that stands for a name to be typed."""
COUNTS: Mapping[str, str] = {"at_least": _("at least"), "at_most": _("at most"), "exactly": _("exactly")}
SUMS: Mapping[str, str] = {
    "at_least": _("at least"),
    "more_than": _("more than"),
    "at_most": _("at most"),
    "less_than": _("less than"),
}
TRUTHS: Mapping[str, str] = {"true": _("yes"), "false": _("no")}
_PRODUCT_PROPERTIES = ("category", "brand", "name", "sku", "price", "quantity")
_HIDDEN_PROPERTIES = frozenset({"products", "order_id", "checkout_id", "note", "text"})
_OFTEN = 50
FEW_VALUES = 300
"""Of a field with more values than these nobody is told that a value is new."""
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a list; options of one `group` stand together."""

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """The lists that depend on the workspace, read once for a page.

    `called` are the names of all audiences by id, of those too that are not offered.
    """

    events: Sequence[Option]
    purposes: Sequence[Option]
    audiences: Sequence[Option]
    called: Mapping[str, str]
    own: Mapping[str, RuleField]


def of_workspace(ws: Context, *, but: str = "") -> Choices:
    """The lists of the workspace; the audience `but` is not offered, an audience cannot contain itself."""
    with ws.register.read() as conn:
        known = purposes.listing(conn)
    others = [audience for audience in reading.listing(ws) if audience.audience_id != but]
    return Choices(
        events=_events(ws),
        purposes=[Option(purpose.purpose_id, gettext(purpose.name)) for purpose in known],
        audiences=[Option(audience.audience_id, audience.name) for audience in others],
        called=reading.names(ws),
        own={field.name: field for field in own_fields(ws)},
    )


def plain(labels: Mapping[str, str]) -> list[Option]:
    """Options from codes and msgids."""
    return [Option(value, gettext(label)) for value, label in labels.items()]


def trait_options(own: Mapping[str, RuleField]) -> list[Option]:
    """Every trait under the heading of its group, own fields under the names that the business gave them."""
    known = [Option(field.name, gettext(field.label), gettext(field.group)) for field in trait_fields()]
    return [*known, *(Option(field.name, field.label, gettext(field.group)) for field in own.values())]


def insight_options() -> list[Option]:
    """Every field of every insight."""
    return [
        Option(f"{field.insight}.{field.name}", gettext(field.label), gettext(field.group))
        for field in insight_fields()
    ]


def property_options(event: str) -> list[Option]:
    """What an event can be narrowed by; products come with their own properties, others can be typed."""
    known = event_kind(event).properties
    own = [Option(each.name, gettext(each.label)) for each in known if each.name not in _HIDDEN_PROPERTIES]
    if any(each.name == "products" for each in known):
        own += [
            Option(f"products.{name}", f"{gettext('Product')}: {gettext(property_of(name).label)}")
            for name in _PRODUCT_PROPERTIES
        ]
    return [*own, Option(OTHER, gettext("another property…"))] if own else []


def op_options(node: Draft, own: Mapping[str, RuleField]) -> list[Option]:
    """The comparisons that fit what the node is about, and the one that it has."""
    names = fitting_ops(node, own)
    op = node.one("op")
    return plain({name: OP_LABELS[name] for name in (*names, op) if name in OP_LABELS})


def fitting_ops(node: Draft, own: Mapping[str, RuleField]) -> tuple[str, ...]:
    """The names of the comparisons that fit what the node is about; of a property nobody described, all may."""
    if node.kind == "trait" and node.one("field") == AGE:
        return AGE_OPS
    kind = value_kind(node, own)
    is_open = node.kind in (PROPERTY, "event_value") and kind == "text" and not _is_described(node.one("property"))
    return tuple(dict.fromkeys((*OPS["text"], *OPS["number"]))) if is_open else OPS[kind]  # type: ignore[index]  # a kind


def _is_described(name: str) -> bool:
    return name.removeprefix("products.") in PROPERTIES


def value_kind(node: Draft, own: Mapping[str, RuleField]) -> str:
    """In which kind the values of a node are entered."""
    if node.kind == "insight":
        insight, _dot, name = node.one("field").partition(".")
        known = insight_field(insight, name)
        return known.kind if known else "text"
    if node.kind == "event_value" and node.one("measure") in NUMBER_MEASURES:
        return "number"
    if node.kind in (PROPERTY, "event_value"):
        return property_kind(node.one("property"), node.one("op"))
    field = node.one("field")
    return own[field].kind if field in own else trait_field(field).kind


def value_options(ws: Context, node: Draft, own: Mapping[str, RuleField]) -> list[Option]:
    """The values to choose from where only some make sense; empty where any can be typed."""
    if value_kind(node, own) == "boolean":
        return plain(TRUTHS)
    if node.kind == "insight":
        insight, _dot, name = node.one("field").partition(".")
        known = insight_field(insight, name)
        return plain(dict(known.choices)) if known else []
    if node.kind != "trait" or value_kind(node, own) != "choice":
        return []
    return trait_values(ws, node.one("field"))


def trait_values(ws: Context, field: str) -> list[Option]:
    """The values of a trait that the data has, countries and languages by their names."""
    seen = [item.value for item in suggestions(ws, field, limit=_OFTEN)]
    return _named(field, seen)


def _named(field: str, seen: Sequence[str]) -> list[Option]:
    if field == "country":
        often = [Option(code, country(code), gettext("Most frequent")) for code in seen[:8]]
        territories = [(str(name), code) for code, name in locale().territories.items() if _is_country(code)]
        return often + [Option(code, name, gettext("All countries")) for name, code in sorted(territories)]
    if field == "language":
        return [Option(code, str(locale().languages.get(code, code))) for code in seen]
    return [Option(value, value) for value in seen]


def _is_country(code: Any) -> bool:
    return (
        isinstance(code, str) and len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ", "XA", "XB"}
    )


_read: dict[tuple[str, str], tuple[int, Any]] = {}
"""What was read of each workspace, under a name, and the state of the lake that it was read in: looking through all
events is not for every key that is pressed."""


def _while_lake_stays(ws: Context, name: str, read: Callable[[], _Found]) -> _Found:
    """What `read` gives; read anew when the lake has changed."""
    key, state = (ws.register.url, name), replica.sequence(ws)
    known = _read.get(key)
    if known is None or known[0] != state:
        known = _read[key] = (state, read())
    found: _Found = known[1]
    return found


def events_seen(ws: Context) -> tuple[str, ...]:
    """The names of the events that the data has, those of most people first."""
    return _while_lake_stays(ws, "seen", lambda: tuple(item.value for item in event_suggestions(ws)))


def events_known(ws: Context) -> frozenset[str]:
    """The names of all events that the data has, of pages too."""
    return _while_lake_stays(ws, "known", lambda: event_names(ws))


def values_seen(ws: Context, field: RuleField) -> tuple[str, ...]:
    """The values of a trait that the data has; none where they are many, are no texts, or point at people."""
    if field.kind not in ("text", "choice") or is_direct_trait(field.name):
        return ()
    found = _while_lake_stays(
        ws,
        f"values of {field.name}",
        lambda: tuple(item.value for item in suggestions(ws, field.name, limit=FEW_VALUES + 1)),
    )
    return found if len(found) <= FEW_VALUES else ()


def _events(ws: Context) -> list[Option]:
    seen = events_seen(ws)
    names = list(dict.fromkeys([*seen, COMPLETED]))
    return [Option(name, gettext(event_kind(name).label)) for name in names]
