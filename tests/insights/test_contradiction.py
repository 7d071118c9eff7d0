"""Where group and forecast disagree, a sentence says why and which to believe; where they agree, nothing is said."""

from __future__ import annotations

from functools import partial

import pytest

from habitue.cli.texts import one_or_many, text
from habitue.insights.card import Card, Part
from habitue.insights.contradiction import contradiction, some

PARTS = (Part(400, 0.02, 0.03), Part(400, 0.3, 0.28), Part(390, 0.6, 0.57), Part(380, 0.95, 0.97))
CARD = Card("churn", True, 90, (), tested_days=60, parts=PARTS)


@pytest.mark.parametrize(
    ("group", "chance"),
    [("at_risk", 0.49), ("lost", 0.1), ("one_time", 0.2), ("regular", 0.1), ("good", 0.9), ("new", 0.01),
     ("at_risk", None), (None, 0.9)],
)  # fmt: skip
def test_nothing_is_said_where_they_agree(group: str | None, chance: float | None) -> None:
    assert contradiction(group, chance, CARD) is None


@pytest.mark.parametrize("group", ["at_risk", "lost", "one_time"])
def test_somebody_silent_who_still_buys_is_told_with_what_the_test_measured(group: str) -> None:
    found = contradiction(group, 0.96, CARD)
    assert found is not None
    told = found.text()
    assert "Silent for longer than usual" in told
    assert "says 96 of 100, and of the 380 customers nearest to that, 97 of 100 still bought within 60 days" in told
    assert "Believe the forecast: it was measured, the group is a rule of thumb." in told


@pytest.mark.parametrize("group", ["regular", "good"])
def test_somebody_on_time_who_hardly_buys_is_told_too(group: str) -> None:
    found = contradiction(group, 0.05, CARD)
    assert found is not None
    assert "only 3 of 100 bought within 60 days" in found.text()


def test_a_chance_that_did_not_pass_its_test_contradicts_nobody() -> None:
    assert contradiction("lost", 0.97, Card("churn", False, 90, (), tested_days=60, parts=PARTS)) is None


def test_a_list_is_told_how_many_of_it_are_likely_to_buy() -> None:
    assert some(0) is None
    one, two = some(1), some(2)
    assert one is not None
    assert two is not None
    assert one.text().startswith("1 person on this page is silent")
    assert two.text().startswith("2 people on this page are silent")
    german = two.text(partial(text, "de"), partial(one_or_many, "de"))
    assert german.startswith("2 Personen auf dieser Seite")
