"""Groups of similar customers: k-means whose number of groups is the one that comes out the same from every start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from habitue.insights.models.histories import Floats, Ints

MOST_ROWS = 20_000
SEEDS = 6
GROUPS = (6, 5, 4, 3)
STABLE = 0.9
LEAST_SHARE = 0.03
BLOCK = 100_000


@dataclass(frozen=True, slots=True)
class Clusters:
    """The centres in standard units, how to get there, and how alike the groups of different starts are (ARI)."""

    centres: Floats
    middle: Floats
    spread: Floats
    stability: float

    def nearest(self, rows: Floats) -> Ints:
        """The nearest centre of each row."""
        found = np.empty(len(rows), np.int64)
        for start in range(0, len(rows), BLOCK):
            part = (rows[start : start + BLOCK] - self.middle) / self.spread
            far = (self.centres**2).sum(axis=1)[None, :] - 2 * part @ self.centres.T
            found[start : start + BLOCK] = far.argmin(axis=1)
        return found


def find(rows: Floats) -> Clusters:
    """The largest number of groups that is stable under reseeding; else the most stable one, with its stability."""
    few = rows
    if len(rows) > MOST_ROWS:
        few = rows[np.random.default_rng(7).choice(len(rows), MOST_ROWS, replace=False)]
    middle, spread = few.mean(axis=0), np.maximum(few.std(axis=0), 1e-9)
    scaled = (few - middle) / spread
    # In an order of their own, so that the same customers make the same groups whatever ids they have.
    scaled = scaled[np.lexsort(scaled.T)]
    best: Clusters | None = None
    with threadpool_limits(1):
        for groups in GROUPS:
            if len(few) < groups * 20:
                continue
            runs = [KMeans(groups, n_init=3, random_state=seed).fit(scaled) for seed in range(SEEDS)]
            labels = [run.labels_ for run in runs]
            alike = [adjusted_rand_score(a, b) for i, a in enumerate(labels) for b in labels[i + 1 :]]
            finest = min(runs, key=lambda run: float(run.inertia_))
            smallest = np.bincount(finest.labels_, minlength=groups).min() / len(few)
            found = Clusters(finest.cluster_centers_, middle, spread, float(np.mean(alike)))
            if found.stability >= STABLE and smallest >= LEAST_SHARE:
                return found
            if best is None or found.stability > best.stability:
                best = found
    if best is None:
        return Clusters(np.zeros((1, rows.shape[1])), middle, spread, 0.0)
    return Clusters(best.centres, middle, spread, min(best.stability, STABLE - 0.001))
