"""The bounds of money hold what they are meant to hold, and no more than noughts force them to."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from tests.insights import simulated

from habitue.insights import lifetime
from habitue.insights.books.book import order_book
from habitue.insights.models import intervals
from habitue.insights.models.histories import Floats, histories, outcome

GRID = ((1.2, 20.0, 0.3, 4.0), (0.8, 40.0, 0.8, 3.0), (0.4, 30.0, 0.3, 3.0))


def made(*, nothing: float, size: int = 4_000, seed: int = 1, total: float = 1.0) -> intervals.Test:
    """Forecasts, and real amounts: nought for a share of all, else around the forecast by a gamma of shape 4."""
    chance = np.random.default_rng(seed)
    forecast = chance.gamma(2, 20, size)
    bought = chance.random(size) >= nothing
    real = np.where(bought, total * forecast * chance.gamma(4, 0.25, size) / max(1 - nothing, 1e-9), 0.0)
    return intervals.Test(forecast, np.full(size, 1 - nothing), real, bought)


def around(learnt: intervals.Bounds, test: intervals.Test) -> tuple[Floats, Floats]:
    """The bounds of the forecasts of a test."""
    return learnt.around(test.forecast, test.chance)


@pytest.mark.parametrize("nothing", [0.0, 0.05, 0.3, 0.6])
def test_eight_of_ten_lie_within_the_bounds(nothing: float) -> None:
    learnt, fresh = intervals.bounds([made(nothing=nothing)], season=0.0), made(nothing=nothing, seed=2)
    low, high = around(learnt, fresh)
    assert float(np.mean((low <= fresh.real) & (fresh.real <= high))) == pytest.approx(0.8, abs=0.03)


def test_where_everybody_buys_the_lower_bound_is_above_nought() -> None:
    test = made(nothing=0.0)
    low, high = around(intervals.bounds([test], season=0.0), test)
    assert (low > 0.2 * test.forecast).all()
    assert (high < 2.5 * test.forecast).all()


def test_the_lower_bound_is_nought_only_for_those_who_bring_nothing_in_more_than_one_of_ten_cases() -> None:
    """Two customers of the same expected money: one nearly sure to buy a little, one unlikely to buy a lot."""
    chance = np.tile([0.97, 0.3], 2_000)
    drawn = np.random.default_rng(5)
    bought = drawn.random(4_000) < chance
    forecast = np.full(4_000, 50.0)
    real = np.where(bought, forecast / chance * drawn.gamma(4, 0.25, 4_000), 0.0)
    test = intervals.Test(forecast, chance, real, bought)
    low, high = around(intervals.bounds([test], season=intervals.NEW_SEASON), test)
    assert (low[chance > 0.9] > 5).all()
    assert (low[chance < 0.9] == 0).all()
    assert (high[chance < 0.9] > high[chance > 0.9].max()).all()


def test_where_many_bring_nothing_the_bounds_start_at_nought_and_are_narrow() -> None:
    test = made(nothing=0.6)
    low, high = around(intervals.bounds([test], season=0.0), test)
    assert (low == 0).all()
    wide = np.quantile(test.real / test.forecast, 0.9)
    assert (high < 0.85 * wide * test.forecast).mean() > 0.9, "bounds up to nine of ten would hold nine of ten"


def test_no_bounds_hold_fewer_than_those_who_bring_nothing() -> None:
    many, some = made(nothing=0.9), made(nothing=0.3)
    assert intervals.least_held([(many.forecast, many.real)]) == pytest.approx(0.9, abs=0.01)
    assert intervals.least_held([(some.forecast, some.real)]) == intervals.HELD


def test_a_season_that_was_never_seen_makes_the_bounds_wider() -> None:
    test = made(nothing=0.3)
    known = around(intervals.bounds([test], season=intervals.KNOWN_SEASON), test)[1]
    new = around(intervals.bounds([test], season=intervals.NEW_SEASON), test)[1]
    assert new.mean() > 1.05 * known.mean()


def test_tests_that_were_off_make_the_bounds_wider() -> None:
    steady, off = [made(nothing=0.3)] * 2, [made(nothing=0.3, total=0.5), made(nothing=0.3, total=1.5)]
    assert intervals.deviation(off, 0.1) > 3 * intervals.deviation(steady, 0.1)


def test_a_total_that_was_off_is_no_reason_to_expect_the_same_again() -> None:
    """It widens the bounds to both sides; how customers spread around their forecast is learnt without it."""
    test = made(nothing=0.3)
    steady = around(intervals.bounds([test], season=0.0), test)[1]
    off = around(intervals.bounds([made(nothing=0.3, total=0.5)], season=0.0), test)[1]
    assert off.mean() > 1.1 * steady.mean()


@pytest.mark.parametrize("rates", GRID)
def test_customers_whose_rates_are_known_lie_within_their_bounds(rates: tuple[float, float, float, float]) -> None:
    r, alpha, a, b = rates
    orders = simulated.shop(customers=2_500, days=700, joining=350, r=r, alpha=alpha, a=a, b=b, seed=11)
    cut = simulated.START + timedelta(days=610)
    whole = order_book(orders).purchases
    known = histories(whole, whole.first_day + 610)
    after = outcome(whole, known, 90)
    table = lifetime.fit(orders, horizon_days=90, as_of=cut).table
    low, high = (table[f"expected_value_{side}"].to_numpy() for side in ("low", "high"))
    inside = float(np.mean((low <= after.money + 0.01) & (after.money <= high + 0.01)))
    least = intervals.least_held([(table["expected_value"].to_numpy(), after.money)])
    assert least - 0.03 <= inside <= least + 0.03, f"{inside:.3f} within; no bounds hold fewer than {least:.3f}"
