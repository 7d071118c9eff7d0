"""What people decided about identity outlives the undo of what has nothing to do with it."""

from __future__ import annotations

from habitue import flow
from habitue.identity import commands, decide
from habitue.workspace import Workspace
from tests.sending import identify, order, send, state_of


def undo(ws: Workspace, import_id: str) -> None:
    """Take an import back through the journal."""
    flow.catch_up(ws.context, decide.submit(ws.context, commands.UndoImport(import_id=import_id)))


def separated(ws: Workspace) -> None:
    """Anna of the newsletter and K1 of the crm, who were one until somebody took their link back."""
    send(ws, identify(email="anna@web.example"), source="news")
    send(ws, identify(number="K1", email="anna@web.example"), source="crm")
    (row,) = ws.people.listing().rows
    (link,) = ws.people.identities(row.profile_id).links
    ws.people.undo_link(link.a.identifier_id, link.b.identifier_id)
    assert ws.people.count() == 2


def test_a_separation_outlives_the_undo_of_an_import_about_one_side(ws: Workspace) -> None:
    separated(ws)
    before = state_of(ws)
    send(ws, order("A1", "10.00", number="K1"), source="crm", import_id="orders")
    undo(ws, "orders")
    assert ws.people.count() == 2
    assert state_of(ws) == before
    send(ws, identify(number="K1", email="anna@web.example"), source="crm")
    assert ws.people.count() == 2


def test_a_separation_outlives_the_undo_of_an_import_about_the_other_side(ws: Workspace) -> None:
    separated(ws)
    before = state_of(ws)
    send(ws, order("A1", "10.00", email="anna@web.example"), source="news", import_id="orders")
    undo(ws, "orders")
    assert state_of(ws) == before
    send(ws, identify(number="K1", email="anna@web.example"), source="crm")
    assert ws.people.count() == 2


def test_people_who_were_joined_again_after_a_separation_stay_joined(ws: Workspace) -> None:
    separated(ws)
    ws.people.join([row.profile_id for row in ws.people.listing().rows])
    before = state_of(ws)
    send(ws, order("A1", "10.00", number="K1"), source="crm", import_id="orders")
    undo(ws, "orders")
    assert ws.people.count() == 1
    assert state_of(ws) == before
