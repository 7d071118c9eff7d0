"""What reports conclude: intervals, alarms, forecasts, topics, and what small groups hide."""

from __future__ import annotations

import random
from datetime import date, timedelta
from math import comb, isclose
from typing import Any

import pytest
from tests.insights.reports.world import NOW, Fact, Someone, World, material

from habitue.insights.reports import cross, forecast, problems, satisfaction, topics
from habitue.insights.reports.intervals import more_than_before, smoothed, wilson
from habitue.insights.reports.shape import Column, Say, Section, hide_small


def test_wilson_s_interval_is_that_of_the_textbook() -> None:
    low, high = wilson(1, 10)
    assert isclose(low, 0.0179, abs_tol=5e-5)
    assert isclose(high, 0.4042, abs_tol=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(3, 30, tests=20)[0] < wilson(3, 30)[0]


def test_two_rates_are_compared_by_the_exact_binomial_tail() -> None:
    part = 90 / 365
    wanted = sum(comb(12, k) * part**k * (1 - part) ** (12 - k) for k in range(8, 13))
    assert isclose(more_than_before(8, 4, now_days=90, before_days=275), wanted)
    assert more_than_before(0, 0, now_days=90, before_days=275) == 1.0


def test_a_smoothed_share_lies_between_its_own_and_that_of_the_whole() -> None:
    assert 0.1 < smoothed(3, 3, whole=0.1) < 1.0
    assert isclose(smoothed(0, 0, whole=0.1), 0.1)


def _contacts(recent: int, before: int) -> World:
    rng = random.Random(1)
    days = [rng.randint(0, 80) for _ in range(recent)] + [rng.randint(190, 360) for _ in range(before)]
    told = {"reason": "broken", "product": "Kettle"}
    facts = [Fact(f"p{n}", "Contact Logged", NOW - timedelta(days=day), properties=told) for n, day in enumerate(days)]
    return World(facts, [Someone(f"p{n}") for n in range(len(days))])


@pytest.mark.parametrize(("recent", "before", "rises"), [(14, 1, True), (8, 16, False), (3, 0, False)])
def test_the_alarm_rings_for_what_rises_beyond_chance_and_for_nothing_else(
    con: Any, recent: int, before: int, rises: bool
) -> None:
    found = problems.compute(material(con, _contacts(recent, before)))
    assert (found.sections[0].rows[0]["state"] == "alarm") is rises
    assert ("A problem rises" in found.says.text) is rises


def _yearly(level: float, growth: float, seed: int) -> list[float]:
    rng = random.Random(seed)
    season = [0.8, 0.8, 0.9, 1, 1, 0.9, 0.7, 0.7, 1, 1.1, 1.3, 1.8]
    return [level * (1 + growth * n) * season[n % 12] * rng.uniform(0.93, 1.07) for n in range(40)]


def test_the_seasonal_model_wins_where_there_is_a_season_and_the_level_grows() -> None:
    tested = forecast.back_test(_yearly(1000, 0.03, 1))
    errors = {name: forecast.mean_error(pairs) for name, pairs in tested.items()}
    assert min(errors, key=errors.__getitem__) == "seasonal"
    assert errors["seasonal"] < 0.8 * errors["last_year"]


def test_the_seasonal_model_loses_where_there_is_only_drift() -> None:
    rng, value, walk = random.Random(3), 1000.0, []
    for _ in range(40):
        value *= rng.uniform(0.8, 1.25)
        walk.append(value)
    errors = {name: forecast.mean_error(pairs) for name, pairs in forecast.back_test(walk).items()}
    assert min(errors, key=errors.__getitem__) != "seasonal"


def test_no_method_sees_what_it_forecasts() -> None:
    """The planted mistake would be a series that reaches into the tested months."""
    series = _yearly(1000, 0.0, 2)
    spoiled = [*series[:-1], 10 * series[-1]]
    clean, dirty = forecast.back_test(series), forecast.back_test(spoiled)
    for name in forecast.METHODS:
        assert [told for told, _ in clean[name]] == [told for told, _ in dirty[name]]


def test_the_recommendation_score_has_the_interval_of_a_difference() -> None:
    found = satisfaction.recommendation(100, 50, 20)
    assert isclose(found.score, 0.3)
    assert isclose(found.high - found.low, 2 * 1.959964 * ((0.7 - 0.09) / 100) ** 0.5, rel_tol=1e-5)


DELIVERY = ("Die Lieferung kam zu spät, Paket verspätet", "Lieferung dauerte lange, das Paket war verspätet")
PRICE = ("Die Preise sind zu teuer geworden", "teuer, die Preise steigen immer weiter")
RUSSIAN = ("Доставка очень долгая, посылка опоздала", "посылка шла долго, доставка плохая")


def test_topics_are_found_in_several_languages_and_named_by_their_own_words() -> None:
    found = [text for group in (DELIVERY, PRICE, RUSSIAN) for text in group * 8]
    chosen = topics.topics(found)
    groups = [set(chosen[start : start + 16]) for start in (0, 16, 32)]
    assert all(len(group) == 1 for group in groups)
    assert len(set.union(*groups)) == 3
    names = topics.named(found, chosen)
    assert "lieferung" in names[chosen[0]] or "paket" in names[chosen[0]]
    assert "посылка" in names[chosen[-1]] or "доставка" in names[chosen[-1]]
    assert topics.topics(found) == chosen


def test_small_groups_are_hidden_from_readers_who_may_not_see_people() -> None:
    columns = (Column("city", "City"), Column("people", "People", "people"))
    rows = ({"city": "Bonn", "people": 9}, {"city": "Ulm", "people": 10}, {"city": "Graz", "people": None})
    section = Section("x", "X", Say("x"), columns, rows)
    assert [row["city"] for row in hide_small(section).rows] == ["Ulm"]


def test_days_of_the_last_year_are_twelve_months(con: Any) -> None:
    assert material(con, World([], [])).year == (date(2025, 3, 30), date(2026, 3, 29))


@pytest.mark.parametrize(("bonn", "sure"), [(60, True), (24, False)])
def test_a_place_stands_out_only_beyond_chance(bonn: int, sure: bool) -> None:
    cells = [("Bonn", "Tea", bonn), ("Bonn", "Ware", 100 - bonn), ("Ulm", "Tea", 20), ("Ulm", "Ware", 80)]
    rows = [{"place": place, "item": item, "people": people, "money": 0} for place, item, people in cells]
    found = cross.against_usual(rows, "place", "item")
    assert found[0]["is_sure"] is sure
    assert ("larger than chance makes it" in cross.told(found, lambda first: Say(first["item"])).text) is not sure
