"""Every rival's forecast of purchases, buying again and worth of a purchase, from what was known on one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from habitue.insights.models import bgnbd, spend
from habitue.insights.models.bgnbd import Rates
from habitue.insights.models.histories import Floats, Histories, Purchases, histories, outcome
from habitue.insights.models.learners import Learned, learn

WINDOWS = 5
HIGHEST_SHARE = 0.995
"""Amounts above this share of all amounts count as that one where means are shrunk."""
SEASONED = ("bgnbd", "mean", "mean_corrected")
YEAR = 365
_LIKELY = (0.4, 2.5)
_WEIGHT = 20
_SMALL = 1e-9


@dataclass(frozen=True, slots=True)
class Forecasts:
    """What each rival says about every customer for the next `days`, by its name.

    `orders` are expected purchases, `buys` probabilities of at least one, `worth` the money of a purchase.
    """

    days: int
    orders: Mapping[str, Floats]
    buys: Mapping[str, Floats]
    worth: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Trained:
    """What the rivals learnt of everything up to `day`.

    `season` is how many purchases came a year before in the days after, for each one that the closed form then
    forecast: season and growth together; None where less than a year and the days are known. `cap` is the amount
    above which money counts as that.
    """

    day: int
    rates: Rates
    learned: Learned | None
    gamma_gamma: spend.GammaGamma | None
    shrunk: spend.ShrunkMean
    cap: float
    correlation: float
    season: float | None = None

    def forecasts(self, known: Histories, days: int) -> Forecasts:
        """All forecasts for the `days` after the day of `known`."""
        rates, x, t_x, age = self.rates, known.repeats, known.recency, known.age
        closed = rates.expected(x, t_x, age, days)
        buys = rates.p_buys(x, t_x, age, days)
        orders = {"bgnbd": closed}
        chances = {"closed": buys}
        if self.learned is not None:
            orders |= self._learned_orders(known, closed)
            chances |= self._learned_chances(known, buys)
        if self.season is not None:
            orders |= {f"{name}_season": orders[name] * self.season for name in SEASONED if name in orders}
        return Forecasts(days, orders, chances, self._worth(known))

    def _learned_orders(self, known: Histories, closed: Floats) -> dict[str, Floats]:
        assert self.learned is not None
        there = self.rates.expected(known.repeats, known.recency, known.age, self.learned.days)
        # Another length of time than was learnt from: as the closed form grows from the one to the other.
        longer = closed / np.maximum(there, _SMALL)
        found = {name: values * longer for name, values in self.learned.orders(known, there).items()}
        found["mean"] = (closed + found["boosting"]) / 2
        found["mean_corrected"] = (closed + found["correction"]) / 2
        found["mean_of_three"] = (closed + found["boosting"] + found["regression"]) / 3
        found["mean_of_four"] = (closed + found["boosting"] + found["correction"] + found["regression"]) / 4
        found["mean_of_learned"] = (found["correction"] + found["regression"]) / 2
        return found

    def _learned_chances(self, known: Histories, buys: Floats) -> dict[str, Floats]:
        assert self.learned is not None
        there = self.rates.p_buys(known.repeats, known.recency, known.age, self.learned.days)
        longer = np.log1p(-np.minimum(buys, 1 - _SMALL)) / np.log1p(-np.clip(there, _SMALL, 1 - _SMALL))
        found = {
            name: 1 - (1 - np.minimum(values, 1 - _SMALL)) ** np.clip(longer, 0.0, 50.0)
            for name, values in self.learned.buys(known).items()
        }
        found["mean"] = (buys + found["logistic"]) / 2
        found["mean_of_three"] = (buys + found["logistic"] + found["boosting"]) / 3
        return found

    def _worth(self, known: Histories) -> dict[str, Floats]:
        count, average = known.priced, known.money / np.maximum(known.priced, 1)
        found = {"shrunk_mean": self.shrunk.mean(count, average)}
        if self.gamma_gamma is not None:
            repeat = known.repeat_money / np.maximum(known.repeat_priced, 1)
            found["gamma_gamma"] = self.gamma_gamma.mean(known.repeat_priced, np.maximum(repeat, 0))
        found["own_mean"] = np.where(count > 0, average, self.shrunk.overall)
        found["shop_mean"] = np.full(known.size, self.shrunk.overall)
        return found


def train(purchases: Purchases, day: int, days: int) -> Trained:
    """Fit every rival on purchases up to the end of `day`; the learning ones on windows of `days` before it."""
    known = histories(purchases, day)
    rates = bgnbd.fit(known.repeats, known.recency, known.age)
    windows = []
    for start in window_days(purchases.first_day, day, days):
        then = histories(purchases, start)
        if then.size < 20:
            continue
        fitted = bgnbd.fit(then.repeats, then.recency, then.age)
        expected = fitted.expected(then.repeats, then.recency, then.age, days)
        windows.append((then, outcome(purchases, then, days), expected))
    repeat = known.repeat_money / np.maximum(known.repeat_priced, 1)
    shrunk, cap = _shrunk(purchases, known)
    return Trained(
        day=day,
        rates=rates,
        learned=learn(windows),
        gamma_gamma=spend.gamma_gamma(known.repeat_priced, repeat),
        shrunk=shrunk,
        cap=cap,
        correlation=spend.correlation(known.repeat_priced, repeat),
        season=_season(purchases, day, days),
    )


def window_days(first_day: int, day: int, days: int) -> list[int]:
    """The days after which windows of `days` end by `day`, latest first, with enough history before each."""
    step = max(days // 3, 1)
    found = range(day - days, first_day, -step)
    return [start for start in found if start - first_day >= days * 0.6][:WINDOWS]


def _shrunk(purchases: Purchases, known: Histories) -> tuple[spend.ShrunkMean, float]:
    """The own mean, shrunk by how purchases of one customer differ, both with giant amounts cut to a cap."""
    keep = (purchases.day <= known.day) & ~np.isnan(purchases.money)
    money, code = purchases.money[keep], purchases.customer[keep]
    if not len(money):
        return spend.ShrunkMean(0.0, 1.0), 0.0
    cap = float(np.quantile(money, HIGHEST_SHARE))
    cut = np.minimum(money, cap)
    count = np.bincount(code, minlength=purchases.customers).astype(float)
    average = np.bincount(code, weights=cut, minlength=purchases.customers) / np.maximum(count, 1)
    within = float(((cut - average[code]) ** 2).sum() / max((np.maximum(count - 1, 0)).sum(), 1))
    return spend.shrunk_mean(count, average, within), cap


def _season(purchases: Purchases, day: int, days: int) -> float | None:
    """Purchases in the `days` after the day a year before, for each that the closed form forecast on that day."""
    then = day - YEAR
    if then - purchases.first_day < days or days > YEAR:
        return None
    known = histories(purchases, then)
    if known.size < _WEIGHT:
        return None
    rates = bgnbd.fit(known.repeats, known.recency, known.age)
    forecast = float(rates.expected(known.repeats, known.recency, known.age, days).sum())
    real = float(outcome(purchases, known, days).orders.sum())
    return float(np.clip((real + _WEIGHT) / (forecast + _WEIGHT), *_LIKELY))
