"""The report for pages: groups, the top 20 %, valuable people at risk, and when it is computed anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pytest

from habitue.access.actor import Actor
from habitue.access.policy import PermissionMissing
from habitue.insights.catalogue import insights
from habitue.insights.groups import GROUPS
from habitue.insights.report import people_at_risk, report
from habitue.insights.store import stored
from habitue.insights.summary import pareto, top_count
from habitue.kernel.clock import FixedClock
from habitue.kernel.context import Context
from habitue.kernel.errors import NotFound

sys.path.insert(0, str(Path(__file__).parents[1] / "audiences"))


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Context]:
    """A small workspace whose actor is the owner."""
    from made_shop import make

    made = make(tmp_path)
    yield made
    made.lake.close()
    made.register.close()


def test_the_report_has_groups_money_and_the_top_fifth(ws: Context) -> None:
    found = report(ws)
    assert (found.people, found.money, found.currency) == (4, Decimal("595.3000"), "EUR")
    assert [figures.group.code for figures in found.groups] == list(GROUPS)
    people = {figures.group.code: figures.people for figures in found.groups if figures.people}
    assert people == {"regular": 1, "promising": 1, "lost": 1, "one_time": 1}
    assert sum(figures.money_share for figures in found.groups) == pytest.approx(1)
    assert (found.pareto.people, found.pareto.money) == (1, Decimal("400.0000"))
    assert found.pareto.share == pytest.approx(400 / 595.3)
    assert [point.people_share for point in found.pareto.curve] == [0.25, 0.5, 0.75, 1.0]


def test_a_valuable_person_overdue_against_the_own_rhythm_is_at_risk_with_a_year_of_money(ws: Context) -> None:
    from made_shop import NOW

    earlier = replace(ws, clock=FixedClock(NOW - timedelta(days=50)))
    found = report(earlier)
    assert (found.valuable, found.at_risk, found.money_at_risk) == (1, 1, Decimal("400.0000"))
    assert (found.valuable_lost, found.money_lost) == (0, Decimal(0))
    person = people_at_risk(earlier)[0]
    assert (person.profile_id, person.name, person.silence_days, person.rhythm_days) == ("boris", "Boris Иванов", 20, 7)
    assert people_at_risk(earlier, offset=1) == ()


def test_a_valuable_person_silent_for_more_than_four_pauses_is_lost_and_no_longer_at_risk(ws: Context) -> None:
    found = report(ws)
    assert (found.valuable, found.at_risk, found.money_at_risk) == (1, 0, Decimal(0))
    assert (found.valuable_lost, found.money_lost) == (1, Decimal("400.0000"))
    assert people_at_risk(ws) == ()


def test_it_is_computed_anew_only_when_facts_or_the_day_have_changed(ws: Context) -> None:
    from made_shop import NOW, write_lake

    first = report(ws).computed_at
    later = replace(ws, clock=FixedClock(NOW + timedelta(hours=3)))
    assert report(later).computed_at == first
    next_day = replace(ws, clock=FixedClock(NOW + timedelta(days=1)))
    assert report(next_day).computed_at == next_day.clock.now()
    write_lake(ws, seq=101)
    evening = replace(ws, clock=FixedClock(NOW + timedelta(days=1, hours=2)))
    assert report(evening).computed_at == evening.clock.now()


def test_a_workspace_without_orders_has_an_empty_report(ws: Context) -> None:
    ws.lake.forget(["facts"])
    found = report(ws)
    assert (found.people, found.money, found.at_risk, found.shop_gap_days) == (0, Decimal(0), 0, None)
    assert found.pareto.curve == ()
    assert people_at_risk(ws) == ()


def test_insights_are_found_by_name_and_only_read_by_those_who_may(ws: Context) -> None:
    assert "rfm" in insights()
    with pytest.raises(NotFound):
        stored(ws, "nothing")
    with pytest.raises(PermissionMissing):
        report(replace(ws, actor=Actor("u2", "Agnes Agent", frozenset({"agent"}))))


@pytest.mark.parametrize("people", [1, 2, 4, 5, 99, 100, 101, 250, 1234])
def test_the_curve_has_at_most_a_hundred_points_and_the_top_fifth_among_them(con: Any, people: int) -> None:
    money = [Decimal((7 * n) % 50 - 3) for n in range(people)]
    rows = {"profile_id": [f"{n:05}" for n in range(people)], "monetary": money}
    table = ibis.memtable(rows, schema={"profile_id": "string", "monetary": "decimal(18,4)"})
    curve = con.to_pyarrow(pareto(table)).to_pylist()
    richest = sorted((max(each, Decimal(0)) for each in money), reverse=True)
    assert len(curve) <= 100
    assert curve[-1]["rank"] == people
    assert top_count(people) in [row["rank"] for row in curve]
    assert all(row["money"] == sum(richest[: row["rank"]]) for row in curve)
    assert all(row["total_money"] == sum(richest) for row in curve)
