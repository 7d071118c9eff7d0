"""A warning beside a condition about a field or event that nobody has: a slip of the pen, or only not there yet."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping

from habitue.audiences.fields import insight_fields, is_own, trait_fields
from habitue.audiences.tables import PEOPLE_COLUMNS
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

MOST_NEAR = 3


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


def unheard_event(name: str, seen: Collection[str]) -> EventUnheard | None:
    """The warning for an event; `seen` are those that the data has, without which there is nothing to warn of. Pure."""
    if not name or not seen or name in seen:
        return None
    near = _near(name, {each: f"“{each}”" for each in seen})
    return EventMistaken(name=name, near=near) if near else EventUnheard(name=name)


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
    return ", ".join(
        folded[each] for each in difflib.get_close_matches(name.casefold(), folded, n=MOST_NEAR, cutoff=0.75)
    )
