"""A new record that comes through the door is weighed against the known ones, within a turn of the worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.made_tables import customers

from habitue.access.actor import SYSTEM
from habitue.profiles.weighing import Weigher
from habitue.work import worker
from habitue.workspace import Workspace
from tests.door.conftest import Caller, MakeCaller
from tests.sending import identify, send, state_of

HEADINGS = {
    "vorname": "first_name", "nachname": "last_name", "mail": "email", "telefon": "phone", "geboren": "birth_date",
    "plz": "postal_code", "ort": "city",
}  # fmt: skip
ROSA = {
    "first_name": "Rosalinde", "last_name": "Quittenbaum", "birth_date": "1971-03-09", "postal_code": "53111",
    "city": "Bonn", "phone": "+49228901820",
}  # fmt: skip


@pytest.fixture
def door(ws: Workspace, make_caller: MakeCaller) -> Iterator[Caller]:
    """A door with a secret key, in front of a shop whose customers were compared."""
    told = []
    for number, row in enumerate(customers(150).table.to_pylist()):
        traits = {HEADINGS[name]: cell for name, cell in row.items() if cell and name in HEADINGS}
        told.append(identify(number=f"k{number}", **traits))
    send(ws, *told, identify(number="rosa", **ROSA))
    caller = make_caller(ws)
    caller.key = ws.sources.create_key("Server", kind="secret").text
    return caller


def turn(ws: Workspace, weigher: Weigher | None = None) -> None:
    """One turn of the worker, with what it keeps in memory."""
    due = worker._Due()
    due.weigher = weigher or due.weigher
    worker._turn(ws.context.as_actor(SYSTEM), due)


def known_as(ws: Workspace, word: str) -> int:
    return len(ws.people.search(word))


def test_without_an_earlier_run_nothing_happens(door: Caller) -> None:
    door.batch(identify("new-1", **ROSA | {"phone": "+49228901829"}))
    turn(door.ws)
    assert known_as(door.ws, "Quittenbaum") == 2
    assert not door.ws.matching.listing()


def test_a_sure_one_is_joined_a_doubtful_one_proposed_and_the_day_is_taken_back_exactly(door: Caller) -> None:
    ws = door.ws
    ws.matching.run()
    weigher = Weigher()
    turn(ws, weigher)
    ws.review.queue()
    before = ws.review.waiting()
    door.batch(identify("new-1", **ROSA | {"first_name": "Rosalinda", "phone": "+49228901821"}))
    door.project()
    assert known_as(ws, "Quittenbaum") == 2
    turn(ws, weigher)
    (rosa,) = ws.people.search("Quittenbaum")
    link = next(each for each in ws.people.identities(rosa.profile_id).links if each.rule == "match")
    assert link.score is not None
    assert link.score > 0.95
    assert link.run_kind == "online"
    assert {part["column"] for part in link.evidence["parts"]} >= {"last_name", "birth_date"}
    today, bulk = ws.matching.listing()
    assert (today.kind, today.linked, bulk.kind) == ("online", 1, "bulk")
    assert link.run_id == today.run_id
    turn(ws, weigher)
    assert ws.matching.listing()[0].linked == 1

    for number, city in enumerate(("Ulm", "Kiel")):
        traits = {"first_name": "Rosalinde", "last_name": "Quittenbaum", "city": city, "postal_code": f"8907{number}"}
        door.batch(identify(f"far-{number}", **traits, birth_date=None if number else "1949-01-01"))
    turn(ws, weigher)
    assert ws.review.waiting() > before
    pair = next(each for each in ws.review.queue(limit=99) if each.run_id == today.run_id)
    assert pair.kind == "match"
    assert pair.evidence["parts"]

    assert ws.matching.undo(today.run_id) > 0
    assert ws.review.waiting() == before
    turn(ws, weigher)
    assert known_as(ws, "Quittenbaum") == 4, "what was taken back is not joined again by itself"


def test_what_a_day_joined_is_taken_back_as_if_it_had_never_been(door: Caller) -> None:
    ws = door.ws
    ws.matching.run()
    door.batch(identify("new-1", **ROSA | {"phone": "+49228901821"}))
    door.project()
    apart = state_of(ws)
    turn(ws)
    assert state_of(ws) != apart
    ws.matching.undo(ws.matching.listing()[0].run_id)
    assert state_of(ws) == apart


def test_what_a_public_key_only_claims_joins_nobody_without_being_asked(door: Caller) -> None:
    ws = door.ws
    ws.matching.run()
    door.key = ws.sources.create_key("Website").text
    before = ws.review.waiting()
    door.batch(identify("web-1", **ROSA | {"phone": "+49228901822"}))
    turn(ws)
    assert known_as(ws, "Quittenbaum") == 2
    assert ws.review.waiting() == before + 1


def test_whoever_is_erased_taken_back_or_says_nothing_any_more_leaves_what_the_worker_keeps_in_memory(
    door: Caller, tmp_path: Path
) -> None:
    ws, weigher = door.ws, Weigher()
    ws.matching.run()
    file = tmp_path / "moor.csv"
    file.write_text("customer_number,first_name,last_name,city,postal_code\nq1,Ada,Moor,Kiel,24103\n", "utf-8")
    imported = ws.imports.run(file, source_name="till").import_id
    for number in range(3):
        door.batch(identify(f"new-{number}", first_name="Kuno", last_name=f"Zwetschge{number}", city="Kiel"))
    turn(ws, weigher)
    before = held(weigher)
    assert {"zwetschge0", "zwetschge1", "zwetschge2", "moor"} <= before

    (gone,) = ws.people.search("Zwetschge0")
    ws.people.erase(gone.profile_id)
    turn(ws, weigher)
    assert before - held(weigher) == {"zwetschge0"}
    ws.imports.undo(imported)
    turn(ws, weigher)
    assert "moor" not in held(weigher)

    door.batch(identify("new-1", first_name="Kuno", last_name="Ahorn", city="Kiel"))
    door.batch(identify("new-2", first_name=None, last_name=None, city="Kiel"))
    turn(ws, weigher)
    assert held(weigher) & {"zwetschge1", "zwetschge2", "ahorn"} == {"ahorn"}


def held(weigher: Weigher) -> set[str]:
    """The surnames that the index can find."""
    index = weigher.index
    assert index is not None
    place = next(place for place, field in enumerate(index.fields) if field.column.name == "last_name")
    rows = [row for row in range(len(index._ids)) if not index._is_gone[row]]
    return {text for row in rows if (text := index.texts(row)[place])}
