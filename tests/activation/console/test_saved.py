"""Saved queries: kept under a name, asked again, forgotten with whoever is named in them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.sending import identify, send

from habitue.access.actor import Actor
from habitue.access.policy import PermissionMissing
from habitue.activation.console import saved
from habitue.activation.console.save import QueryCharacter, QueryNameTaken, QueryNotSaved
from habitue.kernel.errors import NotFound
from habitue.workspace import Workspace

COUNT = "SELECT count(*) AS people FROM users"


@pytest.fixture
def ws(make_workspace) -> Workspace:  # type: ignore[no-untyped-def]  # the factory of the test session
    """An empty workspace on SQLite or PostgreSQL."""
    found: Workspace = make_workspace()
    return found


def test_a_query_is_saved_asked_again_changed_and_removed(ws: Workspace) -> None:
    made = ws.lake.save_query("  How  many ", COUNT, folder="Numbers")
    ws.lake.save_query("A first", "SELECT 1")
    assert [(q.folder, q.name) for q in ws.lake.queries()] == [("", "A first"), ("Numbers", "How many")]
    send(ws, identify("u1", email="anna@web.example"))
    ws.refresh()
    assert ws.lake.answer(ws.lake.saved("HOW MANY").query).rows == [(1,)]
    ws.lake.save_query("How many people", COUNT, query_id=made.query_id)
    assert [q.name for q in ws.lake.queries()] == ["A first", "How many people"]
    assert ws.lake.remove_query(made.query_id).query == COUNT
    assert [q.name for q in ws.lake.queries()] == ["A first"]
    assert [entry.verb for entry in ws.ledger.listing(limit=2)] == ["query.removed", "query.saved"]
    with pytest.raises(NotFound):
        ws.lake.remove_query(made.query_id)


def test_two_queries_never_have_one_name_and_none_is_empty(ws: Workspace) -> None:
    ws.lake.save_query("Straße", COUNT)
    with pytest.raises(QueryNameTaken):
        ws.lake.save_query("STRASSE", COUNT)
    for name, query in (("", COUNT), ("B", "  "), ("C" * 81, COUNT), ("D", "x" * 20_001)):
        with pytest.raises(QueryNotSaved):
            ws.lake.save_query(name, query)
    assert len(ws.lake.queries()) == 1


def test_who_may_not_ask_neither_sees_nor_saves(ws: Workspace) -> None:
    ws.lake.save_query("A", COUNT)
    marketer = Workspace(ws.context.as_actor(Actor("m", "M", frozenset({"marketer"}))))
    for attempt in (marketer.lake.queries, lambda: marketer.lake.save_query("B", COUNT)):
        with pytest.raises(PermissionMissing):
            attempt()


def test_a_query_that_names_an_erased_person_is_forgotten_with_them(ws: Workspace) -> None:
    send(ws, identify("77", email="grimm@web.example"), identify("78", email="eva@web.example"))
    ws.refresh()
    ws.lake.save_query("By address", "SELECT * FROM users WHERE lower(email) = 'Grimm@web.example'")
    ws.lake.save_query("By number", "SELECT * FROM tracks WHERE user_id = '77'")
    ws.lake.save_query("Of others", "SELECT 77 FROM users WHERE email = 'eva@web.example'")
    (grimm,) = ws.people.search("grimm@web")
    ws.people.erase(grimm.profile_id)
    assert [q.name for q in ws.lake.queries()] == ["Of others"]


def test_erasure_looks_at_the_folder_and_reads_quotes_as_sql_does(ws: Workspace) -> None:
    send(ws, identify("o'brien-7", email="anna@web.example"), identify("12", email="eva@web.example"))
    ws.refresh()
    ws.lake.save_query("Folder", "SELECT 1", folder="anna@web.example")
    ws.lake.save_query("Quote", "SELECT * FROM users WHERE user_id = 'o''brien-7'")
    ws.lake.save_query("Column", 'SELECT 1 AS "o\'brien-7"')
    ws.lake.save_query("Dollar", "SELECT * FROM users -- don't\nWHERE user_id = $$12$$ /* '12' */")
    ws.lake.save_query("Remark", "SELECT 1 -- don't\nWHERE user_id = '12'")
    ws.lake.save_query("Old", "SELECT 2", folder="Anna@web.example")
    with ws.context.register.write() as conn:
        conn.execute(sa.update(saved.queries).where(saved.queries.c.name == "Old").values(searched="\nold\n"))
    ws.lake.save_query("Of others", "SELECT 'o''brien-8', 12")
    for email in ("anna@web", "eva@web"):
        (person,) = ws.people.search(email)
        ws.people.erase(person.profile_id)
    assert [q.name for q in ws.lake.queries()] == ["Of others"]


@pytest.mark.parametrize("character", ["\0", "\ud800"])
def test_a_character_that_no_database_keeps_is_refused(ws: Workspace, character: str) -> None:
    texts = {"name": "A", "folder": "F", "query": COUNT}
    for key in texts:
        given = texts | {key: f"a{character}b"}
        with pytest.raises(QueryCharacter):
            ws.lake.save_query(given["name"], given["query"], folder=given["folder"])
    assert ws.lake.queries() == []
