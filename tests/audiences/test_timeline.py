"""Timelines: at t0 this event, at t1 expect in; late events, merges, undo, clock steps, summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.rules.timeline import START, Timeline
from tests.sending import identify

from habitue import flow
from habitue.audiences import change, realtime
from habitue.audiences.rule import InAudience
from habitue.audiences.text import read
from habitue.identity import replay
from habitue.identity.tables import identifiers

ORDER = "Order Completed"


@pytest.fixture
def line(make_workspace) -> Timeline:  # type: ignore[no-untyped-def]  # the factory of the test session
    """A timeline with two people on SQLite or PostgreSQL."""
    found = Timeline(make_workspace(timezone="Europe/Berlin"))
    found.send(identify("anna", email="anna@web.example"), identify("ben", email="ben@web.example"))
    return found


def test_an_event_lets_somebody_in_and_time_lets_them_out(line: Timeline) -> None:
    buyers = line.audience(f'did "{ORDER}" at least 1 time in last 2 days')
    assert line.members(buyers) == set()
    line.event("anna", ORDER, order_id="1", total="5")
    line.passes(microseconds=1)
    assert line.members(buyers) == {"anna@web.example"}
    line.passes(hours=47, minutes=59)
    assert line.members(buyers) == {"anna@web.example"}
    line.at(START + timedelta(days=2, microseconds=1))
    assert line.members(buyers) == set()
    assert line.history("anna") == [("time", "time")]
    assert line.by_rule(buyers) == set()


def test_only_who_changed_is_asked(line: Timeline) -> None:
    line.audience(f'did "{ORDER}" in last 30 days')
    line.event("ben", "Product Viewed")
    moved = flow.realtime.follow(line.ws.context, line.follower)
    assert moved.people == 0


def test_a_sequence_is_followed_step_by_step(line: Timeline) -> None:
    text = f'sequence ("Cart Viewed", not within 1 hour "{ORDER}")'
    left = line.audience(text)
    line.event("anna", "Cart Viewed")
    line.event("ben", "Cart Viewed")
    line.passes(minutes=30)
    line.event("ben", ORDER, order_id="7")
    assert line.members(left) == set()
    line.passes(minutes=30)
    assert line.members(left) == {"anna@web.example"}
    assert line.by_rule(left) == {"anna@web.example"}


def test_a_late_event_corrects_a_membership_and_leaves_the_history(line: Timeline) -> None:
    silent = line.audience(f'not did "{ORDER}" in last 30 days')
    assert line.members(silent) == {"anna@web.example", "ben@web.example"}
    line.passes(days=1)
    line.event("anna", ORDER, at=START - timedelta(days=5), order_id="1")
    assert line.members(silent) == {"ben@web.example"}
    assert line.history("anna") == [("published", "facts")]
    line.at(START + timedelta(days=25, seconds=1))
    assert line.members(silent) == {"anna@web.example", "ben@web.example"}
    assert line.history("anna") == [("published", "facts"), ("time", None)]


def test_a_merge_adds_up_and_its_stay_ends_visibly(line: Timeline) -> None:
    twice = line.audience(f'did "{ORDER}" at least 2 times')
    once = line.audience(f'did "{ORDER}"', "B")
    line.event("anna", ORDER, order_id="1")
    line.event("app-7", ORDER, order_id="2")
    assert line.members(twice) == set()
    assert len(line.members(once)) == 2
    line.send(identify("app-7", email="anna@web.example"))
    assert line.members(twice) == line.by_rule(twice)
    assert line.members(once) == line.by_rule(once)


def test_an_undone_import_takes_people_out_again(line: Timeline, tmp_path: Path) -> None:
    buyers = line.audience(f'did "{ORDER}"')
    (tmp_path / "orders.csv").write_text(
        "Bestellnr;E-Mail;Bestelldatum;Artikel;Menge;Einzelpreis\nA1;ben@web.example;01.05.2026;Tee;2;4,50\n", "utf-8"
    )
    done = line.ws.imports.run(tmp_path / "orders.csv", source_name="Shop")
    line.step()
    assert line.members(buyers) == {"ben@web.example"}
    line.ws.imports.undo(done.import_id)
    line.step()
    assert line.members(buyers) == set()
    assert line.by_rule(buyers) == set()


def test_a_clock_that_is_set_back_asks_everybody_anew(line: Timeline) -> None:
    recent = line.audience(f'did "{ORDER}" in last 1 day')
    line.event("anna", ORDER, order_id="1")
    line.passes(hours=1)
    assert line.members(recent) == {"anna@web.example"}
    line.passes(days=2)
    assert line.members(recent) == set()
    line.at(START + timedelta(hours=2))
    assert line.members(recent) == {"anna@web.example"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # 29 March 2026 has 23 hours in Berlin, 25 October 25.
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),
    ],
)
def test_a_workspace_day_ends_at_midnight_in_summer_and_winter_time(
    line: Timeline, before: datetime, after: datetime
) -> None:
    line.at(before - timedelta(hours=3))
    today = line.audience(f'did "{ORDER}" in this day')
    line.event("anna", ORDER, order_id="1")
    line.at(before)
    assert line.members(today) == {"anna@web.example"}
    line.at(after)
    assert line.members(today) == set()


def test_a_birthday_comes_closer_by_itself(line: Timeline) -> None:
    soon = line.audience("birth_date anniversary within next 7 days")
    line.send(identify("anna", email="anna@web.example", birthday="1990-06-25"))
    assert line.members(soon) == set()
    line.passes(days=2)
    assert line.members(soon) == set()
    line.passes(days=1)
    assert line.members(soon) == {"anna@web.example"}


def test_a_birthday_on_leap_day_is_kept_on_28_february_in_other_years(line: Timeline) -> None:
    line.at(datetime(2027, 2, 25, 12, 0, tzinfo=UTC))
    line.send(identify("anna", email="anna@web.example", birthday="2004-02-29"))
    today = line.audience("birth_date anniversary within next 1 day")
    assert line.members(today) == set()
    line.at(datetime(2027, 2, 26, 22, 59, tzinfo=UTC))
    assert line.members(today) == line.by_rule(today) == set()
    line.at(datetime(2027, 2, 26, 23, 0, tzinfo=UTC))
    assert line.members(today) == line.by_rule(today) == {"anna@web.example"}
    line.at(datetime(2027, 2, 28, 23, 0, tzinfo=UTC))
    assert line.members(today) == line.by_rule(today) == set()
    line.at(datetime(2028, 2, 29, 12, 0, tzinfo=UTC))
    assert line.members(today) == line.by_rule(today) == {"anna@web.example"}


def test_somebody_new_belongs_at_once_to_what_holds_of_anybody_without_facts(line: Timeline) -> None:
    silent = line.audience(f'not did "{ORDER}"')
    line.event("newcomer", "Product Viewed")
    assert len(line.members(silent)) == 3
    assert line.members(silent) == line.by_rule(silent)


def test_a_company_follows_its_people(line: Timeline) -> None:
    buying = line.audience(f'any of company (did "{ORDER}")')
    line.send(
        identify("anna", email="anna@web.example", company_name="Krume AG"),
        identify("ben", email="ben@web.example", company_name="Krume AG"),
    )
    line.event("anna", ORDER, order_id="1")
    assert line.members(buying) == line.by_rule(buying) == {"anna@web.example", "ben@web.example"}


def test_an_order_can_be_cancelled_under_another_name(line: Timeline) -> None:
    buyers = line.audience(f'did "{ORDER}"')
    line.event("anna", ORDER, order_id="1")
    line.event("till", "Order Cancelled", order_id="1")
    assert line.members(buyers) == line.by_rule(buyers) == set()


def test_a_rebuild_gives_the_same_members_and_an_erasure_leaves_no_trace(line: Timeline) -> None:
    buyers = line.audience(f'did "{ORDER}"')
    line.event("anna", ORDER, order_id="1")
    (anna,) = line.ws.people.search("anna@web")
    before = line.members(buyers)
    with line.ws.register.write() as conn:
        everybody = replay.closure(conn, conn.scalars(sa.select(identifiers.c.identifier_id)).all())
        flow.rebuild(line.ws.context, conn, everybody)
    line.step()
    assert line.members(buyers) == before == line.by_rule(buyers)
    line.ws.people.erase(anna.profile_id)
    line.step()
    with line.ws.register.read() as conn:
        for table in ("audiences_stays", "audiences_dues"):
            rows = conn.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE profile_id = '{anna.profile_id}'")
            assert rows.scalar() == 0


def test_who_is_asked_at_the_very_end_of_a_window_is_asked_again_right_after_it(line: Timeline) -> None:
    ordered = line.audience(f'did "{ORDER}" in last 30 days')
    line.event("anna", ORDER, at=START, order_id="1")
    line.at(START + timedelta(days=30))
    line.event("anna", "Product Viewed")
    line.send(identify("anna", city="Ulm"))
    assert line.members(ordered) == line.by_rule(ordered) == {"anna@web.example"}
    line.at(START + timedelta(days=30, microseconds=1))
    assert line.members(ordered) == line.by_rule(ordered) == set()


def test_a_clock_set_back_before_a_rule_was_published_is_noticed(line: Timeline) -> None:
    line.event("anna", ORDER, order_id="1")
    line.passes(hours=3)
    lately = line.audience(f'did "{ORDER}" in last 2 hours')
    assert line.members(lately) == set()
    line.passes(hours=-2)
    assert line.members(lately) == line.by_rule(lately) == {"anna@web.example"}


def test_a_clock_set_back_is_noticed_once(line: Timeline) -> None:
    line.audience(f'did "{ORDER}" in last 2 hours')
    line.event("anna", ORDER, order_id="1")
    flow.refresh(line.ws.context)
    line.clock.at -= timedelta(hours=1)
    assert realtime.was_set_back(line.ws.context)
    line.step()
    assert not realtime.was_set_back(line.ws.context)


def test_a_field_whose_values_became_numbers_is_compared_as_numbers_from_then_on(line: Timeline) -> None:
    line.send(identify("anna", email="anna@web.example", score="5.0"), identify("ben", score="many"))
    fives = line.audience('score is "5"')
    assert line.members(fives) == set()
    line.send(identify("ben", score="7"))
    flow.refresh(line.ws.context)
    line.send(identify("anna", score="5.00"))
    assert line.members(fives) == {"anna@web.example"} == line.by_rule(fives)


def test_a_field_that_became_text_is_compared_as_text_of_those_who_came_before_too(line: Timeline) -> None:
    line.send(identify("anna", email="anna@web.example", score="5.0"), identify("ben", score="7"))
    flow.refresh(line.ws.context)
    fives = line.audience('score is "5"')
    mention = line.ws.audiences.create("In it", InAudience(fives)).audience_id
    flow.settle(line.ws.context)
    assert line.members(fives) == {"anna@web.example"} == line.members(mention)
    line.send(identify("ben", score="many"))
    assert line.members(fives) == {"anna@web.example"}
    flow.refresh(line.ws.context)
    flow.settle(line.ws.context)
    assert line.members(fives) == set() == line.by_rule(fives) == line.members(mention)


def test_what_must_not_happen_for_a_week_may_happen_after_it(line: Timeline) -> None:
    back = line.audience(f'sequence ("Order Refunded", not within 1 week "{ORDER}", then "{ORDER}")')
    for user in ("anna", "ben"):
        line.event(user, "Order Refunded", order_id=f"of {user}", total="5")
    line.passes(days=2)
    line.event("ben", ORDER, order_id="soon", total="5")
    line.passes(days=7)
    for user in ("anna", "ben"):
        line.event(user, ORDER, order_id=f"late {user}", total="5")
    line.passes(microseconds=1)
    assert line.members(back) == {"anna@web.example"} == line.by_rule(back)


def test_who_mentions_an_audience_follows_its_new_rule(line: Timeline) -> None:
    line.event("anna", ORDER, order_id="1", total="5")
    named = line.audience('email is "ben@web.example"', "Named")
    others = line.ws.audiences.create("In it", InAudience(named)).audience_id
    flow.settle(line.ws.context)
    assert line.members(others) == {"ben@web.example"}
    change.change(line.ws.context, audience_id=named, rule=read('email is "anna@web.example"'), name="Named")
    flow.settle(line.ws.context)
    line.step()
    assert line.members(others) == {"anna@web.example"} == line.by_rule(others)


def test_an_audience_from_the_archive_is_asked_of_what_happened_meanwhile(line: Timeline) -> None:
    buyers = line.audience(f'did "{ORDER}"')
    line.ws.audiences.archive(buyers)
    line.event("anna", ORDER, order_id="1", total="5")
    line.ws.audiences.restore(buyers)
    flow.refresh(line.ws.context)
    flow.settle(line.ws.context)
    line.step()
    assert line.members(buyers) == {"anna@web.example"}
