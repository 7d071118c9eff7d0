"""A warning beside a condition about a field, event or value that nobody has: a slip, or only not there yet."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence

from habitue.audiences.fields import insight_fields, is_own, trait_fields
from habitue.audiences.tables import PEOPLE_COLUMNS
from habitue.audiences.text import near_names
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _


class FieldUnheard(HabitueError):
    """Nobody has the field of a condition, which may be used all the same."""

    code = "field_unheard"
    message = _("Nobody has a field “%(name)s”.")
    next_step = _("It can be saved: the condition begins to count once a source sends this field.")


class FieldMistaken(FieldUnheard):
    """The same, where there are fields of a similar name."""

    code = "field_mistaken"
    message = _("Nobody has a field “%(name)s”. Did you mean %(near)s?")


class EventUnheard(HabitueError):
    """Nobody did the event of a condition, which may be used all the same."""

    code = "event_unheard"
    message = _("Nobody here has done “%(name)s” so far.")
    next_step = _(
        "It can be saved: the condition begins to count once a source sends this event. Until then nobody did it, and "
        "everybody did not."
    )


class EventMistaken(EventUnheard):
    """The same, where there are events of a similar name."""

    code = "event_mistaken"
    message = _("Nobody here has done “%(name)s” so far. Did you mean %(near)s?")


class ValueUnheard(HabitueError):
    """Nobody has the value of a condition, which may be used all the same; `what` is the field."""

    code = "value_unheard"
    message = _("Nobody has “%(value)s” in the field “%(what)s”.")
    next_step = _("It can be saved: the condition begins to count once somebody has this value.")


class ValueMistaken(ValueUnheard):
    """The same, where others have similar values."""

    code = "value_mistaken"
    message = _("Nobody has “%(value)s” in the field “%(what)s”. Did you mean %(near)s?")


def unheard_value(
    what: str, values: Sequence[str], seen: Collection[str], names: Mapping[str, Sequence[str]]
) -> ValueUnheard | None:
    """The warning for the first value that is not among those `seen` in a field, without which there is none. Pure.

    `names` are what a code such as `DE` is called, first in the language of the reader.
    """
    known = {_folded(each) for each in seen}
    missing = next((each for each in values if each.strip() and _folded(each) not in known), None)
    if missing is None or not known:
        return None
    called = {each: f"{each} ({names[each][0]})" if each in names else each for each in seen}
    shown = {name: text for each, text in called.items() for name in (each, *names.get(each, ()))}
    value = names[missing][0] if missing in names else missing.strip()
    near = _near(missing.strip(), shown)
    return ValueMistaken(value=value, what=what, near=near) if near else ValueUnheard(value=value, what=what)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).casefold()


def unheard_event(name: str, seen: Collection[str], *, label: str = "") -> EventUnheard | None:
    """The warning for an event; `seen` are those that the data has, without which there is nothing to warn of. Pure.

    `label` is what the reader calls the event.
    """
    if not name or not seen or name in seen:
        return None
    near = _near(name, {each: f"“{each}”" for each in seen})
    called = label or name
    return EventMistaken(name=called, near=near) if near else EventUnheard(name=called)


def unheard(name: str, own: Collection[str]) -> FieldUnheard | None:
    """The warning for a trait; `own` are the fields that only this business has. Pure."""
    if not name or not is_own(name) or name in PEOPLE_COLUMNS or name in own:
        return None
    shown = {each.name: each.name for each in trait_fields()} | {each: each for each in own}
    shown |= {each.name: f"insight {each.insight}.{each.name}" for each in insight_fields()}
    near = _near(name, shown)
    return FieldMistaken(name=name, near=near) if near else FieldUnheard(name=name)


def _near(name: str, shown: Mapping[str, str]) -> str:
    """Those of a similar name, as they are shown."""
    folded = {each.casefold(): text for each, text in shown.items()}
    return ", ".join(dict.fromkeys(folded[each.casefold()] for each in near_names(name, shown)))
