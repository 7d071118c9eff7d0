"""What the dictionary says of a message beside its traits: is the event planned, can its properties be read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from habitue.collect.envelope import Event
from habitue.kernel.text import gettext_noop as _
from habitue.quality.amounts import BELOW_ZERO, PRODUCTS, amount_problem, item_problems, number_problem
from habitue.quality.events import EVENTS, FORMER_NAMES, Property
from habitue.quality.gate import FieldProblem
from habitue.quality.normalise.email import normalise_email
from habitue.quality.normalise.result import Problem

UNPLANNED = "event_unplanned"
_NOTHING = (b"null", b'""')
# A list is not read, only where it begins, and of products their prices and quantities: orders have long ones.
_UNREAD = msgspec.Raw(b"null")

REASONS: Mapping[str, str] = {
    UNPLANNED: _("No such event is planned for this source."),
    "amount_unreadable": _("This is no amount of money such as 12.50."),
    "currency_unreadable": _("This is no currency such as EUR."),
    "number_unreadable": _("This is no number."),
    BELOW_ZERO: _("This is below zero."),
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
    """The properties of a planned event that are not of the kind that the dictionary wants.

    Only these are read, and the properties stay as they were written: every event of a catch-up comes through here.
    """
    checked = _CHECKED.get(event.name)
    if checked is None or event.type != "track":
        return ()
    told = checked.decode(event.raw) if event.read is None else _of_facts(checked, event.read)
    found: list[FieldProblem] = []
    for name, check in checked.checks:
        value = getattr(told, name)
        if value is not None and value != "" and (code := check(value)):
            said = msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
            found.append(_problem(name, str(said), code))
        elif name == PRODUCTS and isinstance(value, msgspec.Raw) and bytes(value)[:1] == b"[":
            found += [_problem(*broken) for broken in item_problems(bytes(value))]
    return tuple(found)


def _of_facts(checked: _Checked, facts: Mapping[str, Any]) -> Any:
    return checked.decode(msgspec.json.encode({name: facts.get(name) for name, _check in checked.checks}))


def _problem(field: str, value: str, code: str) -> FieldProblem:
    return FieldProblem(field, value[:200], code, REASONS[code], {})


def _currency(value: object) -> str | None:
    return None if isinstance(value, str) else "currency_unreadable"


def _time(value: object) -> str | None:
    try:
        datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return "time_unreadable"
    return None


def _list(value: object) -> str | None:
    assert isinstance(value, msgspec.Raw)
    return None if bytes(value)[:1] == b"[" or bytes(value) in _NOTHING else "list_wanted"


def _email(value: object) -> str | None:
    is_read = isinstance(value, str) and not isinstance(normalise_email(value), Problem)
    return None if is_read else "email_unreadable"


_CHECKS: Mapping[str, Callable[[object], str | None]] = {
    "money": amount_problem,
    "decimal": number_problem,
    "integer": number_problem,
    "instant": _time,
    "list": _list,
    "email": _email,
}


@dataclass(frozen=True, slots=True)
class _Checked:
    """Which properties of an event are checked, and how to read these alone."""

    checks: tuple[tuple[str, Callable[[object], str | None]], ...]
    decode: Callable[[bytes], Any]


def _checked() -> Iterator[tuple[str, _Checked]]:
    for kind in EVENTS.values():
        found = tuple((each.name, _check_of(each)) for each in kind.properties)
        checks = tuple((name, check) for name, check in found if check is not None)
        if checks:
            fields: list[tuple[str, Any, Any]] = [
                (name, msgspec.Raw, _UNREAD) if check is _list else (name, Any, None) for name, check in checks
            ]
            shape = msgspec.defstruct("Told", fields)
            yield kind.name, _Checked(checks, msgspec.json.Decoder(shape).decode)


def _check_of(each: Property) -> Callable[[object], str | None] | None:
    return _currency if each.name == "currency" else _CHECKS.get(each.kind)


_CHECKED: dict[str, _Checked] = dict(_checked())
_CHECKED |= {former: _CHECKED[name] for former, name in FORMER_NAMES.items() if name in _CHECKED}
