"""Uplift: whom a message moves, judged by the Qini coefficient as scikit-uplift defines it."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from habitue.insights.models.histories import Flags, Floats

FOLDS = 5
DRAWS = 200


def uplift_scores(rows: Floats, treated: Flags, happened: Flags) -> Floats:
    """How much likelier each is to respond when treated: two logistic regressions, out of fold."""
    found = np.zeros(len(rows))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=7)
    with threadpool_limits(1):
        for train, test in folds.split(rows, treated.astype(int) * 2 + happened):
            chance = []
            for group in (treated, ~treated):
                inside = train[group[train]]
                if happened[inside].all() or not happened[inside].any():
                    chance.append(np.full(len(test), float(happened[inside].mean())))
                    continue
                model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
                chance.append(model.fit(rows[inside], happened[inside]).predict_proba(rows[test])[:, 1])
            found[test] = chance[0] - chance[1]
    return found


def curve(score: Floats, treated: Flags, happened: Flags) -> tuple[Floats, Floats]:
    """The Qini curve: how many were reached, and the extra responses among them, from the highest score down."""
    order = np.argsort(-score, kind="mergesort")
    score, treated, happened = score[order], treated[order], happened[order]
    last = np.flatnonzero(np.r_[np.diff(score) != 0, True])
    reached_t, reached_all = np.cumsum(treated)[last].astype(float), last + 1.0
    reached_c = reached_all - reached_t
    came_t, came_c = np.cumsum(happened * treated)[last], np.cumsum(happened * ~treated)[last]
    extra = came_t - came_c * np.divide(reached_t, reached_c, out=np.zeros_like(reached_t), where=reached_c > 0)
    return np.r_[0.0, reached_all], np.r_[0.0, extra]


def coefficient(score: Floats, treated: Flags, happened: Flags) -> float:
    """The area between curve and chance, as a share of that of a perfect order (with negative effects)."""
    own = _area(*curve(score, treated, happened))
    # The best possible order: responders who were treated first, responders who were not treated last.
    best = np.where(happened, np.where(treated, 1.0, -1.0), 0.0)
    perfect = _area(*curve(best, treated, happened))
    flat = _area(*_line(treated, happened))
    return float((own - flat) / (perfect - flat)) if perfect != flat else 0.0


def interval(score: Floats, treated: Flags, happened: Flags) -> tuple[float, float]:
    """Bounds that hold the coefficient in 95 of 100 bootstrap samples."""
    chance = np.random.default_rng(7)
    size = len(score)
    found = []
    for _draw in range(DRAWS):
        rows = chance.integers(0, size, size)
        found.append(coefficient(score[rows], treated[rows], happened[rows]))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _line(treated: Flags, happened: Flags) -> tuple[Floats, Floats]:
    all_of = float(len(treated))
    came_t, came_c = float((happened & treated).sum()), float((happened & ~treated).sum())
    controls = float((~treated).sum())
    extra = came_t - came_c * float(treated.sum()) / controls if controls else came_t
    return np.array([0.0, all_of]), np.array([0.0, extra])


def _area(x: Floats, y: Floats) -> float:
    return float(np.trapezoid(y, x))
