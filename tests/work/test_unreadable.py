"""A frame that cannot be applied is set aside whole, those around it are not touched, and it can be tried again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.engine import Connection

from habitue import flow
from habitue.collect import projection
from habitue.collect.envelope import Event
from habitue.collect.message import encode_body
from habitue.identity import commands, decide
from habitue.profiles.tables import events
from habitue.quality import unreadable
from habitue.work.doctor.examine import examine
from habitue.workspace import Workspace
from tests.sending import identify, order

pytestmark = pytest.mark.sets_aside

GARBAGE = (b"\x00\xffgarbage", b"{}", b'{"source_id": "shop", "batch": [{"type": "dance"}]}')
PEOPLE = 40


def _frame(name: str) -> bytes:
    return encode_body("shop", [identify(name, email=f"{name}@web.example") | {"messageId": name}])


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("place", [0, 7, PEOPLE])
def test_those_behind_it_do_not_wait(ws: Workspace, garbage: bytes, place: int) -> None:
    frames = [_frame(f"u{number}") for number in range(PEOPLE)]
    frames.insert(place, garbage)
    projection.journal(ws.context).append(frames)
    assert flow.catch_up(ws.context) == PEOPLE
    assert ws.people.count() == PEOPLE
    (aside,) = ws.sources.unreadable()
    assert aside.size == len(garbage)
    with ws.register.read() as conn:
        (kept,) = conn.execute(unreadable.unreadable.select())
    assert bytes(kept.body) == garbage
    found = {each.name: each for each in examine(ws.folder, {"HABITUE_REGISTER__URL": ws.config.register.url})}
    assert found["set_aside"].state == "problem"
    assert found["position"].params["count"] == 0


def test_what_is_still_unreadable_stays_set_aside(ws: Workspace) -> None:
    projection.journal(ws.context).append([*GARBAGE, _frame("anna")])
    flow.catch_up(ws.context)
    before = {each.received_at for each in ws.sources.unreadable()}
    assert ws.sources.retry_unreadable() == len(GARBAGE) - 1, "what is no object stays where it is"
    assert len(ws.sources.unreadable()) == len(GARBAGE)
    assert ws.people.count() == 1
    assert before


def test_a_frame_that_a_mended_program_understands_comes_with_its_time(ws: Workspace) -> None:
    projection.journal(ws.context).append([_frame("before"), _frame("poison"), _frame("behind")])

    def fail(conn: Connection, found: Sequence[Event]) -> None:
        if any(event.message_id == "poison" for event in found):
            raise ZeroDivisionError
        flow.project(ws.context, conn, found)

    aside = unreadable.Aside(ws.context)
    assert projection.apply_pending(ws.context, fail, aside=aside) == 2
    (kept,) = ws.sources.unreadable()
    assert kept.error == "ZeroDivisionError"
    assert ws.sources.retry_unreadable() == 1
    assert ws.sources.unreadable() == []
    assert ws.people.count() == 3
    with ws.register.read() as conn:
        (received,) = conn.scalars(
            events.select().with_only_columns(events.c.received_at).where(events.c.message_id == "poison")
        )
    assert received == kept.received_at
    assert ws.ledger.listing(limit=1)[0].verb == "frames.replayed"


def test_a_program_that_fails_at_everything_is_not_mistaken_for_bad_frames(ws: Workspace) -> None:
    projection.journal(ws.context).append([_frame(f"u{number}") for number in range(PEOPLE)])

    def fail(_conn: Connection, _found: Sequence[Event]) -> None:
        raise ZeroDivisionError

    aside = unreadable.Aside(ws.context)
    with pytest.raises(ZeroDivisionError):
        projection.apply_pending(ws.context, fail, aside=aside)
    assert 0 < len(ws.sources.unreadable()) < PEOPLE
    flow.catch_up(ws.context)
    ws.sources.retry_unreadable()
    assert ws.people.count() == PEOPLE


def _set_one_aside(ws: Workspace, body: bytes) -> None:
    """Bring in a frame while the program has an error, so that it is set aside."""
    projection.journal(ws.context).append([body])

    def fail(_conn: Connection, _found: Sequence[Event]) -> None:
        raise ZeroDivisionError

    projection.apply_pending(ws.context, fail, aside=unreadable.Aside(ws.context))
    assert len(ws.sources.unreadable()) == 1


def _order(import_id: str | None = None) -> bytes:
    return encode_body("shop", [order("A1", "12.00", number="77")], import_id=import_id)


def test_two_who_try_at_once_bring_it_in_once(ws: Workspace) -> None:
    _set_one_aside(ws, _order())
    first, _ = unreadable.again(ws.context)
    second, position = unreadable.again(ws.context)
    assert (first, second) == (1, 1)
    flow.catch_up(ws.context, position)
    with ws.register.read() as conn:
        assert len(conn.execute(events.select()).all()) == 1
    assert ws.sources.unreadable() == []


def test_what_fails_again_is_kept_once(ws: Workspace) -> None:
    projection.journal(ws.context).append(
        [GARBAGE[2], b'{"source_id":"shop","batch":[{"type":"\\ud800"}]}', b"[" * 9_000]
    )
    flow.catch_up(ws.context)
    for _ in range(2):
        assert ws.sources.retry_unreadable() == 2
        assert len(ws.sources.unreadable()) == 3


def test_what_belongs_to_an_undone_import_does_not_come_back(ws: Workspace, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("Kundennr;Name\n77;Eva Kurz\n", "utf-8")
    done = ws.imports.run(tmp_path / "people.csv", source_name="Shop")
    _set_one_aside(ws, _order(done.import_id))
    unreadable.again(ws.context)
    flow.catch_up(ws.context, decide.submit(ws.context, commands.UndoImport(import_id=done.import_id)))
    _set_one_aside(ws, _order(done.import_id))
    ws.imports.undo(done.import_id)
    assert ws.sources.unreadable() == []
    assert ws.people.count() == 0


@pytest.mark.parametrize(
    ("user", "written"),
    [
        ("crm:4711", '"crm:4711"'),
        ("Müller 17", '"Müller 17"'),
        ("müller-17", '"m\\u00fcller-17"'),
        ("anna@web.example", '"anna\\u0040web.example"'),
    ],
)
def test_an_erasure_finds_every_spelling(sqlite_ws: Workspace, user: str, written: str) -> None:
    ws = sqlite_ws
    body = f'{{"source_id":"shop","batch":[{{"type":"dance","userId":{written}}}]}}'
    projection.journal(ws.context).append([encode_body("shop", [identify(user, city="Bonn")]), body.encode()])
    flow.catch_up(ws.context)
    (someone,) = ws.people.listing().rows
    assert ws.people.erase(someone.profile_id).quarantined == 1
    assert ws.sources.unreadable() == []


def test_what_a_process_remembers_is_forgotten_before_a_frame_is_given_up(ws: Workspace) -> None:
    projection.journal(ws.context).append([_frame("anna")])
    memory = ws.context.register.memory
    before = memory.of(_Remembered)

    def fail(conn: Connection, found: Sequence[Event]) -> None:
        if memory.of(_Remembered) is before:
            raise ZeroDivisionError
        flow.project(ws.context, conn, found)

    assert projection.apply_pending(ws.context, fail, aside=unreadable.Aside(ws.context)) == 1
    assert ws.sources.unreadable() == []


class _Remembered:
    """Something that a process remembers."""


def test_an_erasure_takes_it_too(ws: Workspace) -> None:
    broken = msgspec.json.encode({"source_id": "shop", "batch": [{"type": "dance", "userId": "anna@web.example"}]})
    projection.journal(ws.context).append([_frame("anna"), broken, GARBAGE[0]])
    flow.catch_up(ws.context)
    (anna,) = ws.people.search("anna")
    assert ws.people.erase(anna.profile_id).quarantined == 1
    assert [each.size for each in ws.sources.unreadable()] == [len(GARBAGE[0])]
