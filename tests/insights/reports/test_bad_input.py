"""Little, odd and wrong data: every report says a sentence, and what cannot be known, and never breaks."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from babel import Locale
from tests.insights.reports.world import NOW, Fact, Someone, World, material, order

from habitue.insights.reports.catalogue import reports
from habitue.insights.reports.shape import Outcome
from habitue.web.reports.writing import Writer, plain, plain_rows

ENGLISH = Writer(lambda text: text, Locale("en", "GB"), "EUR", "Europe/Berlin")


def nobody() -> World:
    return World([], [])


def ten_of_one_day() -> World:
    """Ten customers, one order each, all on one day, without products."""
    facts = [order(f"p{n}", NOW - timedelta(hours=n), "10", number=str(n)) for n in range(10)]
    return World(facts, [Someone(f"p{n}") for n in range(10)])


def odd() -> World:
    """Refunds above the orders, amounts missing, other currencies, broken products, one giant."""
    at = NOW - timedelta(days=40)
    facts = [
        order("p0", at, "5", "Pot", number="1"),
        Fact("p0", "Order Refunded", at, Decimal(900), "EUR", "1"),
        Fact("p1", "Order Completed", at, None, None, None, properties={"products": "none", "coupon": ""}),
        Fact("p1", "Order Completed", at, Decimal(7), "XAU", "2", properties={"products": [{}, None, 3]}),
        Fact("p2", "Survey Answered", at, properties={"score": "many", "kind": None}),
        Fact("p2", "Contact Logged", at, properties={"reason": None}),
        Fact("p2", "Subscription Started", at, properties={"plan": "Box", "renews_at": "soon"}),
        order("giant", at, "900000", "Pot", "Mug", number="9"),
    ]
    people = [Someone(f"p{n}", city="", traits={"age": "old", "employees": "x"}) for n in range(3)]
    return World(facts, [*people, Someone("giant", company="Giant AG", city="Bonn")])


def durable() -> World:
    """A shop of durable goods: everybody buys once in three years."""
    rng = random.Random(5)
    facts = [order(f"p{n}", NOW - timedelta(days=rng.randint(1, 1000)), "900", "Pot", number=str(n)) for n in range(80)]
    return World(facts, [Someone(f"p{n}", city="Ulm") for n in range(80)])


# Every report on nothing and on what is odd; the other worlds are about some of them only, for each costs a second.
WORLDS: dict[str, tuple[Callable[[], World], tuple[str, ...]]] = {
    "nobody": (nobody, ()),
    "odd": (odd, ()),
    "ten": (ten_of_one_day, ("forecast", "cohorts", "basket", "glance")),
    "durable": (durable, ("cohorts", "next_products")),
}


@pytest.fixture(scope="module", params=WORLDS)
def outcomes(request: pytest.FixtureRequest, con: Any) -> tuple[str, dict[str, Outcome]]:
    """Every report on one of the worlds."""
    make, names = WORLDS[request.param]
    m = material(con, make())
    return request.param, {name: reports()[name].compute(m) for name in names or reports()}


def test_every_report_says_a_sentence_and_its_tables_can_be_written(outcomes: tuple[str, dict[str, Outcome]]) -> None:
    name, found = outcomes
    for outcome in found.values():
        told = plain(ENGLISH, outcome)
        assert told["says"]
        assert "%(" not in str(told)
        for section in outcome.sections:
            assert len({len(row) for row in plain_rows(ENGLISH, section)}) == 1
            for row in section.rows:
                assert all(ENGLISH.cell(row, column) for column in section.columns)
                if section.behind:
                    section.behind(row)
    if name == "nobody":
        assert all(outcome.is_empty for outcome in found.values())


def test_what_cannot_be_known_is_said_and_not_guessed(outcomes: tuple[str, dict[str, Outcome]]) -> None:
    name, found = outcomes
    if name == "ten":
        assert found["forecast"].is_empty
        assert found["cohorts"].is_empty
        assert found["basket"].is_empty
        assert "first hint" in found["glance"].warnings[0].text
    if name == "odd":
        assert any("alone brings" in warning.text for warning in found["wholesale"].warnings)
        assert found["satisfaction"].is_empty
        assert any("another currency" in w.text or "other currencies" in w.text for w in found["revenue"].warnings)
    if name == "durable":
        spans = found["cohorts"].sections[0].rows
        assert all(row["back"] == 0 and 0 < row["high"] < 0.2 for row in spans)
        assert found["next_products"].is_empty
