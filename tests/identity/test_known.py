"""What a process remembers of known identifiers leads to the same people, events and hash as looking at every event."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from habitue import flow
from habitue.collect import projection
from habitue.collect.envelope import Event
from habitue.collect.message import encode_body
from habitue.identity import graph, group, known
from habitue.identity.tables import identifiers
from habitue.profiles.tables import events
from habitue.workspace import Workspace, open_workspace
from tests.conftest import MakeWorkspace
from tests.sending import identify, send, state_of


def visit(number: int, *, user: str | None, visitor: str | None, source: str = "web") -> dict[str, Any]:
    message: dict[str, Any] = {"type": "track", "event": "Seen", "messageId": f"v{number}"}
    if user:
        message["userId"] = user
    if visitor:
        message["anonymousId"] = visitor
    return message


def places(ws: Workspace) -> int:
    return len(ws.register.memory.of(known.Known).places)


def owners(ws: Workspace) -> dict[str, int]:
    return {row.profile_id: row.event_count for row in ws.people.listing(limit=1_000).rows}


def test_an_event_of_a_known_pair_needs_no_look_into_the_graph(
    sqlite_ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(sqlite_ws, visit(1, user="u1", visitor="a1"))
    assert places(sqlite_ws) == 1

    def fail(*_: object) -> None:
        raise AssertionError("looked")

    monkeypatch.setattr(group.Group, "load", fail)
    send(sqlite_ws, visit(2, user="u1", visitor="a1"))
    assert list(owners(sqlite_ws).values()) == [2]


def test_a_merge_made_by_another_process_is_noticed(sqlite_ws: Workspace) -> None:
    send(sqlite_ws, identify("u1", email="anna@web.example"))
    send(sqlite_ws, identify(number="7", phone="030 901820"))
    send(sqlite_ws, identify("u1", email="anna@web.example"))
    with open_workspace(sqlite_ws.folder, environ={}) as other:
        send(other, identify(number="7", email="anna@web.example", phone="030 901820"))
        assert other.people.count() == 1
    send(sqlite_ws, identify("u1", email="anna@web.example"))
    assert list(owners(sqlite_ws).values()) == [5]


def test_a_merge_that_was_rolled_back_is_forgotten(sqlite_ws: Workspace) -> None:
    send(sqlite_ws, visit(1, user="u1", visitor=None), visit(2, user=None, visitor="a1"))
    projection.journal(sqlite_ws.context).append([encode_body("web", [visit(3, user="u1", visitor="a1")])])

    def fail(conn: Any, events: Any) -> None:
        known.resolve(conn, sqlite_ws.context, events)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        projection.apply_pending(sqlite_ws.context, fail)
    assert sqlite_ws.people.count() == 2
    send(sqlite_ws, visit(4, user="u1", visitor="a1"))
    assert list(owners(sqlite_ws).values()) == [4]


def test_a_separation_is_noticed(ws: Workspace) -> None:
    send(ws, identify(number="7", email="anna@web.example", phone="030 901820"))
    send(ws, identify(number="7", phone="030 901820"))
    (anna,) = ws.people.search("anna")
    phone = next(one for one in ws.people.identities(anna.profile_id).identifiers if one.namespace == "phone")
    ws.people.separate(phone.identifier_id)
    assert ws.people.count() == 2
    send(ws, identify(number="7", phone="030 901820"))
    assert ws.people.count() == 2
    refused = ws.people.identities(anna.profile_id).refused
    assert [item.left_out.namespace for item in refused] == ["phone"]


@pytest.mark.parametrize(("seed", "size"), [(11, 20), (12, 100)])
def test_a_random_history_gives_the_same_state_with_and_without_memory(
    make_workspace: MakeWorkspace, sqlite_ws: Workspace, monkeypatch: pytest.MonkeyPatch, seed: int, size: int
) -> None:
    ws, chance = make_workspace("other"), random.Random(seed)
    hits = {True: 0, False: 0}
    looked = _counted(monkeypatch)
    history = [_message(number, chance) for number in range(20 * size)]
    for start in range(0, len(history), size):
        group = history[start : start + size]
        send(ws, *(dict(message) for message in group), source=f"s{start % 3}")
        with monkeypatch.context() as bare:
            bare.setattr(known, "resolve", graph.resolve)
            bare.setattr(known.Group, "resolve", _RESOLVE)
            send(sqlite_ws, *(dict(message) for message in group), source=f"s{start % 3}")
        hits[places(ws) > 0] += 1
    assert hits[True] > 10, f"the memory was in use: {hits}"
    assert len(looked) < 0.95 * len(history), "what was settled within a group is not looked at again"
    assert places(sqlite_ws) == 0
    assert sorted(owners(ws).values()) == sorted(owners(sqlite_ws).values())
    assert ws.people.count() == sqlite_ws.people.count() > 5
    with ws.register.read() as one, sqlite_ws.register.read() as other:
        assert _shape(one) == _shape(other)


_RESOLVE = known.Group.resolve


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sequence numbers of the events that are looked at."""
    looked: list[int] = []

    def resolve(own: known.Group, event: Event) -> int:
        looked.append(event.seq)
        return _RESOLVE(own, event)

    monkeypatch.setattr(known.Group, "resolve", resolve)
    return looked


