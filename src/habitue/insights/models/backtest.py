"""The rolling back-test: forecasts as they would have been made on past days, beside what then happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from habitue.insights.models import figures
from habitue.insights.models.bgnbd import Rates
from habitue.insights.models.forecast import Forecasts, train
from habitue.insights.models.histories import Floats, Histories, Outcome, Purchases, histories, outcome

MOST_CUSTOMERS = 10_000
MOST_TESTS = 3
YEAR = 365
LEAST_CUSTOMERS = 40
LEAST_BUYERS = 15
LEAST_DAYS = 14
NEARLY = 1.005
"""Rivals whose error is within this factor of the best one are told apart by their total."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One past day: what was known, what every rival forecast, and what happened in the days after it.

    `last_period` are the purchases in as many days before, `lateness` the silence in units of the usual pause.
    `usual` and `usual_share` are how many purchases, and which share with one, those had in the days before who were
    customers then.
    """

    day: int
    known: Histories
    rates: Rates
    forecasts: Forecasts
    after: Outcome
    last_period: Floats
    lateness: Floats
    usual: float
    usual_share: float


@dataclass(frozen=True, slots=True)
class Tested:
    """All past days that were tested; `days` is how far ahead, `whole_days` how far the forecast shall reach."""

    days: int
    whole_days: int
    cuts: tuple[Cut, ...]

    @property
    def buyers(self) -> int:
        """How often somebody bought in the days after a cut."""
        return int(sum((cut.after.orders > 0).sum() for cut in self.cuts))


@dataclass(frozen=True, slots=True)
class Scored:
    """Mean figures of one rival over all cuts."""

    name: str
    figures: Mapping[str, float]


def sampled(purchases: Purchases) -> Purchases:
    """At most 10,000 customers, drawn at random but always the same ones."""
    if purchases.customers <= MOST_CUSTOMERS:
        return purchases
    chosen = np.zeros(purchases.customers, dtype=bool)
    chosen[np.random.default_rng(7).choice(purchases.customers, MOST_CUSTOMERS, replace=False)] = True
    return purchases.of(chosen)


def test_days(span: int, days: int) -> int:
    """How far ahead can be tested: as far as asked for, at most a third of what is known."""
    return min(days, span // 3)


def test(purchases: Purchases, days: int) -> Tested:
    """Forecast `days` ahead from past days, at most a year back, and look what happened; purchases are a sample.

    The past days are one, two and three lengths before the last day, and one year before it where that is known, so
    that one test has the season of the forecast.
    """
    ahead = test_days(purchases.span, days)
    if ahead < LEAST_DAYS:
        return Tested(ahead, days, ())
    starts = [purchases.last_day - ahead * number for number in range(1, MOST_TESTS + 1)]
    starts += [purchases.last_day - YEAR] if ahead * (MOST_TESTS + 1) <= YEAR else []
    known = [day for day in starts if day - purchases.first_day >= ahead]
    cuts = [_cut(purchases, day, ahead) for day in known]
    return Tested(ahead, days, tuple(cut for cut in cuts if cut is not None))


def _cut(purchases: Purchases, day: int, ahead: int) -> Cut | None:
    known, after = histories(purchases, day), None
    if known.size < LEAST_CUSTOMERS:
        return None
    after = outcome(purchases, known, ahead)
    if (after.orders > 0).sum() < LEAST_BUYERS:
        return None
    trained = train(purchases, day, test_days(day - purchases.first_day, ahead))
    before = histories(purchases, day - ahead)
    then = np.zeros(purchases.customers)
    then[before.customer] = before.repeats + 1
    last_period = known.repeats + 1 - then[known.customer]
    were = last_period[then[known.customer] > 0]
    were = were if len(were) >= LEAST_CUSTOMERS else last_period
    return Cut(
        day=day,
        known=known,
        rates=trained.rates,
        forecasts=trained.forecasts(known, ahead),
        after=after,
        last_period=last_period,
        lateness=known.silence / usual_pause(known),
        usual=float(were.mean()),
        usual_share=float(np.mean(were > 0)),
    )


def usual_pause(known: Histories) -> Floats:
    """Each customer's own mean pause, at least a week; with one purchase the median of the others."""
    others = float(np.nanmedian(known.gap)) if np.isfinite(known.gap).any() else 90.0
    found: Floats = np.maximum(np.where(np.isnan(known.gap), others, known.gap), 7.0)
    return found


