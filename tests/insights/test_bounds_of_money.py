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


def made(*, nothing: float, size: int = 4_000, seed: int = 1) -> tuple[Floats, Floats]:
    """Forecasts, and real amounts: nought for a share of all, else around the forecast by a gamma of shape 4."""
    chance = np.random.default_rng(seed)
    forecast = chance.gamma(2, 20, size)
    buys = chance.random(size) >= nothing
    return forecast, np.where(buys, forecast * chance.gamma(4, 0.25, size) / max(1 - nothing, 1e-9), 0.0)


def held(learnt: intervals.Bounds, forecast: Floats, real: Floats) -> float:
    """The share of real amounts within their bounds."""
    low, high = learnt.around(forecast)
    return float(np.mean((low <= real) & (real <= high)))


@pytest.mark.parametrize("nothing", [0.0, 0.3, 0.6])
def test_eight_of_ten_lie_within_the_bounds(nothing: float) -> None:
    learnt = intervals.bounds([made(nothing=nothing)], season=0.0)
    assert held(learnt, *made(nothing=nothing, seed=2)) == pytest.approx(0.8, abs=0.03)


def test_where_everybody_buys_the_lower_bound_is_above_nought() -> None:
    forecast, real = made(nothing=0.0)
    low, high = intervals.bounds([(forecast, real)], season=0.0).around(forecast)
    assert (low > 0.2 * forecast).all()
    assert (high < 2.5 * forecast).all()


def test_where_many_bring_nothing_the_bounds_start_at_nought_and_are_narrow() -> None:
    forecast, real = made(nothing=0.6)
    low, high = intervals.bounds([(forecast, real)], season=0.0).around(forecast)
    assert (low == 0).all()
    wide = np.quantile(real / forecast, 0.9)
    assert (high < 0.85 * wide * forecast).mean() > 0.9, "bounds up to nine of ten would hold nine of ten"


def test_no_bounds_hold_fewer_than_those_who_bring_nothing() -> None:
    tests = [made(nothing=0.9)]
    assert intervals.least_held(tests) == pytest.approx(0.9, abs=0.01)
    assert intervals.least_held([made(nothing=0.3)]) == intervals.HELD


def test_a_season_that_was_never_seen_makes_the_bounds_wider() -> None:
    tests = [made(nothing=0.3)]
    forecast = tests[0][0]
    known = intervals.bounds(tests, season=intervals.KNOWN_SEASON).around(forecast)[1]
    new = intervals.bounds(tests, season=intervals.NEW_SEASON).around(forecast)[1]
    assert new.mean() > 1.05 * known.mean()


def test_tests_that_were_off_make_the_bounds_wider() -> None:
    forecast, real = made(nothing=0.3)
    steady, off = [(forecast, real)] * 2, [(forecast, 0.5 * real), (forecast, 1.5 * real)]
    assert intervals.deviation(off, 0.1) > 3 * intervals.deviation(steady, 0.1)


def test_a_total_that_was_off_is_no_reason_to_expect_the_same_again() -> None:
    """It widens the bounds to both sides; how customers spread around their forecast is learnt without it."""
    forecast, real = made(nothing=0.3)
    steady = intervals.bounds([(forecast, real)], season=0.0).around(forecast)[1]
    off = intervals.bounds([(forecast, 0.5 * real)], season=0.0).around(forecast)[1]
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
