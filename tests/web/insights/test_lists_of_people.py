"""Lists of people: page by page, and with a word where the group and the forecast disagree."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from tests.sending import order, send
from tests.web.insights.learnt import CHURN, LIFETIME, keep

from habitue.insights.report import people_at_risk
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

PEOPLE = 120


def churn(ids: list[str], chance: float) -> dict[str, Any]:
    """Rows of the insight of leaving: everybody with the same chance."""
    size = len(ids)
    return {
        "profile_id": ids,
        "p_buys": [chance] * size,
        "is_at_risk": [False] * size,
        "money_in_danger": pa.array([None] * size, pa.decimal128(18, 4)),
        "silence_days": [60] * size,
        "rhythm_days": [20.0] * size,
        "purchases": [4] * size,
        "reason": ["overdue"] * size,
    }


@pytest.fixture
def late(shop: Workspace) -> str:
    """A valuable customer who bought every 20 days and has been silent for 60."""
    for days in (60, 80, 100, 120):
        at = f"{shop.context.clock.now() - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
        send(shop, order(f"late-{days}", "900.00", at=at, email="late@shop.example"))
    send(shop, order("late-again", "1.00", at=at, email="late@shop.example"))
    shop.refresh()
    (person,) = people_at_risk(shop.context, limit=1)
    return person.profile_id


def told(client: Client, path: str) -> str:
    """The words of a page."""
    return " ".join(client.get(path).content.decode().split())


def test_the_people_of_an_insight_are_told_page_by_page(anna: Client, shop: Workspace) -> None:
    money = pa.array([Decimal(each) for each in range(PEOPLE)], pa.decimal128(18, 4))
    rows = {"profile_id": [f"p{n}" for n in range(PEOPLE)], "expected_orders": [1.0] * PEOPLE}
    keep(shop, LIFETIME, {**rows, **{f"expected_value{part}": money for part in ("", "_low", "_high")}})
    seen = []
    for page in (1, 2, 3):
        words = told(anna, f"/insights/lifetime/?page={page}")
        seen += re.findall(r'data-href="/people/(p\d+)/"', words)
        assert f"of {PEOPLE}</span>" in words
    assert sorted(seen) == sorted(rows["profile_id"])
    assert "/people/p0/" in told(anna, "/insights/lifetime/?page=99"), "beyond the end stands the last page"


def test_a_person_at_risk_who_is_likely_to_buy_is_told_whom_to_believe(
    anna: Client, shop: Workspace, late: str
) -> None:
    keep(shop, CHURN, churn([late], 0.97))
    words = told(anna, f"/people/{late}/figures/")
    assert "97 of 100 still bought within 90 days" in words
    assert "Believe the forecast" in words
    listed = told(anna, "/insights/rfm/at-risk/")
    assert "1 person on this page is silent for longer than usual, but likely to buy" in listed
    assert "likely to buy</small>" in listed
    assert "97%" in listed


def test_a_person_at_risk_who_hardly_buys_any_more_needs_no_explanation(
    anna: Client, shop: Workspace, late: str
) -> None:
    keep(shop, CHURN, churn([late], 0.2))
    assert "Believe the forecast" not in told(anna, f"/people/{late}/figures/")
    listed = told(anna, "/insights/rfm/at-risk/")
    assert "Believe the forecast" not in listed
    assert "20%" in listed


def test_without_a_tested_chance_no_column_of_chances_is_shown(anna: Client, shop: Workspace, late: str) -> None:
    assert "Chance to buy" not in told(anna, "/insights/rfm/at-risk/")


def test_orders_and_days_with_a_purchase_are_told_apart(anna: Client, shop: Workspace, late: str) -> None:
    words = told(anna, f"/people/{late}/figures/")
    assert "5 orders · 4 days with a purchase" in words
    listed = told(anna, "/insights/rfm/at-risk/")
    assert 'data-label="Days with a purchase">4</td>' in listed


def test_what_was_spent_in_a_year_is_never_told_as_a_loss(anna: Client, shop: Workspace, late: str) -> None:
    """One word for one thing: a year of the past here, the likely loss of 90 days on the page of leaving."""
    for path in ("/home/figures/", "/insights/", "/insights/rfm/", "/insights/rfm/at-risk/"):
        words = told(anna, path)
        assert "in danger" not in words
        assert "in their last year" in words
