"""What the dictionary says of a message beside its traits: is the event planned, can its properties be read. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from habitue.collect.envelope import Event
from habitue.collect.essentials import units
from habitue.kernel.text import gettext_noop as _
from habitue.quality.events import EVENTS, FORMER_NAMES
from habitue.quality.gate import FieldProblem
from habitue.quality.normalise.email import normalise_email
from habitue.quality.normalise.result import Problem

UNPLANNED = "event_unplanned"
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?")

REASONS: Mapping[str, str] = {
    UNPLANNED: _("No such event is planned for this source."),
    "amount_unreadable": _("This is no amount of money such as 12.50."),
    "number_unreadable": _("This is no number."),
    "time_unreadable": _("This is no date with a time, such as 2026-06-15T10:00:00Z."),
    "list_wanted": _("A list is wanted here."),
    "email_unreadable": _("This is no e-mail address."),
}


def plan_problem(event: Event, planned: tuple[str, ...]) -> FieldProblem | None:
    """The problem of an event that nobody planned; only events of type track have names of their own."""
    if event.type != "track" or FORMER_NAMES.get(event.name, event.name) in EVENTS or event.name in planned:
        return None
    return _problem("event", event.name, UNPLANNED)


def property_problems(event: Event) -> tuple[FieldProblem, ...]:
    """The properties of a planned event that are not of the kind that the dictionary wants."""
    kind = EVENTS.get(FORMER_NAMES.get(event.name, event.name))
    if kind is None or event.type != "track":
        return ()
    facts = event.facts
    found = ((each.name, facts.get(each.name), _CHECKS.get(each.kind)) for each in kind.properties)
    checked = ((name, value, check(value)) for name, value, check in found if check is not None and value is not None)
    return tuple(_problem(name, str(value), code) for name, value, code in checked if code)


def _problem(field: str, value: str, code: str) -> FieldProblem:
    return FieldProblem(field, value[:200], code, REASONS[code], {})


def _amount(value: object) -> str | None:
    return "amount_unreadable" if units(value) is None else None


def _number(value: object) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return None
    return None if isinstance(value, str) and _NUMBER.fullmatch(value.strip()) else "number_unreadable"


def _time(value: object) -> str | None:
    try:
        datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return "time_unreadable"
    return None


def _list(value: object) -> str | None:
    return None if isinstance(value, list) else "list_wanted"


def _email(value: object) -> str | None:
    is_read = isinstance(value, str) and not isinstance(normalise_email(value), Problem)
    return None if is_read else "email_unreadable"


_CHECKS: Mapping[str, Callable[[object], str | None]] = {
    "money": _amount,
    "decimal": _number,
    "integer": _number,
    "instant": _time,
    "list": _list,
    "email": _email,
}
