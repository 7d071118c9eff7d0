"""Saved audiences: who may write them, what is refused, what the ledger says, and who belongs to them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from habitue.access.actor import Actor
from habitue.access.policy import PermissionMissing
from habitue.audiences.archive import archive, restore
from habitue.audiences.audience import AudienceInCircle, AudienceInUse, AudienceNameInvalid, AudienceNameTaken
from habitue.audiences.change import change
from habitue.audiences.check import RuleInvalid
from habitue.audiences.create import create
from habitue.audiences.fields import event_suggestions, suggestions
from habitue.audiences.membership import breakdown, count, members
from habitue.audiences.reading import get, listing, names
from habitue.audiences.rule import EVERYBODY, EventCount, Group, InAudience, InsightIs, Trait, Window
from habitue.audit import ledger
from habitue.kernel.context import Context
from habitue.kernel.errors import NotFound

GERMANS = Trait("country", "is", "DE")
GONE = Group(
    rules=(
        EventCount("Order Completed", count=2, window=Window("last_days", 365)),
        EventCount("Order Completed", op="exactly", count=0, window=Window("last_days", 60)),
    )
)


def _verbs(ws: Context) -> list[str]:
    with ws.register.read() as conn:
        return [entry.verb for entry in reversed(ledger.listing(conn))]


def test_an_audience_is_created_changed_archived_and_each_write_is_in_the_ledger(ws: Context) -> None:
    made = create(ws, name=" Germans ", rule=GERMANS, purpose="newsletter")
    changed = change(ws, audience_id=made.audience_id, name="From Germany", rule=GONE)
    assert get(ws, made.audience_id) == changed
    assert (changed.name, changed.rule, changed.purpose) == ("From Germany", GONE, None)
    archive(ws, audience_id=made.audience_id)
    assert listing(ws) == []
    assert [a.name for a in listing(ws, archived=True)] == ["From Germany"]
    restore(ws, audience_id=made.audience_id)
    assert names(ws) == {made.audience_id: "From Germany"}
    assert _verbs(ws) == ["audience.created", "audience.changed", "audience.archived", "audience.restored"]


def test_a_support_agent_may_not_build_audiences_and_nothing_is_changed(ws: Context) -> None:
    agent = replace(ws, actor=Actor("u2", "Agnes Agent", frozenset({"agent"})))
    with pytest.raises(PermissionMissing):
        create(agent, name="Germans", rule=GERMANS)
    with pytest.raises(PermissionMissing):
        count(agent, GERMANS)
    assert listing(ws) == []
    assert _verbs(ws) == []


def test_names_are_needed_short_and_used_once(ws: Context) -> None:
    create(ws, name="Germans", rule=GERMANS)
    with pytest.raises(AudienceNameTaken):
        create(ws, name="germans", rule=GERMANS)
    with pytest.raises(AudienceNameInvalid):
        create(ws, name=" ", rule=GERMANS)
    with pytest.raises(AudienceNameInvalid):
        create(ws, name="x" * 121, rule=GERMANS)


def test_rules_that_make_no_sense_are_not_saved(ws: Context) -> None:
    with pytest.raises(RuleInvalid):
        create(ws, name="a", rule=Trait("birth_date", "before", "yesterday"))
    with pytest.raises(NotFound):
        create(ws, name="a", rule=InAudience("nothere"))
    with pytest.raises(NotFound):
        create(ws, name="a", rule=GERMANS, purpose="nothing")


def test_audiences_do_not_go_in_a_circle_and_a_used_one_is_not_archived(ws: Context) -> None:
    first = create(ws, name="first", rule=GERMANS)
    second = create(ws, name="second", rule=InAudience(first.audience_id))
    with pytest.raises(AudienceInCircle):
        change(ws, audience_id=first.audience_id, name="first", rule=InAudience(second.audience_id))
    with pytest.raises(AudienceInUse):
        archive(ws, audience_id=first.audience_id)


def test_people_are_counted_and_listed_with_orders_and_money(ws: Context) -> None:
    counted = count(ws, GERMANS)
    assert (counted.people, counted.of, counted.as_of) == (3, 5, ws.clock.now())
    rows = members(ws, GERMANS)
    assert [(row.profile_id, row.orders, row.money) for row in rows] == [
        ("boris", 4, Decimal(400)),
        ("anna", 4, Decimal(160)),
        ("dora", 0, Decimal(0)),
    ]
    assert [row.profile_id for row in members(ws, GERMANS, sort="name", offset=1, limit=1)] == ["boris"]


def test_in_the_last_year_but_not_in_the_last_60_days(ws: Context) -> None:
    assert [row.profile_id for row in members(ws, GONE)] == ["boris"]


def test_an_audience_inside_another_is_compiled_into_it(ws: Context) -> None:
    inner = create(ws, name="Germans", rule=GERMANS)
    outer = create(ws, name="Gone Germans", rule=Group(rules=(InAudience(inner.audience_id), GONE)))
    without = Group(rules=(InAudience(outer.audience_id, negate=True),))
    assert [row.profile_id for row in members(ws, outer.rule)] == ["boris"]
    assert count(ws, without).people == 4


def test_computed_traits_can_be_chosen_by_and_members_are_broken_down(ws: Context) -> None:
    overdue = InsightIs("rfm", "is_overdue", "is", "true")
    assert [row.profile_id for row in members(ws, overdue)] == ["boris"]
    found = breakdown(ws, EVERYBODY)
    assert found.people == 5
    assert [(s.value, s.people) for s in found.countries] == [("DE", 3), ("AT", 1), (None, 1)]
    assert {s.value: s.people for s in found.groups} == {"regular": 1, "lost": 1, "one_time": 1, "promising": 1}
    assert found.money == Decimal("595.3")


def test_values_and_events_are_suggested_from_the_data(ws: Context) -> None:
    assert [(s.value, s.people) for s in suggestions(ws, "city", "lei")] == [("Leipzig", 3)]
    assert [s.value for s in suggestions(ws, "hobby")] == ["tea"]
    assert [(s.value, s.people) for s in event_suggestions(ws)] == [("Order Completed", 4)]
    assert suggestions(ws, "birth_date") == []
