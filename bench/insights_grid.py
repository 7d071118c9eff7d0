"""Insights of simulated customers whose rates are known: are the rates found again, do the bounds hold, how fast?"""

from __future__ import annotations

from itertools import product

import numpy as np

from bench.figures import Figures, spent
from habitue.insights import lifetime
from habitue.insights.books.book import OrderBook
from habitue.insights.models import bgnbd, intervals
from habitue.insights.models.histories import Purchases, histories, outcome

GRID = tuple(product((0.3, 1.0), (20.0, 60.0), ((0.8, 3.0), (0.3, 3.0))))
"""Shape of buying, its rate in days, and the two numbers of leaving."""
DAYS = 730
AHEAD = 90


def recovery(found: Figures, size: int) -> None:
    """How far the rates that were found are from those that made the data, the worst of the grid."""
    rates, leaving, bounds = [], [], []
    for number, (r, alpha, (a, b)) in enumerate(GRID):
        purchases = simulated(size, r=r, alpha=alpha, a=a, b=b, seed=number)
        known = histories(purchases, purchases.last_day)
        fitted = bgnbd.fit(known.repeats, known.recency, known.age)
        rates.append(abs((fitted.r / fitted.alpha) / (r / alpha) - 1))
        leaving.append(abs(fitted.a / (fitted.a + fitted.b) - a / (a + b)) if fitted.leaves else 1.0)
        bounds.append(_held(purchases))
    found.add(f"grid of {len(GRID)}, {size:,} customers: mean rate, worst off by", max(rates), "", goal=0.15)
    found.add(f"grid of {len(GRID)}, {size:,} customers: chance to leave, worst off by", max(leaving), "", goal=0.1)
    worst = max(bounds, key=abs)
    found.add(f"grid of {len(GRID)}: bounds of money, worst above the fewest possible", max(bounds), "", goal=0.04)
    found.add(f"grid of {len(GRID)}: bounds of money, worst on either side", abs(worst), "", goal=0.04)


def _held(purchases: Purchases) -> float:
    """How many more cases the bounds of money hold than the fewest that any bounds hold."""
    cut = purchases.last_day - AHEAD
    before = purchases.day <= cut
    there = np.zeros(purchases.customers, dtype=bool)
    there[purchases.customer[before]] = True
    kept = purchases.of(there)
    past = kept.day <= cut
    early = Purchases(kept.customers, kept.customer[past], kept.day[past], kept.money[past], kept.first_day, cut)
    after = outcome(kept, histories(kept, cut), AHEAD)
    table = lifetime.of_book(OrderBook(early, _names(kept.customers), "EUR", {}, ()), horizon_days=AHEAD).table
    low, high = (table[f"expected_value_{side}"].to_numpy() for side in ("low", "high"))
    inside = float(np.mean((low <= after.money + 0.01) & (after.money <= high + 0.01)))
    return inside - intervals.least_held([(table["expected_value"].to_numpy(), after.money)])


def speed(found: Figures, size: int) -> None:
    """So many customers: the fit, and every column for everybody."""
    purchases = simulated(size)
    known = histories(purchases, purchases.last_day)
    with spent() as work:
        rates = bgnbd.fit(known.repeats, known.recency, known.age)
    found.add(f"{size:,} customers: fit", work.cpu_seconds, "CPU s", goal=1 if size == 1_000_000 else None)
    found.add(f"{size:,} customers: mean rate found / true", rates.r / rates.alpha / (0.7 / 45), "")
    book = OrderBook(purchases, _names(size), "EUR", {}, ())
    with spent() as work:
        lifetime.of_book(book)
    found.add(f"{size:,} customers: tests, three insights, all columns", work.seconds, "s", goal=120)
    found.add(f"{size:,} customers: the same", work.cpu_seconds, "CPU s")


def simulated(
    size: int, *, r: float = 0.7, alpha: float = 45, a: float = 0.8, b: float = 3, seed: int = 4
) -> Purchases:
    """Customers by the purchase model (`alpha` in days), seen for two years; nobody leaves with the first purchase."""
    chance = np.random.default_rng(seed)
    rate, leaving = chance.gamma(r, 1 / alpha, size), chance.beta(a, b, size)
    at = chance.uniform(0, 500, size)
    here = np.ones(size, dtype=bool)
    rows: list[np.ndarray] = []
    days: list[np.ndarray] = []
    while here.any():
        who = np.flatnonzero(here)
        gone = (chance.random(len(who)) < leaving[who]) & bool(rows)
        rows.append(who)
        days.append(at[who].astype(np.int64))
        at[who] += np.maximum(chance.exponential(1, len(who)) / np.maximum(rate[who], 1e-6), 1.0)
        here[who[gone]] = False
        here &= at < DAYS
    customer, day = np.concatenate(rows), np.concatenate(days)
    order = np.lexsort((day, customer))
    worth = chance.gamma(4, 10, size)
    money = worth[customer[order]] * chance.uniform(0.6, 1.4, len(order))
    return Purchases(size, customer[order], day[order], money, 0, DAYS)


def _names(count: int) -> tuple[str, ...]:
    return tuple(f"C{number:07d}" for number in range(count))
