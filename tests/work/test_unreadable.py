"""A frame that cannot be applied is set aside whole, those around it are not touched, and it can be tried again."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from sqlalchemy.engine import Connection

from habitue import flow
from habitue.collect import projection
from habitue.collect.envelope import Event
from habitue.collect.message import encode_body
from habitue.profiles.tables import events
from habitue.quality import unreadable
from habitue.work.doctor.examine import examine
from habitue.workspace import Workspace
from tests.sending import identify

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
    assert ws.sources.retry_unreadable() == len(GARBAGE)
    assert len(ws.sources.unreadable()) == len(GARBAGE)
    assert ws.people.count() == 1
    assert before


def test_a_frame_that_a_mended_program_understands_comes_with_its_time(ws: Workspace) -> None:
    projection.journal(ws.context).append([_frame("before"), _frame("poison"), _frame("behind")])

    def fail(conn: Connection, found: Sequence[Event]) -> None:
        if any(event.message_id == "poison" for event in found):
            raise ZeroDivisionError
        flow.project(ws.context, conn, found)

    def aside(conn: Connection, frame: projection.Frame, problem: Exception) -> None:
        unreadable.keep(ws.context, conn, frame, problem)

    assert projection.apply_pending(ws.context, fail, set_aside=aside) == 2
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

    def aside(conn: Connection, frame: projection.Frame, problem: Exception) -> None:
        unreadable.keep(ws.context, conn, frame, problem)

    with pytest.raises(ZeroDivisionError):
        projection.apply_pending(ws.context, fail, set_aside=aside)
    assert 0 < len(ws.sources.unreadable()) < PEOPLE
    flow.catch_up(ws.context)
    ws.sources.retry_unreadable()
    assert ws.people.count() == PEOPLE


def test_an_erasure_takes_it_too(ws: Workspace) -> None:
    broken = msgspec.json.encode({"source_id": "shop", "batch": [{"type": "dance", "userId": "anna@web.example"}]})
    projection.journal(ws.context).append([_frame("anna"), broken, GARBAGE[0]])
    flow.catch_up(ws.context)
    (anna,) = ws.people.search("anna")
    assert ws.people.erase(anna.profile_id).quarantined == 1
    assert [each.size for each in ws.sources.unreadable()] == [len(GARBAGE[0])]
