"""What can be put at the cursor of a rule written as text: words, fields, events, and values seen in the data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from habitue.audiences import reading
from habitue.audiences.completing import Kind, Wanted, wanted
from habitue.audiences.fields import (
    RuleField,
    Suggestion,
    insight_field,
    insight_fields,
    own_fields,
    property_suggestions,
    suggestions,
    trait_fields,
)
from habitue.audiences.text import MAX_TEXT_OF_RULE
from habitue.audiences.text_words import completion
from habitue.audiences.text_writing import field_name, quoted
from habitue.kernel.context import Context
from habitue.privacy import purposes
from habitue.quality.dictionary import EVENTS, event_kind
from habitue.web.audiences import choices
from habitue.web.templatetags.show import country, number

MOST = 12
_COUNTRIES = 50


@dataclass(frozen=True, slots=True)
class Offer:
    """One completion: what is put in and what it means in the reader's words."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Completions:
    """The completions for the part of a text from `start` to `end`."""

    offers: Sequence[Offer]
    start: int
    end: int


def completions(ws: Context, text: str, position: int, *, but: str = "") -> Completions:
    """What fits at the cursor, the most fitting first; nothing in a text that is too long for a rule.

    The audience `but` is not offered: none can contain itself.
    """
    position = max(0, min(position, len(text)))
    if len(text) > MAX_TEXT_OF_RULE:
        return Completions((), position, position)
    asked = wanted(text, position)
    found = list(_OFFERS[asked.kind](ws, asked)) if asked.kind else []
    if asked.kind == "audience" and but:
        own = quoted(reading.names(ws).get(but, ""))
        found = [offer for offer in found if offer.text != own]
    if not asked.is_text and text[asked.start : asked.start + 1] != "`":
        words = completion(text, position).words
        is_name = bool(asked.typed) and asked.kind in ("field", "property")
        found = [*found, *map(Offer, words)] if is_name or not _is_open(asked.kind) else [*map(Offer, words), *found]
    typed = text[asked.start : position]
    fresh = [offer for offer in found if offer.text != typed]
    return Completions(fresh[:MOST], asked.start, _end(text, position, is_text=asked.is_text))


def _is_open(kind: Kind) -> bool:
    """Whether so much fits that the words of the language come first while nothing is typed."""
    return kind == "field"


def _end(text: str, position: int, *, is_text: bool) -> int:
    """Where that ends which a completion stands for: behind the rest of the word, or the closing quotation mark."""
    end = position
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return end + 1 if is_text and text[end : end + 1] == '"' else end


def _fields(ws: Context, asked: Wanted) -> Iterable[Offer]:
    named = [(field.name, gettext(field.label)) for field in trait_fields()]
    return _named([*named, *((field.name, field.label) for field in own_fields(ws))], asked, show=field_name)


def _events(ws: Context, asked: Wanted) -> Iterable[Offer]:
    names = dict.fromkeys([*choices.events_seen(ws), *EVENTS])
    return _named([(name, gettext(event_kind(name).label)) for name in names], asked, show=quoted)


def _audiences(ws: Context, asked: Wanted) -> Iterable[Offer]:
    return _named([(audience.name, "") for audience in reading.listing(ws)], asked, show=quoted)


def _values(ws: Context, asked: Wanted) -> Iterable[Offer]:
    if asked.of == "country":
        found = suggestions(ws, asked.of, limit=_COUNTRIES)
        return _named([(each.value, f"{country(each.value)}, {_people(each)}") for each in found], asked, show=quoted)
    return [Offer(quoted(each.value), _people(each)) for each in suggestions(ws, asked.of, asked.typed, MOST)]


def _property_values(ws: Context, asked: Wanted) -> Iterable[Offer]:
    found = property_suggestions(ws, asked.event, asked.of, asked.typed, MOST)
    return [Offer(quoted(each.value), _people(each)) for each in found]


def _insight_values(_ws: Context, asked: Wanted) -> Iterable[Offer]:
    insight, _dot, name = asked.of.partition(".")
    known = insight_field(insight, name)
    if known is not None and known.kind == "boolean":
        return [] if asked.is_text else [Offer(code, gettext(label)) for code, label in choices.TRUTHS.items()]
    codes = known.choices if known is not None else ()
    return _named([(code, gettext(label)) for code, label in codes], asked, show=quoted)


def _properties(_ws: Context, asked: Wanted) -> Iterable[Offer]:
    options = [(each.value, each.label) for each in choices.property_options(asked.event or "Order Completed")]
    if not asked.of:
        return _named([option for option in options if option[0] != choices.OTHER], asked, show=str)
    inner = [(name.removeprefix(asked.of), label) for name, label in options if name.startswith(asked.of)]
    return _named(inner, asked, show=field_name)


def _label(field: RuleField) -> str:
    """What a field is called; the written rule has shares as they are stored."""
    label = gettext(field.label)
    return gettext("%(label)s, from 0 to 1") % {"label": label} if field.kind == "share" else label


def _insights(_ws: Context, asked: Wanted) -> Iterable[Offer]:
    if asked.of:
        fields = [(each.name, _label(each)) for each in insight_fields() if each.insight == asked.of]
        return _named(fields, asked, show=field_name)
    return _named({each.insight: gettext(each.group) for each in insight_fields()}.items(), asked, show=str)


def _purposes(ws: Context, asked: Wanted) -> Iterable[Offer]:
    with ws.register.read() as conn:
        known = purposes.listing(conn)
    return _named([(purpose.purpose_id, gettext(purpose.name)) for purpose in known], asked, show=field_name)


def _channels(_ws: Context, asked: Wanted) -> Iterable[Offer]:
    known = [(code, gettext(label)) for code, label in choices.CHANNELS.items() if code != "any"]
    return _named(known, asked, show=field_name)


def _named(known: Iterable[tuple[str, str]], asked: Wanted, *, show: Callable[[str], str]) -> list[Offer]:
    """Those of a list that begin with what was typed, then those whose name or meaning has it somewhere."""
    typed, several = asked.typed.casefold(), list(known)
    begin = [pair for pair in several if any(text.casefold().startswith(typed) for text in pair)]
    rest = [pair for pair in several if pair not in begin and typed in " ".join(pair).casefold()]
    return [Offer(show(name), label) for name, label in (*begin, *rest)]


def _people(found: Suggestion) -> str:
    told = ngettext("%(count)s person", "%(count)s people", found.people)
    return told % {"count": number(found.people)}


_OFFERS: Mapping[Kind, Callable[[Context, Wanted], Iterable[Offer]]] = {
    "field": _fields,
    "event": _events,
    "audience": _audiences,
    "value": _values,
    "property_value": _property_values,
    "insight_value": _insight_values,
    "property": _properties,
    "insight": _insights,
    "purpose": _purposes,
    "channel": _channels,
}
