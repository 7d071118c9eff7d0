"""Companies with their people, subsidiaries, households and referrals: shown beside people, never merged."""

from __future__ import annotations

from collections.abc import Sequence

from habitue.workspace import Workspace
from tests.sending import identify, send

HOME = {"last_name": "Berg", "street": "Hauptstr.", "house_number": "5", "postal_code": "53111"}


def company(group_id: str, **traits: object) -> dict[str, object]:
    """A group message."""
    return {"type": "group", "groupId": group_id, "traits": traits}


def around(ws: Workspace, query: str) -> Sequence[tuple[str, str]]:
    """The relations of the only one found, as kind and name."""
    (row,) = ws.people.search(query)
    return [(each.kind, each.name) for each in ws.people.relations(row.profile_id)]


def test_people_and_companies_find_each_other_without_being_merged(ws: Workspace) -> None:
    send(ws, company("c1", name="Kontor GmbH"), company("c2", name="Kontor Ost", parent_company_id="c1"))
    send(ws, identify("u1", first_name="Anna", email="anna@k.example", company_id="c1", **HOME))
    send(ws, identify("u2", first_name="Peter", email="peter@k.example", referred_by="anna@k.example", **HOME))
    send(
        ws,
        identify("u3", first_name="Eva", last_name="Kurz", company_name="Kontor GmbH", referred_by="nobody@x.example"),
    )
    ws.refresh()
    assert ws.people.count() == 3
    assert around(ws, "Anna") == [("household", "Peter Berg"), ("referred", "Peter Berg"), ("works_at", "Kontor GmbH")]
    assert around(ws, "Eva") == [("works_at", "Kontor GmbH")]
    (row,) = [row for row in ws.people.listing(kind="company").rows if row.name == "Kontor GmbH"]
    told = {(each.kind, each.name) for each in ws.people.relations(row.profile_id)}
    assert told == {("contact", "Anna Berg"), ("contact", "Eva Kurz"), ("parent_of", "Kontor Ost")}
    table = ws.context.lake.con.to_pyarrow(ws.context.lake.table("relations"))
    assert {"profile_id", "other_id", "kind", "group_id", "by"} == set(table.column_names)
    assert table.num_rows == 10


def test_a_relation_goes_with_what_it_rested_on(ws: Workspace) -> None:
    send(ws, identify("u1", first_name="Anna", **HOME), identify("u2", first_name="Peter", **HOME))
    ws.refresh()
    assert around(ws, "Anna") == [("household", "Peter Berg")]
    send(ws, identify("u2", street="Weg"))
    ws.refresh()
    assert around(ws, "Anna") == []


def test_two_records_of_one_first_name_are_no_household(ws: Workspace) -> None:
    send(ws, identify("u1", first_name="Anna", **HOME), identify("u2", first_name="Anna", **HOME))
    ws.refresh()
    (first, _second) = ws.people.search("Anna")
    assert ws.people.relations(first.profile_id) == []