def order_scores(tested: Tested) -> tuple[Scored, ...]:
    """The error of every rival's expected purchases, baselines included, the smallest first."""
    found = []
    for name in _rivals([cut.forecasts.orders for cut in tested.cuts]):
        found.append(_orders(name, [(cut.forecasts.orders[name], cut.after.orders) for cut in tested.cuts]))
    found.append(_orders("last_period", [(cut.last_period, cut.after.orders) for cut in tested.cuts]))
    flat = [(np.full(cut.known.size, cut.usual), cut.after.orders) for cut in tested.cuts]
    found.append(_orders("everybody_alike", flat))
    return tuple(sorted(found, key=lambda each: each.figures["rmse"]))


def chance_scores(tested: Tested) -> tuple[Scored, ...]:
    """The error of every rival's probability of buying, baselines included, the smallest first."""
    found = []
    for name in _rivals([cut.forecasts.buys for cut in tested.cuts]):
        found.append(_chances(name, [(cut.forecasts.buys[name], cut.after.orders) for cut in tested.cuts]))
    flat = [(np.full(cut.known.size, cut.usual_share), cut.after.orders) for cut in tested.cuts]
    found.append(_chances("everybody_alike", flat))
    rule = [(np.where(cut.lateness <= 2, 0.999, 0.001) - cut.lateness * 1e-9, cut.after.orders) for cut in tested.cuts]
    found.append(_chances("own_rhythm", [(-cut.lateness, cut.after.orders) for cut in tested.cuts], rule))
    return tuple(sorted(found, key=lambda each: each.figures["brier"]))


def worth_scores(tested: Tested, orders: str) -> tuple[Scored, ...]:
    """The error of every rival's money in the days after, with the purchases of the rival `orders`."""
    found = []
    for name in _rivals([cut.forecasts.worth for cut in tested.cuts]):
        pairs = [(cut.forecasts.orders[orders] * cut.forecasts.worth[name], cut.after.money) for cut in tested.cuts]
        found.append(_money(name, pairs))
    past = [(_former_money(cut), cut.after.money) for cut in tested.cuts]
    found.append(_money("last_period", past))
    return tuple(sorted(found, key=lambda each: each.figures["mae"]))


def best(scores: tuple[Scored, ...], measure: str, baselines: frozenset[str], tie: str = "") -> Scored | None:
    """The rival with the smallest error; among nearly equal ones that with the smallest `tie`."""
    rivals = [each for each in scores if each.name not in baselines and np.isfinite(each.figures[measure])]
    if not rivals:
        return None
    least = min(each.figures[measure] for each in rivals)
    near = [each for each in rivals if each.figures[measure] <= least * NEARLY]
    return min(near, key=lambda each: abs(each.figures[tie])) if tie else near[0]


def _rivals(forecasts: list[Mapping[str, Floats]]) -> list[str]:
    """The names that every cut knows."""
    return [name for name in forecasts[0] if all(name in each for each in forecasts)] if forecasts else []


def _mean(name: str, rows: list[dict[str, float]]) -> Scored:
    keys = rows[0] if rows else {}
    return Scored(name, {key: float(np.mean([row[key] for row in rows])) for key in keys})


def _orders(name: str, pairs: list[tuple[Floats, Floats]]) -> Scored:
    rows = [
        {
            "rmse": figures.rmse(forecast, real),
            "total": figures.total_error(forecast, real),
            "off": abs(figures.total_error(forecast, real)),
            "auc": figures.auc(forecast, real > 0),
        }
        for forecast, real in pairs
    ]
    return _mean(name, rows)


def _chances(name: str, pairs: list[tuple[Floats, Floats]], rule: list[tuple[Floats, Floats]] | None = None) -> Scored:
    rows = [
        {"auc": figures.auc(forecast, real > 0), "brier": figures.brier(stated, real > 0)}
        for (forecast, real), (stated, _real) in zip(pairs, rule or pairs, strict=True)
    ]
    return _mean(name, rows)


def _money(name: str, pairs: list[tuple[Floats, Floats]]) -> Scored:
    rows = [
        {
            "mae": float(np.mean(np.abs(forecast - real))),
            "rmse": figures.rmse(forecast, real),
            "total": figures.total_error(forecast, real),
            "top_tenth": figures.captured(forecast, real),
        }
        for forecast, real in pairs
    ]
    return _mean(name, rows)


def _former_money(cut: Cut) -> Floats:
    average = cut.known.money / np.maximum(cut.known.priced, 1)
    found: Floats = cut.last_period * average
    return found
