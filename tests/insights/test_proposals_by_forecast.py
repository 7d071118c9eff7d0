"""What to do today is ranked by the forecasts that passed their test, and by the count on the past elsewhere."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.insights.test_learning import filled, rows

from habitue.audiences import proposals, taken
from habitue.insights import card_store
from habitue.workspace import Workspace


@pytest.fixture
def shop(sqlite_ws: Workspace, tmp_path: Path) -> Workspace:
    """A filled workspace."""
    return filled(sqlite_ws, tmp_path)


def by_code(ws: Workspace) -> dict[str, proposals.Proposal]:
    """The proposals by their codes."""
    return {each.idea.code: each for each in ws.audiences.proposals()}


def test_money_is_the_sum_of_the_forecasts_of_the_people(shop: Workspace) -> None:
    shop.refresh()
    assert {each.by for each in shop.audiences.proposals()} == {"past"}
    shop.insights.learn(["lifetime", "churn"])
    found = by_code(shop)
    good = found["good"]
    assert good.by == "forecast"
    ids = {row.profile_id for row in shop.audiences.members(good.idea.rule, limit=10_000)}
    value = {row["profile_id"]: row["expected_value"] for row in rows(shop, "lifetime")}
    assert good.expected == sum(value[each] for each in ids).quantize(Decimal("0.0001"))
    overdue = found["overdue"]
    assert overdue.by == "danger"
    danger = {row["profile_id"]: row["money_in_danger"] for row in rows(shop, "churn")}
    ids = {row.profile_id for row in shop.audiences.members(overdue.idea.rule, limit=10_000)}
    assert overdue.expected == sum(danger[each] for each in ids).quantize(Decimal("0.0001"))
    worth = [each.expected for each in shop.audiences.proposals() if each.expected is not None]
    assert worth == sorted(worth, reverse=True)


def test_a_forecast_whose_gate_is_closed_is_not_used(shop: Workspace) -> None:
    shop.insights.learn(["lifetime", "churn"])
    kept = shop.insights.card("lifetime")
    assert kept is not None
    with shop.register.write() as conn:
        closed = replace(kept.card, is_shown=False)
        card_store.keep(conn, closed, at=kept.computed_at, facts_seq=kept.facts_seq)
    proposals._kept.clear()
    assert by_code(shop)["good"].by == "past"
    assert by_code(shop)["overdue"].by == "danger"


def test_a_taken_proposal_keeps_where_its_money_came_from(shop: Workspace) -> None:
    shop.insights.learn(["lifetime", "churn"])
    shop.audiences.take("overdue")
    (one,) = taken.listing(shop.context)
    assert one.by == "danger"
    assert one.expected == by_code(shop)["overdue"].expected
