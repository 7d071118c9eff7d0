"""What people decided holds again once the records that an undo took away come in again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from habitue import flow
from habitue.identity import commands, decide, listings, replay
from habitue.identity.tables import identifiers, numbers
from habitue.workspace import Workspace
from tests.identity.histories import everything
from tests.identity.test_review import EVA, KIM, by_surname
from tests.identity.worlds import worlds as worlds
from tests.sending import identify, names, send, state_of

FILE = (("2", "A.", "Berg", "Bonn"), ("3", "Anne", "Berg", "Ulm"), ("4", "Max", "Holm", "Kiel"))


def _shop(ws: Workspace) -> None:
    send(ws, identify(number="1", first_name="Anna", last_name="Berg", city="Bonn"))


def _import(ws: Workspace, import_id: str) -> None:
    told = [identify(number=key, first_name=first, last_name=last, city=city) for key, first, last, city in FILE]
    send(ws, *told, source="crm", import_id=import_id)


def _undo_import(ws: Workspace, import_id: str) -> None:
    flow.carry_out(ws.context, decide.submit(ws.context, commands.UndoImport(import_id=import_id)))


def _number(ws: Workspace, value: str) -> int:
    with ws.register.read() as conn:
        found = conn.scalar(sa.select(identifiers.c.identifier_id).where(identifiers.c.value == value))
    assert found is not None
    return int(found)


def _tell(ws: Workspace, *told: commands.Command) -> None:
    flow.catch_up(ws.context, decide.submit(ws.context, *told))


def _decide(ws: Workspace, *, by: str = "eva") -> None:
    """The record 3 is the Anna of the shop, the record 2 is not, 3 and 4 are one, too."""
    anna, short, anne, max_ = (_number(ws, key) for key in ("1", "2", "3", "4"))
    _tell(ws, commands.Join(anna, anne, by=by))
    _tell(ws, commands.Separate(((anna, short),), by=by))
    _tell(ws, commands.Join(max_, anne, by=by))


def _rebuild(ws: Workspace) -> None:
    with ws.register.write() as conn:
        flow.rebuild(ws.context, conn, replay.closure(conn, list(conn.scalars(sa.select(identifiers.c.identifier_id)))))


def _nothing(ws: Workspace) -> None:
    """Leave everything as it is."""


def _retrain(ws: Workspace) -> None:
    ws.matching.run(matcher=by_surname)


@pytest.mark.parametrize("then", [_nothing, _rebuild, _retrain])
@pytest.mark.parametrize("times", [1, 2])
def test_what_was_decided_holds_again_with_the_same_rows(
    ws: Workspace, then: Callable[[Workspace], None], times: int
) -> None:
    _shop(ws)
    _import(ws, "first")
    _decide(ws)
    before = names(ws)
    assert len(before) == 2
    for time in range(times):
        _undo_import(ws, "first" if time == 0 else f"again-{time - 1}")
        assert len(names(ws)) == 1
        _import(ws, f"again-{time}")
    then(ws)
    assert names(ws) == before
    _retrain(ws)
    assert names(ws) == before


def test_a_rebuild_gives_the_same_once_decisions_have_come_back(ws: Workspace) -> None:
    _shop(ws)
    _import(ws, "first")
    _decide(ws)
    _undo_import(ws, "first")
    _import(ws, "again")
    before = everything(ws)
    _rebuild(ws)
    assert everything(ws) == before


def test_an_answer_in_the_review_is_not_asked_for_again_when_the_rows_come_back(ws: Workspace) -> None:
    _shop(ws)
    _import(ws, "first")
    run = ws.matching.run(matcher=by_surname)
    pair = ws.review.queue()[0]
    ws.as_actor(EVA).review.answer(pair.a, pair.b, "different")
    ws.matching.undo(run.run_id)
    _undo_import(ws, "first")
    _import(ws, "again")
    ws.matching.run(matcher=by_surname)
    assert (pair.a, pair.b) not in {(each.a, each.b) for each in ws.review.queue()}
    assert [each.verb for each in ws.identity.decisions()] == ["different"]


def test_what_was_said_about_a_value_holds_again(ws: Workspace) -> None:
    _shop(ws)
    told = [identify(number=key, email="both@berg.example") for key in ("7", "8")]
    send(ws, *told, source="crm", import_id="first")
    ws.identity.judge(_number(ws, "both@berg.example"), "blocked")
    assert len(names(ws)) == 3
    _undo_import(ws, "first")
    send(ws, *(dict(each, messageId=f"again-{n}") for n, each in enumerate(told)), source="crm", import_id="again")
    assert len(names(ws)) == 3


def test_a_decision_that_was_taken_back_does_not_return(ws: Workspace) -> None:
    _shop(ws)
    _import(ws, "first")
    alone = names(ws)
    _decide(ws, by="eva")
    _tell(ws, commands.Separate(((_number(ws, "1"), _number(ws, "4")),), by="kim"))
    _undo_import(ws, "first")
    with ws.register.read() as conn:
        seqs = [each.seq for each in listings.newest(conn) if each.by in ("eva", KIM.actor_id)]
    _tell(ws, commands.Undo(seqs=tuple(seqs)))
    _import(ws, "again")
    assert names(ws) == alone


def test_until_they_come_back_nobody_sees_that_something_was_decided(worlds: tuple[Workspace, Workspace]) -> None:
    with_it, without = worlds
    for ws in worlds:
        _shop(ws)
    _import(with_it, "first")
    _decide(with_it)
    _undo_import(with_it, "first")
    assert state_of(with_it) == state_of(without)
    assert names(with_it) == names(without)


def test_who_is_erased_leaves_no_number_behind(ws: Workspace) -> None:
    _shop(ws)
    _import(ws, "first")
    _decide(ws)
    _undo_import(ws, "first")
    with ws.register.read() as conn:
        assert len(conn.execute(sa.select(numbers)).all()) == 3
    _import(ws, "again")
    with ws.register.read() as conn:
        assert conn.execute(sa.select(numbers)).all() == []
        profile_id = conn.scalar(sa.select(identifiers.c.profile_id).where(identifiers.c.value == "3"))
    assert profile_id
    flow.erase_person(ws.context, profile_id)
    _undo_import(ws, "again")
    with ws.register.read() as conn:
        assert {row.identifier_id for row in conn.execute(sa.select(numbers))} == set()
