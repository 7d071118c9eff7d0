"""Lists of people: page by page, and with a word where the group and the forecast disagree."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from tests.sending import order, send
from tests.web.insights.learnt import AFFINITY, CHURN, LIFETIME, SECOND, keep

from habitue.access import policy
from habitue.insights.contradiction import is_likely
from habitue.insights.report import people_at_risk, report
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


def test_the_list_of_those_who_leave_says_who_is_listed_and_what_is_lost(
    anna: Client, shop: Workspace, late: str
) -> None:
    money = pa.array([Decimal(100), Decimal(50), None], pa.decimal128(18, 4))
    rows = churn([late, "p1", "p2"], 0.2) | {"is_at_risk": [True, True, False], "money_in_danger": money}
    keep(shop, CHURN, rows)
    words = told(anna, "/insights/churn/")
    assert "Listed: 2." in words
    assert "below 50 of 100" in words
    assert re.search(r"Likely loss with all of them in 90 days: \S*150", words)
    group = next(each.people for each in report(shop.context).groups if each.group.code == "at_risk")
    assert f"counts {group}:" in words


def test_the_list_of_second_purchases_says_why_others_are_not_in_it(anna: Client, shop: Workspace) -> None:
    rows = {"profile_id": ["p1", "p2", "p3"], "days_since_first": [10, 20, 900], "is_in_window": [True, True, False]}
    keep(shop, SECOND, {**rows, "p_second": [0.2, 0.1, None]})
    assert "Listed: 2 of the 3 who bought on one day only. The others (1)" in told(anna, "/insights/second_purchase/")
    keep(shop, SECOND, {**rows, "p_second": [0.2, 0.1, 0.01]})
    assert "Listed: 3, all who bought on one day only." in told(anna, "/insights/second_purchase/")


def test_readers_who_may_not_see_people_are_told_of_no_handful(
    monkeypatch: pytest.MonkeyPatch, shop: Workspace, seen_by: Callable[..., Client]
) -> None:
    monkeypatch.setitem(policy.ROLES, "analyst", policy.ROLES["analyst"] - {"people.read"})
    keep(shop, CHURN, churn(["p1", "p2"], 0.2) | {"is_at_risk": [True, True]})
    assert "Listed:" not in told(seen_by("analyst"), "/insights/churn/")


def test_a_chance_is_likely_by_the_whole_per_cent_that_people_read() -> None:
    """Nobody with 50 % on one page is likely to buy and on another likely to leave."""
    assert [is_likely(chance) for chance in (0.494, 0.496, 0.5)] == [False, True, True]


def test_products_are_listed_by_the_name_of_what_is_proposed(anna: Client, shop: Workspace) -> None:
    names = ["Teapot", "Assam", "Mug"]
    rows = dict.fromkeys(("buy_again", "new_for_you", "category", "buy_again_list", "new_for_you_list"), names)
    keep(shop, AFFINITY, {"profile_id": ["p1", "p2", "p3"], **rows})
    assert re.findall(r'data-href="/people/(p\d+)/"', told(anna, "/insights/affinity/")) == ["p2", "p3", "p1"]
