"""Timelines of the first and the last activity: who was seen lately, who fell asleep, who is new here."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.rules.timeline import START, Timeline
from tests.sending import identify

ORDER = "Order Completed"
MOMENT = timedelta(microseconds=1)
ANNA, BEN = "anna@web.example", "ben@web.example"


@pytest.fixture
def line(make_workspace) -> Timeline:  # type: ignore[no-untyped-def]  # the factory of the test session
    """A timeline with two people on SQLite or PostgreSQL."""
    found = Timeline(make_workspace(timezone="Europe/Berlin"))
    at = START.isoformat()
    found.send(identify("anna", email=ANNA, at=at), identify("ben", email=BEN, at=at))
    return found


def agreed(line: Timeline, audience_id: str) -> set[str]:
    """Who is in, when real time and the rule in bulk agree; a span of time ends just before the present instant."""
    line.passes(microseconds=1)
    found = line.members(audience_id)
    assert found == line.by_rule(audience_id)
    return found


def test_somebody_is_seen_lately_until_the_time_is_over(line: Timeline) -> None:
    lately = line.audience("last_seen_at within last 2 days")
    assert agreed(line, lately) == {ANNA, BEN}
    line.passes(days=1)
    line.event("anna", "Product Viewed", at=START + timedelta(hours=20))
    line.at(START + timedelta(days=2, minutes=1))
    assert agreed(line, lately) == {ANNA}
    line.at(START + timedelta(days=3, minutes=1))
    assert agreed(line, lately) == set()
    assert [left for _entered, left in line.history("anna")] == ["time"]
    line.event("ben", ORDER, order_id="1")
    assert agreed(line, lately) == {BEN}


def test_who_fell_asleep_enters_by_itself_and_wakes_up_with_an_event(line: Timeline) -> None:
    asleep = line.audience("last_seen_at not within last 7 days")
    assert agreed(line, asleep) == set()
    line.at(START + timedelta(days=7, minutes=1))
    assert agreed(line, asleep) == {ANNA, BEN}
    line.event("anna", "Product Viewed")
    assert agreed(line, asleep) == {BEN}
    line.at(START + timedelta(days=14, minutes=3))
    assert agreed(line, asleep) == {ANNA, BEN}


def test_a_late_event_of_long_ago_wakes_nobody_up_but_makes_them_old_customers(line: Timeline) -> None:
    asleep = line.audience("last_seen_at not within last 7 days", "Asleep")
    fresh = line.audience("first_seen_at within last 30 days", "New")
    line.at(START + timedelta(days=8))
    assert agreed(line, asleep) == agreed(line, fresh) == {ANNA, BEN}
    line.event("anna", ORDER, at=START - timedelta(days=60), order_id="1")
    assert agreed(line, asleep) == {ANNA, BEN}
    assert agreed(line, fresh) == {BEN}


def test_who_is_joined_was_seen_when_any_of_them_was(line: Timeline) -> None:
    asleep = line.audience("last_seen_at not within last 7 days")
    line.at(START + timedelta(days=8))
    seen_at = (START + timedelta(days=7)).isoformat()
    line.send({"type": "track", "anonymousId": "app-7", "event": "Product Viewed", "timestamp": seen_at})
    assert agreed(line, asleep) == {ANNA, BEN}
    line.send({"type": "identify", "userId": "anna", "anonymousId": "app-7", "timestamp": START.isoformat()})
    assert agreed(line, asleep) == {BEN}


def test_an_undone_import_takes_its_activity_back(line: Timeline, tmp_path: Path) -> None:
    asleep = line.audience("last_seen_at not within last 7 days", "Asleep")
    old = line.audience("first_seen_at before 2026-01-01", "Old")
    line.at(START + timedelta(days=8))
    first, last = "01.05.2025", (START + timedelta(days=7)).strftime("%d.%m.%Y")
    (tmp_path / "orders.csv").write_text(
        f"Bestellnr;E-Mail;Bestelldatum;Gesamtbetrag\nA1;{BEN};{first};4,50\nA2;{BEN};{last};5,50\n", "utf-8"
    )
    done = line.ws.imports.run(tmp_path / "orders.csv", source_name="Shop")
    line.step()
    assert agreed(line, asleep) == {ANNA}
    assert agreed(line, old) == {BEN}
    line.ws.imports.undo(done.import_id)
    line.step()
    assert agreed(line, asleep) == {ANNA, BEN}
    assert agreed(line, old) == set()


def test_a_clock_that_is_set_back_asks_for_activity_anew(line: Timeline) -> None:
    lately = line.audience("last_seen_at within last 2 days")
    line.passes(days=3)
    assert agreed(line, lately) == set()
    line.at(START + timedelta(hours=1))
    assert agreed(line, lately) == {ANNA, BEN}


SPANS = {
    "events": f'did "{ORDER}" in last 2 days',
    "hours": f'did "{ORDER}" in last 48 hours',
    "sequences": f'sequence ("{ORDER}") in last 2 days',
    "fields": "last_seen_at within last 2 days",
    "history": 'entered audience "{buyers}" in last 2 days',
}


@pytest.mark.parametrize("kind", SPANS)
def test_a_span_holds_its_beginning_and_not_its_end_whatever_it_is_of(line: Timeline, kind: str) -> None:
    line.passes(days=3)
    buyers = line.audience(f'did "{ORDER}"', "Buyers")
    lately = line.audience(SPANS[kind].replace("{buyers}", buyers), "Lately")
    told = line.clock.at
    line.event("anna", ORDER, order_id="1")
    length = timedelta(days=2)
    for at, inside in ((timedelta(0), set()), (MOMENT, {ANNA}), (length, {ANNA}), (length + MOMENT, set())):
        line.at(told + at)
        assert (at, line.members(lately), line.by_rule(lately)) == (at, inside, inside)


def test_what_is_coming_begins_with_now(line: Timeline) -> None:
    line.passes(days=3)
    coming = line.audience("last_seen_at within next 2 days", "Coming")
    line.event("anna", ORDER, order_id="1")
    assert line.members(coming) == line.by_rule(coming) == {ANNA}
    assert agreed(line, coming) == set()
