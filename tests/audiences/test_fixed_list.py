"""Fixed lists: people put there by hand, found by their addresses and numbers, frozen out of a rule."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.rules.timeline import Timeline
from tests.sending import identify

from habitue import flow
from habitue.access.actor import Actor
from habitue.access.policy import PermissionMissing
from habitue.audiences import found_people, list_changes
from habitue.audiences.list_changes import NotAList
from habitue.audiences.rule import InAudience
from habitue.audiences.text import read
from habitue.audit.ledger import entries
from habitue.identity import replay
from habitue.identity.tables import identifiers

ANNA, BEN = "anna@web.example", "ben@web.example"


@pytest.fixture
def line(make_workspace) -> Timeline:  # type: ignore[no-untyped-def]  # the factory of the test session
    """Two people on SQLite or PostgreSQL."""
    found = Timeline(make_workspace(timezone="Europe/Berlin"))
    found.send(identify("anna", email=ANNA, phone="+4915112345678"), identify("ben", email=BEN))
    return found


def _ids(line: Timeline, *texts: str) -> list[str]:
    return list(line.ws.audiences.find(texts).profile_ids)


def _made(line: Timeline, *texts: str) -> str:
    made = line.ws.audiences.create_list("Guests", people=_ids(line, *texts))
    flow.settle(line.ws.context)
    line.step()
    return made.audience_id


def test_people_are_found_by_address_number_and_id_in_any_spelling(line: Timeline) -> None:
    (anna,) = _ids(line, " Anna@Web.example ")
    found = line.ws.audiences.find(["0151 12345678", "ben", "nobody@web.example", anna])
    assert found.profile_ids == (anna, *_ids(line, BEN))
    assert found.unknown == ("nobody@web.example",)


def test_a_file_of_several_columns_is_searched_cell_by_cell(line: Timeline) -> None:
    text = f"name;mail\nAnna Weber;{ANNA}\nNobody;x@web.example\n{BEN}, {ANNA}\n"
    found = found_people.find_in_text(line.ws.context, text)
    assert set(found.profile_ids) == set(_ids(line, ANNA, BEN))
    assert found.unknown == ("x@web.example",)


def test_of_several_addresses_on_a_line_each_unknown_one_is_told(line: Timeline) -> None:
    found = found_people.find_in_text(line.ws.context, f"x@web.example, {ANNA}; y@web.example\n{BEN},0171 999999")
    assert set(found.profile_ids) == set(_ids(line, ANNA, BEN))
    assert found.unknown == ("x@web.example", "y@web.example")


def test_who_is_on_a_list_is_changed_by_hand_and_kept_in_the_ledger(line: Timeline) -> None:
    guests = _made(line, ANNA)
    assert line.members(guests) == line.by_rule(guests) == {ANNA}
    assert line.ws.audiences.put_on(guests, _ids(line, ANNA, BEN)) == 1
    line.step()
    assert line.members(guests) == line.by_rule(guests) == {ANNA, BEN}
    line.passes(minutes=1)
    assert line.ws.audiences.take_off(guests, _ids(line, ANNA)) == 1
    line.step()
    assert line.members(guests) == line.by_rule(guests) == {BEN}
    assert line.ws.audiences.take_off(guests, _ids(line, ANNA)) == 0
    with line.ws.register.read() as conn:
        verbs = list(conn.scalars(sa.select(entries.c.verb).where(entries.c.subject_id == guests)))
    assert verbs == ["audience.created", "audience.people_added", "audience.people_added", "audience.people_removed"]


def test_a_list_serves_as_a_condition_and_an_audience_is_frozen_into_one(line: Timeline) -> None:
    guests = _made(line, ANNA)
    others = line.ws.audiences.create("Others", InAudience(guests, negate=True))
    assert line.by_rule(others.audience_id) == {BEN}
    frozen = line.ws.audiences.freeze(others.audience_id, "As of today")
    line.ws.audiences.put_on(guests, _ids(line, BEN))
    assert line.by_rule(others.audience_id) == set()
    assert line.by_rule(frozen.audience_id) == {BEN}


def test_a_list_follows_a_merge_and_a_rebuild_and_forgets_who_is_erased(line: Timeline) -> None:
    guests = _made(line, ANNA)
    line.send({"type": "track", "userId": "app-7", "event": "Opened"})
    line.send(identify("app-7", email=ANNA))
    assert line.members(guests) == line.by_rule(guests) == {ANNA}
    with line.ws.register.write() as conn:
        everybody = replay.closure(conn, conn.scalars(sa.select(identifiers.c.identifier_id)).all())
        flow.rebuild(line.ws.context, conn, everybody)
    line.step()
    assert line.members(guests) == line.by_rule(guests) == {ANNA}
    line.ws.people.erase(_ids(line, ANNA)[0])
    line.step()
    assert line.members(guests) == line.by_rule(guests) == set()


def test_being_put_on_a_list_is_no_visit(line: Timeline) -> None:
    (anna,) = _ids(line, ANNA)
    before = line.ws.people.get(anna).row.last_seen_at
    line.passes(days=3)
    _made(line, ANNA)
    assert line.ws.people.get(anna).row.last_seen_at == before


def test_nobody_is_put_into_an_audience_that_follows_a_rule(line: Timeline) -> None:
    made = line.ws.audiences.create("Rule", read('country is "DE"'))
    with pytest.raises(NotAList):
        line.ws.audiences.put_on(made.audience_id, _ids(line, ANNA))


def test_whoever_may_not_see_people_changes_no_list(line: Timeline) -> None:
    guests = _made(line, ANNA)
    reader = line.ws.context.as_actor(Actor("x", "Xenia", frozenset({"agent"})))
    with pytest.raises(PermissionMissing):
        list_changes.put_on(reader, audience_id=guests, profile_ids=["p"])


def test_who_was_only_in_an_import_that_is_undone_leaves_the_list_with_it(line: Timeline, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"Name;E-Mail\nAnna Weber;{ANNA}\nCleo Kraus;cleo@web.example\n", "utf-8")
    done = line.ws.imports.run(file)
    guests = _made(line, ANNA, "cleo@web.example")
    assert line.by_rule(guests) == {ANNA, "cleo@web.example"}
    line.ws.imports.undo(done.import_id)
    assert line.by_rule(guests) == {ANNA}
    assert line.ws.people.count() == 2


def test_too_many_values_are_told_and_not_cut_off(line: Timeline) -> None:
    with pytest.raises(found_people.TooManyTexts):
        found_people.find_in_text(line.ws.context, ",".join(map(str, range(found_people.MOST + 1))))
