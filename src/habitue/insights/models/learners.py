"""The rivals of the closed forms: boosting and regressions that learn from this business's own past."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, PoissonRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from habitue.insights.models import features
from habitue.insights.models.histories import Floats, Histories, Outcome

MOST_ROWS = 30_000
LEAST_ROWS = 200
LEAST_BUYERS = 30
LEAST_EXPECTED = 1e-3
MOST_STEPS = 255
"""As many different values of a figure as trees tell apart."""
_TREES = {
    "max_iter": 100,
    "learning_rate": 0.06,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 30,
    "l2_regularization": 5.0,
    "early_stopping": False,
    "random_state": 0,
}


@dataclass(frozen=True, slots=True)
class Steps:
    """Limits that cut each figure into steps.

    Trees that weigh their rows look for such limits one by one with a sort each, which takes longer than the trees
    themselves; of figures in so few steps they take every step as it is.
    """

    limits: tuple[Floats, ...]

    def of(self, values: Floats) -> Floats:
        """The number of each value's step."""
        columns = zip(self.limits, values.T, strict=True)
        return np.column_stack([np.searchsorted(limits, column) for limits, column in columns]).astype(float)


def steps(values: Floats, weight: Floats) -> Steps:
    """The steps of each column, which hold about the same weight."""
    shares = np.linspace(0, 1, MOST_STEPS + 1)[1:-1]

    def limits(column: Floats) -> Floats:
        order = np.argsort(column, kind="stable")
        reached = np.cumsum(weight[order])
        place = np.searchsorted(reached, shares * reached[-1])
        return np.unique(column[order][np.minimum(place, len(order) - 1)])

    return Steps(tuple(limits(column) for column in values.T))


@dataclass(frozen=True, slots=True)
class Learned:
    """Fitted on past windows of `days`: purchases by boosting, boosting on top of the closed form, and regression.

    `low` and `high` bound the features of the regressions to what was seen, so that no giant is extrapolated.
    """

    days: int
    boosting: Any
    correction: Any
    steps: Steps
    regression: Any
    logistic: Any
    boosted_logistic: Any
    low: Floats
    high: Floats

    def orders(self, known: Histories, expected: Floats) -> dict[str, Floats]:
        """Purchases in `days` by each rival; `expected` is what the closed form says for the same days."""
        everything, few = features.many(known), np.clip(features.few(known), self.low, self.high)
        with threadpool_limits(1):
            return {
                "boosting": self.boosting.predict(everything),
                "correction": self.correction.predict(self.steps.of(everything)) * np.maximum(expected, LEAST_EXPECTED),
                "regression": self.regression.predict(few),
            }

    def buys(self, known: Histories) -> dict[str, Floats]:
        """The probability of a purchase in `days` by each rival."""
        few = np.clip(features.few(known), self.low, self.high)
        with threadpool_limits(1):
            return {
                "logistic": self.logistic.predict_proba(few)[:, 1],
                "boosting": self.boosted_logistic.predict_proba(features.many(known))[:, 1],
            }


def learn(windows: Sequence[tuple[Histories, Outcome, Floats]]) -> Learned | None:
    """Learn from past windows of equal length: history, what followed, what the closed form expected.

    None with too little to learn from: fewer than 200 customers, or fewer than 30 who bought or who did not.
    """
    if not windows:
        return None
    orders = np.concatenate([after.orders for _known, after, _expected in windows])
    bought = orders > 0
    if len(orders) < LEAST_ROWS or min(bought.sum(), (~bought).sum()) < LEAST_BUYERS:
        return None
    everything = np.vstack([features.many(known) for known, _after, _expected in windows])
    few = np.vstack([features.few(known) for known, _after, _expected in windows])
    expected = np.maximum(np.concatenate([each for _known, _after, each in windows]), LEAST_EXPECTED)
    if len(orders) > MOST_ROWS:
        chosen = np.random.default_rng(7).choice(len(orders), MOST_ROWS, replace=False)
        everything, few, expected, orders = everything[chosen], few[chosen], expected[chosen], orders[chosen]
        bought = orders > 0
    cut = steps(everything, expected)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return Learned(
            days=windows[0][1].days,
            boosting=HistGradientBoostingRegressor(loss="poisson", **_TREES).fit(everything, orders),
            correction=HistGradientBoostingRegressor(loss="poisson", **_TREES).fit(
                cut.of(everything), orders / expected, sample_weight=expected
            ),
            steps=cut,
            regression=make_pipeline(StandardScaler(), PoissonRegressor(alpha=1e-3, max_iter=300)).fit(few, orders),
            logistic=make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(few, bought),
            boosted_logistic=HistGradientBoostingClassifier(**_TREES).fit(everything, bought),
            low=few.min(axis=0),
            high=few.max(axis=0),
        )
