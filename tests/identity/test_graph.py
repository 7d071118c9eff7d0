"""Who is who: links, guards, stable ids, and undo that restores both people exactly."""

from __future__ import annotations

import pytest

from habitue.identity.decide import NothingToSeparate
from habitue.workspace import Workspace
from tests.sending import identify, names, order, send, state_of


def only(ws: Workspace, query: str) -> str:
    """The profile id of the only person found."""
    (row,) = ws.people.search(query)
    return row.profile_id


def test_records_that_share_an_email_are_one_person(ws: Workspace) -> None:
    send(ws, identify(number="7", email="anna@web.example", name="Anna Berg"))
    send(ws, identify(email="Anna@Web.example", phone="030 901820", first_name="Anna"), source="crm")
    assert ws.people.count() == 1
    person = ws.people.get(only(ws, "anna berg"))
    assert person.row.phone == "+4930901820"
    assert {golden.winner.source_id for golden in person.golden.values()} == {"shop", "crm"}


def test_a_merge_keeps_the_older_id_and_the_younger_one_leads_to_it(ws: Workspace) -> None:
    send(ws, identify(number="7", email="anna@web.example"))
    send(ws, identify(number="k9", phone="030 901820"), source="crm")
    older, younger = only(ws, "anna"), only(ws, "901820")
    assert older != younger
    send(ws, identify(email="anna@web.example", phone="030 901820"), source="newsletter")
    assert ws.people.count() == 1
    assert ws.people.get(younger).row.profile_id == older


def test_an_undone_link_restores_both_people_exactly(ws: Workspace) -> None:
    send(ws, identify(number="7", email="anna@web.example", name="Anna Berg", city="Bonn"))
    send(ws, order("A1", "10.00", number="7"))
    send(ws, identify(number="k9", phone="030 901820", city="Köln"), source="crm")
    before = state_of(ws)
    ids = only(ws, "anna"), only(ws, "901820")
    ws.people.join(ids)
    assert ws.people.count() == 1
    assert state_of(ws) != before
    (link,) = [link for link in ws.people.identities(ids[0]).links if link.rule == "decision"]
    ws.people.undo_link(link.a.identifier_id, link.b.identifier_id)
    assert state_of(ws) == before
    assert (only(ws, "anna"), only(ws, "901820")) == ids


def test_what_was_separated_is_not_joined_again_by_the_next_message(ws: Workspace) -> None:
    send(ws, identify(number="7", email="anna@web.example"))
    send(ws, identify(number="7", phone="030 901820"))
    identities = ws.people.identities(only(ws, "anna"))
    phone = next(known for known in identities.identifiers if known.namespace == "phone")
    ws.people.separate(phone.identifier_id, reason="the office's number")
    assert ws.people.count() == 2
    send(ws, identify(number="7", phone="030 901820"))
    assert ws.people.count() == 2
    assert ws.people.identities(only(ws, "anna")).refused[0].profile_id == only(ws, "901820")
    with pytest.raises(NothingToSeparate):
        ws.people.separate(phone.identifier_id)


def test_a_household_that_shares_a_phone_stays_two_people(ws: Workspace) -> None:
    send(ws, identify(number="1", name="Anna Berg", phone="030 901820"))
    send(ws, identify(number="2", name="Peter Berg", phone="030 901820"))
    assert names(ws) == ["Anna Berg", "Peter Berg"]
    refused = ws.people.identities(only(ws, "peter")).refused
    assert [item.left_out.value for item in refused] == ["+4930901820"]
    assert refused[0].profile_id == only(ws, "anna")


def test_a_call_from_a_shared_phone_under_another_name_becomes_its_own_person(ws: Workspace) -> None:
    send(ws, identify(number="1", name="Anna Berg", phone="030 901820"))
    call = identify(first_name="Peter", last_name="Berg", phone="030 901820")
    call["context"] = {"record": "T1"}
    send(ws, call, source="helpdesk")
    assert names(ws) == ["Anna Berg", "Peter Berg"]


@pytest.mark.parametrize("junk", ["noreply@shop.example", "test@test.de"])
def test_junk_values_join_nobody(ws: Workspace, junk: str) -> None:
    send(ws, identify(number="1", name="Anna Berg", email=junk), identify(number="2", name="Anna Berg", email=junk))
    assert ws.people.count() == 2


def test_two_user_ids_never_become_one(ws: Workspace) -> None:
    send(ws, identify("u1", email="anna@web.example"), identify("u2", email="anna@web.example"))
    assert ws.people.count() == 2


def test_an_undone_import_leaves_no_trace(ws: Workspace) -> None:
    send(ws, identify(number="7", email="anna@web.example", name="Anna Berg"))
    send(ws, identify(number="k9", phone="030 901820", name="Anna Berg"), source="crm", import_id="one")
    send(ws, identify(email="eva@web.example", name="Eva Kurz"), source="news")
    before = state_of(ws)
    bridge = identify(email="anna@web.example", phone="030 901820", name="Anna Berg-Kurz")
    send(ws, bridge, order("A2", "5.00", email="eva@web.example"), source="news", import_id="two")
    assert names(ws) == ["Anna Berg", "Eva Kurz"]
    undo(ws, "two")
    assert state_of(ws) == before


def test_an_undo_in_the_middle_equals_never_having_had_it(ws: Workspace) -> None:
    send(ws, identify(number="7", email="anna@web.example", name="Anna Berg"))
    send(ws, identify(email="anna@web.example", phone="030 901820"), source="news", import_id="two")
    send(ws, identify(number="k9", phone="030 901820", name="Maria Holm"), source="crm")
    assert ws.people.identities(only(ws, "maria")).refused
    undo(ws, "two")
    maria = ws.people.get(only(ws, "maria"))
    assert maria.row.phone == "+4930901820"
    assert not ws.people.identities(maria.row.profile_id).refused


def undo(ws: Workspace, import_id: str) -> None:
    """Take an import back through the journal."""
    from habitue import flow
    from habitue.identity import commands, decide

    flow.catch_up(ws.context, decide.submit(ws.context, commands.UndoImport(import_id=import_id)))


def test_a_contact_that_was_refused_is_nobody_until_something_happens_there(ws: Workspace) -> None:
    send(ws, identify("u1", name="Anna Berg"), identify("u1", name="Anna Berg", phone="030 901820"))
    send(
        ws,
        identify("u2", name="Peter Holm", email="p@web.example"),
        identify("u2", name="Peter Holm", phone="030 901820"),
    )
    assert names(ws) == ["Anna Berg", "Peter Holm"]
    (peter,) = ws.people.search("peter")
    assert ws.people.identities(peter.profile_id).refused
