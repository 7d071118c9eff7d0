"""What arrives at this moment: taken, waiting or refused, newest first, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from habitue.access.policy import allowed
from habitue.collect.envelope import TRIAL_VISITOR
from habitue.kernel.text import gettext_noop as _
from habitue.quality.dictionary import FIELDS, PROPERTIES, event_kind, field
from habitue.web.sources.reasons import refused

if TYPE_CHECKING:
    from habitue.workspace import Workspace

LIMIT = 20
# state -> label, colour of its tag
STATES: Mapping[str, tuple[str, str]] = {
    "taken": (_("taken"), ""),
    "noted": (_("taken without a value"), "w"),
    "open": (_("waits in quarantine"), "w"),
    "released": (_("replayed"), ""),
    "dropped": (_("dropped"), "a"),
    "discarded": (_("put aside for good"), "n"),
    "refused": (_("refused"), "a"),
}
PROOFS: Mapping[str, str] = {"claimed": _("claimed"), "proven": _("proven")}
TYPES: Mapping[str, str] = {
    "identify": _("Details of a person"),
    "group": _("Details of a company"),
    "alias": _("Another name of a person"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the view; `who` and `profile_id` are empty for readers who may not see people."""

    at: datetime
    state: str
    label: str
    tone: str
    what: str
    who: str = ""
    profile_id: str = ""
    reason: str = ""
    message_id: str = ""
    proof: str = ""


def lines(ws: Workspace, source_id: str) -> Sequence[Line]:
    """The newest of everything that arrived, whatever became of it."""
    found = [*_taken(ws, source_id), *_held(ws, source_id), *_refused(ws, source_id)]
    return sorted(found, key=lambda line: line.at, reverse=True)[:LIMIT]


def called(kind: str, name: str) -> str:
    """What a message is about, in the reader's words."""
    return gettext(TYPES[kind]) if kind in TYPES else gettext(event_kind(name).label)


def problem_texts(problems: Iterable[Mapping[str, Any]]) -> list[str]:
    """The reasons of a message in quarantine, each with the field and its value."""
    return [_told(each) for each in problems]


def _told(problem: Mapping[str, Any]) -> str:
    reason, value = filled(problem), str(problem["value"])
    name = field_label(str(problem["field"]))
    return f"{name}: {reason}" if not value or value in reason else f"{name}: “{value}” – {reason}"


def field_label(name: str) -> str:
    """What a trait or a property is called, in the reader's words."""
    if name == "event":
        return gettext("Event")
    of_list, _dot, rest = name.partition(".")
    place, _dot, inner = rest.partition(".")
    if of_list in PROPERTIES and place.isdecimal() and inner:
        told = {"what": field_label(inner), "list": field_label(of_list), "number": int(place) + 1}
        return gettext("%(list)s, no. %(number)s: %(what)s") % told
    return gettext(PROPERTIES[name].label if name in PROPERTIES and name not in FIELDS else field(name).label)


def without_values(problems: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The problems for readers who may not see people: the reason without the value."""
    return [{**each, "value": "", "params": dict.fromkeys(each["params"], "…")} for each in problems]


def filled(problem: Mapping[str, Any]) -> str:
    """The reason of a problem in the reader's language."""
    text = gettext(str(problem["message"]))
    return text % problem["params"] if problem["params"] else text


def _taken(ws: Workspace, source_id: str) -> Iterable[Line]:
    is_shown = allowed(ws.actor, "people.read")
    for event in ws.sources.arrived(source_id, limit=LIMIT):
        if event.message_id.endswith("/member"):
            continue
        who, profile_id = (event.value, event.profile_id) if is_shown else ("", "")
        if event.value == TRIAL_VISITOR:
            who, profile_id = gettext("a test, about nobody"), ""
        what, proof = called(event.type, event.name), gettext(PROOFS[event.proof]) if event.proof in PROOFS else ""
        line = _line(event.received_at, "taken", what, who, profile_id, "", event.message_id)
        yield replace(line, proof=proof)


def _held(ws: Workspace, source_id: str) -> Iterable[Line]:
    states = ("open", "noted", "dropped", "discarded")
    for each in ws.sources.quarantine(source_id, states=states, limit=LIMIT):
        told = each.problems if allowed(ws.actor, "people.read") else without_values(each.problems)
        reason = " ".join(problem_texts(told))
        yield _line(each.received_at, each.state, called(each.type, each.name), "", "", reason, each.message_id)


def _refused(ws: Workspace, source_id: str) -> Iterable[Line]:
    for each in ws.sources.refusals(source_id, limit=LIMIT):
        yield _line(each.at, "refused", gettext("Message"), "", "", refused(each.code), each.message_id or "")


def _line(at: datetime, state: str, what: str, who: str, profile_id: str, reason: str, message_id: str) -> Line:
    label, tone = STATES[state]
    return Line(at, state, gettext(label), tone, what, who, profile_id, reason, message_id)
