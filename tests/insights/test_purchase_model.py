"""The purchase model: it finds the rates that made the data, and says what its formulas say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.special import hyp2f1

from habitue.insights.models import bgnbd, spend, waiting
from habitue.insights.models.bgnbd import Rates
from habitue.insights.models.histories import Purchases, histories

GRID = list(itertools.product((0.3, 1.0), (15.0, 60.0), ((0.8, 2.5), (0.3, 3.0))))


def customers(
    r: float, alpha: float, a: float, b: float, *, size: int = 6_000, seed: int = 5
) -> tuple[np.ndarray, ...]:
    """Repeats, days from first to last, days since the first, of customers who live by the model."""
    chance = np.random.default_rng(seed)
    age = chance.uniform(200, 600, size)
    repeats, recency = np.zeros(size), np.zeros(size)
    for i in range(size):
        rate, leaving, at = chance.gamma(r, 1 / alpha), chance.beta(a, b), 0.0
        while True:
            at += chance.exponential(1 / rate) if rate > 1e-9 else np.inf
            if at > age[i]:
                break
            repeats[i], recency[i] = repeats[i] + 1, at
            if chance.random() < leaving:
                break
    return repeats, recency, age


@pytest.mark.parametrize(("r", "alpha", "leaving"), GRID)
def test_the_rates_that_made_the_data_are_found_again(r: float, alpha: float, leaving: tuple[float, float]) -> None:
    found = bgnbd.fit(*customers(r, alpha, *leaving))
    assert found.leaves
    assert found.r / found.alpha == pytest.approx(r / alpha, rel=0.12), "the mean rate of buying"
    assert found.r == pytest.approx(r, rel=0.2)
    share = leaving[0] / sum(leaving)
    assert found.a / (found.a + found.b) == pytest.approx(share, rel=0.35), "the mean chance to leave"


def test_the_gradient_is_that_of_the_likelihood() -> None:
    x, t_x, age = np.array([0.0, 1, 4, 30]), np.array([0.0, 20, 80, 300]), np.array([50.0, 90, 100, 310])
    count = np.array([3.0, 1, 2, 1])
    for point in (np.array([-0.5, 3.0, 0.2, 1.0]), np.array([0.4, 4.0, -1.0, 0.1])):
        wrong = check_grad(
            lambda p: bgnbd._bgnbd(p, x, t_x, age, count)[0], lambda p: bgnbd._bgnbd(p, x, t_x, age, count)[1], point
        )
        assert wrong < 1e-3


def test_expected_orders_are_those_of_the_paper() -> None:
    rates = Rates(r=0.243, alpha=4.414, a=0.793, b=2.426, leaves=True, log_likelihood=0.0)
    x, t_x, age, t = np.array([0.0, 2.0, 7.0]), np.array([0.0, 30.43, 35.0]), np.array([38.86, 38.86, 39.0]), 39.0
    found = rates.expected(x, t_x, age, t)
    for i in range(3):
        z = t / (rates.alpha + age[i] + t)
        series = hyp2f1(rates.r + x[i], rates.b + x[i], rates.a + rates.b + x[i] - 1, z)
        front = (rates.a + rates.b + x[i] - 1) / (rates.a - 1)
        kept = ((rates.alpha + age[i]) / (rates.alpha + age[i] + t)) ** (rates.r + x[i])
        gone = rates.a / (rates.b + x[i] - 1) * ((rates.alpha + age[i]) / (rates.alpha + t_x[i])) ** (rates.r + x[i])
        expected = front * (1 - kept * series) / (1 + (gone if x[i] else 0.0))
        assert found[i] == pytest.approx(expected, rel=1e-6)
    assert found[1] == pytest.approx(1.226, abs=0.001), "the example in the paper of 2005"


def test_customers_who_never_leave_get_the_model_without_leaving() -> None:
    repeats, recency, age = customers(1.0, 40.0, 1e-4, 50.0, size=2_000)
    found = bgnbd.fit(repeats, recency, age)
    assert not found.leaves
    assert (found.p_alive(repeats, recency, age) == 1).all()


def test_two_hundred_purchases_in_a_row_overflow_nothing() -> None:
    rates = Rates(r=0.5, alpha=20, a=0.5, b=3, leaves=True, log_likelihood=0.0)
    found = rates.expected(np.array([250.0, 2000.0]), np.array([700.0, 720.0]), np.array([710.0, 721.0]), 90.0)
    assert np.isfinite(found).all()
    assert (found > 10).all()
    both = rates.expected(np.array([147.0, 148.0]), np.array([700.0, 700.0]), np.array([710.0, 710.0]), 90.0)
    assert both[1] == pytest.approx(both[0], rel=0.02), "nothing jumps where another quadrature takes over"


def test_values_of_purchases_are_found_again() -> None:
    chance = np.random.default_rng(2)
    count = chance.integers(1, 9, 8_000).astype(float)
    scale = chance.gamma(4.0, 1 / 20.0, 8_000)
    average = chance.gamma(6.0 * count) / (scale * count)
    found = spend.gamma_gamma(count, average)
    assert found is not None
    assert found.p == pytest.approx(6.0, rel=0.1)
    assert found.q == pytest.approx(4.0, rel=0.1)


def test_value_that_goes_with_frequency_is_not_given_to_the_gamma_gamma_model() -> None:
    count = np.repeat(np.arange(1.0, 11.0), 30)
    assert spend.gamma_gamma(count, 10 * count) is None


def test_the_window_of_the_next_order_is_in_order_and_within_the_horizon() -> None:
    purchases = Purchases(3, np.array([0, 0, 1, 2, 2, 2]), np.array([0, 50, 10, 1, 8, 90]), np.ones(6), 0, 100)
    rates = Rates(r=0.5, alpha=20, a=0.5, b=3, leaves=True, log_likelihood=0.0)
    known = histories(purchases, 100)
    low, middle, high = waiting.quantiles(rates, known, 90).T
    assert (low < middle).all()
    assert (middle < high).all()
    assert (high <= 90).all()
    assert middle[2] < middle[1], "who came more often comes sooner"