def _message(number: int, chance: random.Random) -> dict[str, Any]:
    user = f"u{chance.randrange(12)}" if chance.random() < 0.7 else None
    visitor = f"a{chance.randrange(20)}" if user is None or chance.random() < 0.7 else None
    if user and chance.random() < 0.2:
        person = chance.randrange(12)
        name = f"Anna Berg{chance.choice('xyz')}" if chance.random() < 0.5 else "Ben Lang"
        return identify(user, email=f"m{person}@web.example", name=name) | {"messageId": f"v{number}"}
    return visit(number, user=user, visitor=visitor)


def _shape(conn: Any) -> list[tuple[Any, ...]]:
    """Identifiers, whose they are by the earliest of them, and the events that hang on them: free of secrets."""
    rows = conn.execute(graph.sa.select(graph.identifiers)).all()
    first = {row.own_id: (row.namespace, row.value) for row in rows}
    return sorted((row.namespace, row.value, row.first_seq, first[row.profile_id], row.names) for row in rows)


def test_the_memory_is_bounded(sqlite_ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "PLACES", 10)
    send(sqlite_ws, *(visit(number, user=f"u{number}", visitor=None) for number in range(50)))
    assert 0 < places(sqlite_ws) <= 10
    before = state_of(sqlite_ws)
    send(sqlite_ws, visit(1, user="u1", visitor=None))
    assert state_of(sqlite_ws) == before


def test_a_remembered_place_that_moves_within_a_group_loads_what_it_names(ws: Workspace) -> None:
    """Three messages of one frame: what a former group learnt, many names for one address, and the first one again."""
    names = [f"{first} {last}" for first, last in zip(_FIRST, _LAST, strict=True)]

    def told(number: int, record: str, message_id: str) -> dict[str, Any]:
        first, last = names[number].split()
        message = identify(email="office@web.example", first_name=first, last_name=last)
        message["context"]["record"], message["messageId"] = record, message_id
        return message

    only = identify(first_name=_FIRST[0]) | {"messageId": "a0"}
    only["context"]["record"] = "r1"
    send(ws, only)
    send(ws, told(0, "r1", "a1"))
    others = [told(number, f"s{number}", f"m{number}") for number in range(1, len(names))]
    projection.journal(ws.context).append([encode_body("shop", [*others, told(0, "r1", "a3")])])
    # Without a place for what fails, and so without a second try with nothing remembered.
    projection.apply_pending(ws.context, partial(flow.project, ws.context))
    with ws.register.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(events)) == len(names) + 2


def test_a_system_whose_name_begins_like_a_record_is_one_of_many(ws: Workspace) -> None:
    for number, value in enumerate("AAB"):
        message = identify(email="anna@web.example") | {"messageId": f"m{number}"}
        message["context"]["externalIds"] = [{"type": "record_no", "id": value}]
        send(ws, message)
    with ws.register.read() as conn:
        found = set(conn.scalars(sa.select(identifiers.c.value).where(identifiers.c.namespace.like("%record_no%"))))
    assert found == {"A", "B"}


_FIRST = [
    "Anna",
    "Peter",
    "Maria",
    "Klaus",
    "Dieter",
    "Olga",
    "Igor",
    "Uwe",
    "Zoe",
    "Hans",
    "Rita",
    "Lars",
    "Nina",
    "Otto",
    "Paul",
    "Gerd",
]
_LAST = [
    "Berg",
    "Holm",
    "Kurz",
    "Wolf",
    "Stein",
    "Popov",
    "Sidorov",
    "Lang",
    "Fuchs",
    "Vogel",
    "Maier",
    "Olsen",
    "Blau",
    "Rot",
    "Weiss",
    "Gruen",
]
