"""Makes fixed lists, and puts people on them or takes them off; each change is an event about its person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from habitue.access import policy
from habitue.audiences import create, membership
from habitue.audiences.audience import Audience, load
from habitue.audiences.fixed_list import OFF, ON, is_fixed, rule_of_list
from habitue.audiences.found_people import place_of
from habitue.audiences.rule import Rule
from habitue.audit import ledger
from habitue.collect import projection
from habitue.collect.bounds import LIST_CHANGED
from habitue.collect.envelope import BY_HAND, namespace_kind
from habitue.collect.journal import Position
from habitue.collect.message import encode_body
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

FRAME = 500


class NotAList(HabitueError):
    """The audience follows a rule."""

    code = "audience_not_a_list"
    message = _("“%(name)s” follows a rule. Nobody can be put on it by hand.")
    next_step = _("Change its rule, or freeze it into a list of its own.")


@dataclass(frozen=True, slots=True)
class ListChange:
    """How many people a change is about, and where in the journal it ends; None when nothing changes."""

    people: int
    position: Position | None


def make(
    ws: Context,
    *,
    name: str,
    description: str = "",
    purpose: str | None = None,
    folder: str = "",
    list_id: str = "",
) -> Audience:
    """A new list with nobody on it, with a new id where none is given; raises what `create.create` raises."""
    list_id = list_id or ws.ids.new()
    rule = rule_of_list(list_id)
    return create.create(
        ws, name=name, rule=rule, description=description, purpose=purpose, folder=folder, audience_id=list_id
    )


def put_on(ws: Context, *, audience_id: str, profile_ids: Sequence[str]) -> ListChange:
    """Put people on a list; those who are on it already stay as they are. Raises NotFound and NotAList."""
    return _change(ws, audience_id, profile_ids, ON)


def take_off(ws: Context, *, audience_id: str, profile_ids: Sequence[str]) -> ListChange:
    """Take people off a list; those who are not on it stay as they are. Raises NotFound and NotAList."""
    return _change(ws, audience_id, profile_ids, OFF)


def members_of(ws: Context, rule: Rule) -> Sequence[str]:
    """The profiles of everybody who fulfils a rule now."""
    policy.require(ws.actor, "audiences.read")
    return sorted(ws.lake.con.to_pyarrow(membership.matching(ws, rule)).column("profile_id").to_pylist())


def _change(ws: Context, audience_id: str, profile_ids: Sequence[str], state: str) -> ListChange:
    policy.require(ws.actor, "audiences.edit")
    policy.require(ws.actor, "people.read")
    with ws.register.read() as conn:
        audience = load(conn, audience_id)
    if not is_fixed(audience):
        raise NotAList(name=audience.name)
    on = set(members_of(ws, audience.rule))
    changing = [each for each in dict.fromkeys(profile_ids) if (each in on) != (state == ON)]
    with ws.register.read() as conn:
        places = place_of(conn, changing)
    bodies = [*_bodies(ws, audience, state, list(places.values()))]
    if not bodies:
        return ListChange(0, None)
    with ws.register.write() as conn:
        verb = "audience.people_added" if state == ON else "audience.people_removed"
        details = {"name": audience.name, "people": len(places)}
        ledger.record(conn, ws, verb=verb, subject_kind="audience", subject_id=audience_id, details=details)
    return ListChange(len(places), projection.journal(ws).append(bodies))


def _bodies(ws: Context, audience: Audience, state: str, places: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    """The frames of the events; a person who is known only by a row is told of in the name of its source."""
    by_source: dict[str, list[dict[str, object]]] = {}
    for namespace, value in places:
        is_row = namespace_kind(namespace) == "record"
        source = namespace.partition(":")[2] if is_row else BY_HAND
        place: dict[str, object] = {"row": value} if is_row else {"externalIds": [{"id": value, "type": namespace}]}
        by_source.setdefault(source, []).append(_message(ws, audience, state, place))
    for source, several in by_source.items():
        for start in range(0, len(several), FRAME):
            yield encode_body(source, several[start : start + FRAME], is_checked=True)


def _message(ws: Context, audience: Audience, state: str, place: dict[str, object]) -> dict[str, object]:
    return {
        "type": "track",
        "event": LIST_CHANGED,
        "messageId": ws.ids.new(),
        "timestamp": ws.clock.now().isoformat(),
        "context": {"active": False, **place},
        "properties": {"list_id": audience.audience_id, "list": audience.name, "state": state},
    }
