"""What is strange about conditions although they can be used: fields, events and values that nobody has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from babel import Locale
from django.utils.translation import gettext

from habitue.audiences.fields import RuleField, own_fields, trait_field
from habitue.audiences.rule import Rule
from habitue.audiences.tables import AGE
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.quality.dictionary import FIELDS, event_kind
from habitue.web.audiences import choices
from habitue.web.audiences.draft import PROPERTY, Draft
from habitue.web.audiences.rule_texts import draft_of_rule
from habitue.web.audiences.senseless import senseless
from habitue.web.audiences.unheard import ValueUnheard, unheard, unheard_event, unheard_value
from habitue.web.errors import Told, told
from habitue.web.languages import NAMES
from habitue.web.templatetags.show import locale

_WHOLE_OPS = ("is", "is_not", "one_of")
_PLACES = (("country", "country"), ("region", "regions"), ("city", "cities"))
"""What a condition about a place compares, and what its controls are called."""


def remarks(ws: Context, rule: Rule) -> Sequence[Told]:
    """What is strange about a rule, each remark once, in the reader's language."""
    own = {field.name: field for field in own_fields(ws)}
    found = [strange(ws, node, own) for node in _nodes(draft_of_rule(rule))]
    return list(dict.fromkeys(told(each) for each in found if each is not None))


def strange(ws: Context, node: Draft, own: Mapping[str, RuleField]) -> HabitueError | None:
    """What is strange about one condition of a draft; None where nothing is."""
    return senseless(node) or _unheard(ws, node, own)


def _unheard(ws: Context, node: Draft, own: Mapping[str, RuleField]) -> HabitueError | None:
    if node.kind == "trait":
        return unheard(node.one("field"), own) or _of_value(ws, node, own)
    if node.kind == "place":
        found = (_among(ws, trait_field(name), node.many(control)) for name, control in _PLACES)
        return next((each for each in found if each is not None), None)
    # A property is drawn within its event, which has its remark already.
    if node.kind == PROPERTY:
        return None
    event = node.one("event")
    return unheard_event(event, choices.events_known(ws), label=gettext(event_kind(event).label))


def _of_value(ws: Context, node: Draft, own: Mapping[str, RuleField]) -> ValueUnheard | None:
    name = node.one("field")
    if node.one("op") not in _WHOLE_OPS or name == AGE or (name not in own and name not in FIELDS):
        return None
    return _among(ws, own[name] if name in own else trait_field(name), node.many("value"))


def _among(ws: Context, field: RuleField, values: Sequence[str]) -> ValueUnheard | None:
    if not values:
        return None
    seen = choices.values_seen(ws, field)
    return unheard_value(field.label, values, seen, _names(field.name, (*seen, *values))) if seen else None


def _names(field: str, codes: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """What countries and languages are called: first as the reader says it, then in every other language."""
    if field not in ("country", "language"):
        return {}
    found = {}
    for code in codes:
        plain = code.strip().upper() if field == "country" else code.strip().lower()
        readers = (locale(), *map(Locale.parse, NAMES))
        tables = [each.territories if field == "country" else each.languages for each in readers]
        names = [str(table[plain]) for table in tables if plain in table]
        if names:
            found[code] = names
    return found


def _nodes(draft: Draft) -> Iterator[Draft]:
    yield draft
    for child in draft.rules:
        yield from _nodes(child)
