"""What to do today: ranked by what such people brought before, and what became of those who were chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from habitue.access.actor import Actor
from habitue.access.policy import PermissionMissing
from habitue.audiences import proposals, taken
from habitue.kernel.clock import FixedClock
from habitue.kernel.errors import NotFound
from habitue.workspace import Workspace
from tests.sending import order, send


def _at(ws: Workspace, days: float) -> str:
    return f"{ws.clock.now() - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def _shop(ws: Workspace) -> None:
    """Twenty who bought once 100 days ago, of whom five came back since for 40; twelve who bought once lately."""
    told = [order(f"old{n}", "10", at=_at(ws, 100), email=f"old{n}@web.example") for n in range(20)]
    told += [order(f"back{n}", "40", at=_at(ws, 30), email=f"old{n}@web.example") for n in range(5)]
    told += [order(f"new{n}", "12", at=_at(ws, 5), email=f"new{n}@web.example") for n in range(12)]
    send(ws, *told)
    ws.refresh()


def _second(ws: Workspace) -> proposals.Proposal:
    return next(each for each in proposals.proposals(ws.context) if each.idea.code == "second")


def test_expected_money_is_what_as_many_people_like_them_brought(ws: Workspace) -> None:
    _shop(ws)
    found = _second(ws)
    now = ws.audiences.count(found.idea.rule).people
    assert (found.people, found.then_people, found.then_bought) == (now, 20, 5)
    assert found.expected == (Decimal(200) * now / 20).quantize(Decimal("0.0001"))


def test_proposals_come_by_expected_money_and_those_of_unknown_worth_last() -> None:
    ideas = list(proposals.IDEAS.values())
    made = [
        proposals.Proposal(ideas[0], 5, 0, 0, None),
        proposals.Proposal(ideas[1], 5, 50, 5, Decimal(10)),
        proposals.Proposal(ideas[2], 0, 50, 5, Decimal(99)),
        proposals.Proposal(ideas[3], 9, 50, 5, Decimal(30)),
        proposals.Proposal(ideas[4], 8, 3, 1, None),
    ]
    assert [each.idea for each in proposals.ranked(made)] == [ideas[3], ideas[1], ideas[4], ideas[0]]
    assert proposals.expected_money(people=3, then_people=9, then_money=Decimal(100)) is None
    assert proposals.expected_money(people=3, then_people=10, then_money=Decimal(-5)) == 0


def test_what_the_people_of_a_proposal_did_since_is_shown_beside_before(ws: Workspace) -> None:
    _shop(ws)
    made = ws.audiences.take("second")
    assert made.people == _second(ws).people
    later = replace(ws.context, clock=FixedClock(ws.clock.now() + timedelta(days=10)))
    moment: datetime = ws.clock.now() + timedelta(days=2)
    send(ws, order("again", "70", at=f"{moment:%Y-%m-%dT%H:%M:%SZ}", email="new3@web.example"))
    ws.refresh()
    after = taken.aftermath(later, made)
    assert (after.days, after.known, after.bought_since, after.money_since) == (10, made.people, 1, Decimal(70))
    assert (after.bought_before, after.money_before) == (12, Decimal(144))
    assert "second" in taken.resting(later)
    assert ws.ledger.listing(limit=1)[0].verb == "proposal.taken"


def test_an_erased_person_is_no_longer_among_those_of_a_proposal(ws: Workspace) -> None:
    _shop(ws)
    made = ws.audiences.take("second")
    (person,) = ws.people.search("new3@web")
    ws.people.erase(person.profile_id)
    with ws.register.read() as conn:
        kept = set(conn.scalars(sa.select(taken.people_of.c.profile_id)))
    assert person.profile_id not in kept
    assert len(kept) == made.people - 1


def test_only_those_who_may_build_audiences_take_proposals_up(sqlite_ws: Workspace) -> None:
    officer = sqlite_ws.as_actor(Actor("u2", "Olga", frozenset({"privacy_officer"})))
    with pytest.raises(PermissionMissing):
        officer.audiences.take("second")
    with pytest.raises(NotFound):
        sqlite_ws.audiences.take("everything")
