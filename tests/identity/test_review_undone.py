"""The queue after something was taken back: asked is what is open, nothing twice, and nothing of what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec
import pyarrow as pa
import pytest
import sqlalchemy as sa

from habitue import flow
from habitue.identity import commands, decide, replaced, review
from habitue.identity.tables import identifiers
from habitue.identity.tables import replaced as replaced_table
from habitue.workspace import Workspace
from tests.identity.test_review import EVA, KIM, Found, by_surname
from tests.identity.test_review import shop as shop
from tests.sending import identify, send, state_of

TODAY = date(2026, 6, 15)
BERG = {"last_name": "Berg", "city": "Bonn"}


def _refused(ws: Workspace, *, city: str = "Bonn") -> None:
    """Berg of three numbers, and another of a fourth that is one too many for the first."""
    for place in range(3):
        send(ws, identify("u1", phone=f"030 90182{place}", **BERG))
    send(ws, identify(number="9", phone="030 901829", last_name="Berg", city=city))
    send(ws, identify("u1", phone="030 901829"), source="web", import_id="both")


def _undo_import(ws: Workspace, import_id: str) -> None:
    flow.carry_out(ws.context, decide.submit(ws.context, commands.UndoImport(import_id=import_id)))


def test_row_numbers_of_an_import_that_was_undone_are_never_given_to_others(ws: Workspace) -> None:
    send(ws, identify(number="1", first_name="A", **BERG))
    bergs = (identify(number="2", last_name="Berg", city="Ulm"), identify(number="3", last_name="Berg", city="Kiel"))
    send(ws, *bergs, source="crm", import_id="gone")
    ws.matching.run(matcher=by_surname)
    pair = ws.review.queue()[-1]
    ws.review.answer(pair.a, pair.b, "different")
    with ws.register.read() as conn:
        before = set(conn.scalars(sa.select(identifiers.c.identifier_id)))
    _undo_import(ws, "gone")
    others = (identify(number="7", last_name="Zorn"), identify(number="8", last_name="Holm"))
    send(ws, *others, source="other")
    with ws.register.read() as conn:
        new = set(conn.scalars(sa.select(identifiers.c.identifier_id).where(identifiers.c.value.in_(("7", "8")))))
    assert len(new) == 2
    assert not new & before
    with ws.register.write() as conn:
        review.settle(conn)
    assert ws.review.queue() == []


@pytest.mark.parametrize("how", ["by number", "by its link", "by its day", "as the last"])
def test_a_pair_is_asked_again_however_its_answer_is_taken_back(shop: Workspace, how: str) -> None:
    shop.matching.run(matcher=by_surname)
    eva, before = shop.as_actor(EVA), shop.review.queue()
    eva.review.answer(before[0].a, before[0].b, "same")
    assert shop.review.waiting() == len(before) - 1
    if how == "by number":
        shop.identity.take_back([each.seq for each in shop.identity.decisions()])
    elif how == "by its link":
        links = [link for row in shop.people.listing().rows for link in shop.people.identities(row.profile_id).links]
        (link,) = [link for link in links if link.rule == "decision"]
        shop.people.undo_link(link.a.identifier_id, link.b.identifier_id)
    elif how == "by its day":
        shop.identity.undo_day("eva", TODAY)
    else:
        eva.review.undo_last()
    assert shop.review.queue() == before


def test_a_pair_is_not_asked_again_while_the_answer_of_somebody_else_stands(shop: Workspace) -> None:
    shop.matching.run(matcher=by_surname)
    pair, waiting = shop.review.queue()[0], shop.review.waiting()
    shop.as_actor(EVA).review.answer(pair.a, pair.b, "different")
    shop.review.ask_again(pair.a, pair.b)
    shop.as_actor(KIM).review.answer(pair.a, pair.b, "same")
    assert shop.identity.undo_day("kim", TODAY) == 1
    assert shop.review.waiting() == waiting - 1
    assert shop.identity.undo_day("kim", TODAY) == 0


def test_what_other_rules_let_through_is_asked_again_once_the_former_rules_hold_again(ws: Workspace) -> None:
    _refused(ws)
    book, before = ws.identity.rules(), ws.review.queue()
    assert [pair.reason for pair in before] == ["too_many"]
    phone = msgspec.structs.replace(book.namespaces["phone"], limit=9)
    ws.identity.change_rules(msgspec.structs.replace(book, namespaces={**book.namespaces, "phone": phone}))
    assert (ws.people.count(), ws.review.queue()) == (1, [])
    ws.identity.change_rules(book)
    assert ws.review.queue() == before


def test_what_a_shared_value_made_needless_is_asked_again_once_it_is_not_shared(ws: Workspace) -> None:
    _refused(ws)
    (pair,) = before = ws.review.queue()
    ws.identity.judge(max(pair.a, pair.b), "blocked")
    assert ws.review.queue() == []
    ws.identity.take_back([each.seq for each in ws.identity.decisions()])
    assert ws.review.queue() == before


def test_a_refusal_whose_cause_is_gone_is_not_asked_once_the_run_that_settled_it_is_taken_back(ws: Workspace) -> None:
    _refused(ws)
    run = ws.matching.run(matcher=by_surname)
    assert ws.people.count() == 1
    _undo_import(ws, "both")
    ws.matching.undo(run.run_id)
    assert (ws.people.count(), ws.review.queue()) == (2, [])


def test_a_refusal_that_a_run_asked_about_is_a_refusal_again_without_the_run(ws: Workspace) -> None:
    _refused(ws, city="Ulm")
    before = ws.review.queue()
    run = ws.matching.run(matcher=by_surname)
    assert ws.review.queue() != before
    ws.matching.undo(run.run_id)
    assert ws.review.queue() == before


@pytest.mark.parametrize("order", ["newest first", "the middle first"])
def test_the_questions_of_an_older_run_come_back_with_the_undo_of_the_newer(shop: Workspace, order: str) -> None:
    shop.matching.run(matcher=by_surname)
    before = shop.review.queue()
    newer, newest = (shop.matching.run(matcher=by_surname) for _ in range(2))
    gone = (newest, newer) if order == "newest first" else (newer, newest)
    shop.matching.undo(gone[0].run_id)
    stands = {pair.run_id for pair in shop.review.queue()}
    assert stands == {(newer if order == "newest first" else newest).run_id}
    shop.matching.undo(gone[1].run_id)
    assert len(before) == 2
    assert shop.review.queue() == before


def test_an_older_run_may_be_taken_back_while_a_newer_one_compares(shop: Workspace) -> None:
    before = state_of(shop)
    older = shop.matching.run(matcher=by_surname)

    def slow(table: pa.Table, **pairs: Sequence[tuple[int, int]]) -> Found:
        shop.matching.undo(older.run_id)
        return by_surname(table, **pairs)

    newer = shop.matching.run(matcher=slow)
    assert {pair.run_id for pair in shop.review.queue()} == {newer.run_id}
    shop.matching.undo(newer.run_id)
    assert shop.review.queue() == []
    assert state_of(shop) == before


def test_what_was_answered_to_a_newer_run_is_answered_to_the_older_too(shop: Workspace) -> None:
    shop.matching.run(matcher=by_surname)
    before = shop.review.queue()
    newer = shop.matching.run(matcher=by_surname)
    pair = shop.review.queue()[0]
    shop.review.answer(pair.a, pair.b, "different")
    shop.matching.undo(newer.run_id)
    assert shop.review.queue() == before[1:]
    shop.review.undo_last()
    assert shop.review.queue() == before


def test_the_question_of_a_run_that_is_gone_is_not_asked_when_its_answer_goes_too(shop: Workspace) -> None:
    run = shop.matching.run(matcher=by_surname)
    pair = shop.review.queue()[0]
    shop.review.answer(pair.a, pair.b, "same")
    shop.matching.undo(run.run_id)
    assert shop.review.undo_last() == 1
    assert shop.review.queue() == []


def test_nothing_is_asked_or_taken_back_about_somebody_who_was_erased(shop: Workspace) -> None:
    shop.matching.run(matcher=by_surname)
    newer = shop.matching.run(matcher=by_surname)
    pair = shop.review.queue()[0]
    eva = shop.as_actor(EVA)
    eva.review.answer(pair.a, pair.b, "different")
    shop.people.erase(pair.profile_a)
    assert (eva.review.undo_last(), shop.identity.undo_day("eva", TODAY)) == (0, 0)
    shop.matching.undo(newer.run_id)
    assert all(pair.profile_a not in (each.profile_a, each.profile_b) for each in shop.review.queue())


def test_no_more_questions_are_put_aside_than_may_be_asked_again(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaced, "KEPT_RUNS", 3)
    made = [shop.matching.run(matcher=by_surname) for _ in range(6)]
    queue = shop.review.queue()
    assert len(queue) == 2
    assert _put_aside(shop) == {run.run_id: len(queue) for run in made[-3:]}
    for run in made[:-4:-1]:
        shop.matching.undo(run.run_id)
    assert {pair.run_id for pair in shop.review.queue()} == {made[2].run_id}
    assert len(shop.review.queue()) == len(queue)


def test_a_question_about_somebody_who_is_gone_for_good_is_not_kept(shop: Workspace) -> None:
    send(shop, identify(number="9", first_name="Moritz", last_name="Holm", city="Kiel"), source="s9", import_id="gone")
    shop.matching.run(matcher=by_surname)
    shop.matching.run(matcher=by_surname)
    before = sum(_put_aside(shop).values())
    _undo_import(shop, "gone")
    shop.matching.run(matcher=by_surname)
    with shop.register.read() as conn:
        here = set(conn.scalars(sa.select(identifiers.c.identifier_id)))
        rows = conn.execute(sa.select(replaced_table.c.a, replaced_table.c.b)).all()
    assert before > len(shop.review.queue())
    assert rows
    assert here.issuperset(number for row in rows for number in row)


def _put_aside(ws: Workspace) -> dict[str, int]:
    with ws.register.read() as conn:
        counted = sa.select(replaced_table.c.replaced_by, sa.func.count()).group_by(replaced_table.c.replaced_by)
        return {row[0]: row[1] for row in conn.execute(counted)}
