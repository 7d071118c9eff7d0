"""Tell one kind of people from the others: logistic regression or boosting, judged on people it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]
from sklearn.neighbors import NearestNeighbors  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from habitue.insights.models import figures
from habitue.insights.models.histories import Flags, Floats

FOLDS = 5
BOOSTING_GAIN = 0.02
MOST_ROWS = 50_000
NEIGHBOURS = 5


@dataclass(frozen=True, slots=True)
class Separated:
    """The out-of-fold score of everybody by the method that won, and the area under the curve of every method."""

    method: str
    scores: Floats
    areas: dict[str, float]


def separate(rows: Floats, is_seed: Flags) -> Separated:
    """Score everybody's likeness to the seeds; nobody's score comes from a model that knew him or her.

    `rows` are features without missing values. Boosting wins only by more than 0.02 of area. Learns from at most
    50,000 people.
    """
    scores = {"logistic": np.zeros(len(rows)), "boosting": np.zeros(len(rows)), "neighbours": np.zeros(len(rows))}
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=7)
    chance = np.random.default_rng(7)
    with threadpool_limits(1):
        for train, test in folds.split(rows, is_seed):
            few = chance.permutation(train)[:MOST_ROWS]
            for name, model in _models().items():
                fitted = model.fit(rows[few], is_seed[few])
                scores[name][test] = fitted.predict_proba(rows[test])[:, 1]
            scores["neighbours"][test] = _near(rows, few[is_seed[few]], test)
    areas = {name: figures.auc(values, is_seed) for name, values in scores.items()}
    method = "boosting" if areas["boosting"] > areas["logistic"] + BOOSTING_GAIN else "logistic"
    return Separated(method, scores[method], areas)


def _models() -> dict[str, Any]:
    return {
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
        "boosting": HistGradientBoostingClassifier(
            max_iter=80, learning_rate=0.08, max_leaf_nodes=8, min_samples_leaf=20, early_stopping=False, random_state=0
        ),
    }


def _near(rows: Floats, seeds: Any, test: Any) -> Floats:
    """Minus the mean distance to the nearest seeds: what a look at the neighbours would say."""
    scale = np.maximum(rows.std(axis=0), 1e-9)
    nearest = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(seeds))).fit(rows[seeds[:2_000]] / scale)
    distance, _place = nearest.kneighbors(rows[test] / scale)
    found: Floats = -distance.mean(axis=1)
    return found
