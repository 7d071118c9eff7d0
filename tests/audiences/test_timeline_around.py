"""Timelines of what lies around the facts: the history of audiences, insights, companies and households."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import count
from types import ModuleType
from typing import Any

import pytest
from tests.rules.timeline import START, Timeline
from tests.sending import identify

from habitue import flow
from habitue.audiences import dues, realtime, settle
from habitue.audiences.change import change
from habitue.audiences.text import read

ORDER = "Order Completed"
ANNA, BEN, CLEO = "anna@web.example", "ben@web.example", "cleo@web.example"


@pytest.fixture
def line(make_workspace) -> Timeline:  # type: ignore[no-untyped-def]  # the factory of the test session
    """A timeline with three people on SQLite or PostgreSQL."""
    found = Timeline(make_workspace(timezone="Europe/Berlin"))
    found.send(*(identify(user, email=f"{user}@web.example") for user in ("anna", "ben", "cleo")))
    return found


def test_who_entered_or_left_an_audience_is_followed_at_once(line: Timeline) -> None:
    buyers = line.audience(f'did "{ORDER}" in last 2 days', "Buyers")
    ever = line.audience(f'was in audience "{buyers}"', "Ever")
    lost = line.audience(f'left audience "{buyers}" in last 3 days', "Lost")
    again = line.audience(f'was in audience "{lost}"', "Lost once")
    line.event("anna", ORDER, order_id="1")
    line.passes(seconds=1)
    assert line.members(ever) == line.by_rule(ever) == {ANNA}
    assert line.members(lost) == set()
    line.at(START + timedelta(days=2, seconds=1))
    line.passes(seconds=1)
    assert line.members(buyers) == set()
    assert line.members(ever) == {ANNA}
    assert line.members(lost) == line.by_rule(lost) == {ANNA}
    assert line.members(again) == line.by_rule(again) == {ANNA}
    line.passes(days=3)
    assert line.members(lost) == line.by_rule(lost) == set()
    assert line.members(again) == {ANNA}


def test_a_rule_about_an_insight_follows_each_time_it_is_computed(line: Timeline) -> None:
    twice = line.audience("insight rfm.frequency >= 2")
    for number in (1, 2):
        line.event("anna", ORDER, at=START - timedelta(days=number), order_id=str(number), total="5")
    assert line.members(twice) == set(), "the insight has not been computed yet"
    _renew(line)
    assert line.members(twice) == line.by_rule(twice) == {ANNA}
    line.event("anna", "Order Cancelled", order_id="2")
    line.passes(seconds=1)
    _renew(line)
    assert line.members(twice) == line.by_rule(twice) == set()


def test_people_who_name_the_same_company_number_are_followed_as_in_bulk(line: Timeline) -> None:
    buying = line.audience(f'any of company (did "{ORDER}")')
    line.send(_group("anna"), _group("ben"))
    line.event("anna", ORDER, order_id="1")
    _renew(line)
    assert line.by_rule(buying) == {ANNA, BEN}
    assert line.members(buying) == {ANNA, BEN}
    line.event("anna", "Order Cancelled", order_id="1")
    assert line.members(buying) == line.by_rule(buying) == set()


def test_whoever_recommended_and_was_recommended_are_followed_as_in_bulk(line: Timeline) -> None:
    buying = line.audience(f'any of referral (did "{ORDER}")')
    both = line.audience(f'all of referral (did "{ORDER}")', "Both")
    line.send(identify("cleo", email=CLEO), identify("ben", email=BEN, referred_by=ANNA))
    _renew(line)
    assert line.members(buying) == line.by_rule(buying) == set()
    line.event("ben", ORDER, order_id="1")
    assert line.members(buying) == line.by_rule(buying) == {ANNA, BEN}
    line.event("anna", ORDER, order_id="2")
    line.event("cleo", ORDER, order_id="3")
    assert line.members(both) == line.by_rule(both) == {ANNA, BEN}


def test_a_household_is_one_house_and_not_a_street(line: Timeline) -> None:
    home = line.audience(f'any of household (did "{ORDER}")')
    for user, house in (("anna", "5"), ("ben", "5"), ("cleo", "7")):
        told = {"last_name": "Müller", "street": f"Hafenweg {house}", "postal_code": "04109", "country": "DE"}
        line.send(identify(user, email=f"{user}@web.example", **told))
    line.event("ben", ORDER, order_id="1")
    assert line.members(home) == line.by_rule(home) == {ANNA, BEN}
    line.send(identify("anna", email=ANNA, street="Marktplatz 1"))
    assert line.members(home) == line.by_rule(home) == {BEN}


def test_a_neighbour_is_judged_by_all_of_their_own_household(line: Timeline) -> None:
    none = line.audience(f'none of household (did "{ORDER}")')
    told = {"last_name": "Müller", "street": "Hafenweg 5", "postal_code": "04109", "country": "DE"}
    line.send(
        identify("anna", email=ANNA, company_name="Krume AG"),
        identify("ben", email=BEN, company_name="Krume AG", **told),
        identify("cleo", email=CLEO, **told),
    )
    line.event("cleo", ORDER, order_id="1")
    # Anna is asked, and Ben as one of her company: Cleo, of his household only, has ordered nevertheless.
    line.event("anna", ORDER, order_id="2")
    assert line.members(none) == line.by_rule(none) == set()


def test_history_stays_as_it_was_when_the_clock_is_set_back(line: Timeline) -> None:
    buyers = line.audience(f'did "{ORDER}" in last 2 days', "Buyers")
    lost = line.audience(f'left audience "{buyers}" in last 30 days', "Lost")
    line.event("anna", ORDER, order_id="1")
    line.passes(seconds=1)
    line.at(START + timedelta(days=2, seconds=1))
    line.passes(seconds=1)
    assert line.members(lost) == {ANNA}
    line.at(START + timedelta(days=1))
    assert line.members(buyers) == line.by_rule(buyers) == {ANNA}
    assert line.members(lost) == line.by_rule(lost) == set()
    line.at(START + timedelta(days=3))
    assert line.members(lost) == line.by_rule(lost) == {ANNA}


def _renew(line: Timeline) -> None:
    """What the worker does every few seconds."""
    flow.refresh(line.ws.context)
    flow.settle(line.ws.context)
    line.step()


def _group(user: str) -> dict[str, Any]:
    traits = {"name": "Krume AG"}
    return {"type": "group", "userId": user, "groupId": "g1", "traits": traits, "timestamp": START.isoformat()}


def _dies_at(monkeypatch: pytest.MonkeyPatch, room: ModuleType, name: str, call: int) -> None:
    """Let a function of a room raise at one of its calls, as a process that is killed there."""
    real, calls = getattr(room, name), count(1)

    def dying(*given: Any, **more: Any) -> Any:
        if next(calls) == call:
            raise KeyboardInterrupt
        return real(*given, **more)

    monkeypatch.setattr(room, name, dying)


@pytest.mark.parametrize("by_time", [True, False])
def test_who_left_is_remembered_though_the_worker_dies_before_it_asks(
    line: Timeline, monkeypatch: pytest.MonkeyPatch, by_time: bool
) -> None:
    rule = f'did "{ORDER}" at least 1 time in last 2 days' if by_time else 'country is "DE"'
    buyers = line.audience(rule, "Buyers")
    lost = line.audience(f'left audience "{buyers}"', "Lost")
    line.send(identify("anna", country="DE"))
    line.event("anna", ORDER, order_id="1", total="5")
    line.passes(seconds=1)
    assert line.members(buyers) == {ANNA}
    assert line.members(lost) == line.by_rule(lost) == set()
    leaves = partial(line.passes, days=3) if by_time else partial(line.send, identify("anna", country="FR"))
    with monkeypatch.context() as patched:
        _dies_at(patched, realtime, "_write", 2)
        with pytest.raises(KeyboardInterrupt):
            leaves()
    assert line.members(buyers) == set()
    line.follower = realtime.Follower()
    line.passes(minutes=1)
    assert line.members(lost) == line.by_rule(lost) == {ANNA}
    with line.ws.register.read() as conn:
        assert not dues.waiting(conn, line.clock.now(), 10)


def test_who_left_is_remembered_though_the_worker_dies_while_everybody_is_asked(
    line: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyers = line.audience('country is "DE"', "Buyers")
    lost = line.audience(f'left audience "{buyers}"', "Lost")
    line.send(identify("anna", country="DE"))
    line.passes(minutes=1)
    change(line.ws.context, audience_id=buyers, name="Buyers", rule=read('country is "FR"'))
    flow.refresh(line.ws.context)
    with monkeypatch.context() as patched:
        _dies_at(patched, settle, "_settle_those_that_remember", 1)
        with pytest.raises(KeyboardInterrupt):
            flow.settle(line.ws.context)
    assert line.members(buyers) == set()
    line.step()
    flow.settle(line.ws.context)
    assert line.members(lost) == line.by_rule(lost) == {ANNA}
