"""Which of a few kinds each person prefers: own counts, shrunk to the shares of all (empirical Bayes)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from habitue.insights.models.histories import Floats, Ints

STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0)
Z = 1.96


@dataclass(frozen=True, slots=True)
class Preferred:
    """The best kind of each person, its shrunk share with 95 % bounds, and how many events were seen."""

    best: Ints
    share: Floats
    low: Floats
    high: Floats
    seen: Floats


@dataclass(frozen=True, slots=True)
class Hits:
    """How often later events were of the kind told: by the own preference, and by the most common kind of all."""

    own: float
    common: float
    error: float
    events: int
    people: int
    strength: float

    @property
    def is_better(self) -> bool:
        """Whether the own preference beats the most common kind by more than chance."""
        return self.own - self.common > 2 * self.error


def preferred(counts: Floats, strength: float, overall: Floats | None = None) -> Preferred:
    """The preference of each row of `counts` (people by kinds).

    `overall` are the counts of all people, where `counts` are those of some.
    """
    share = _shrunk(counts, strength, overall)
    best = share.argmax(axis=1)
    top = share[np.arange(len(share)), best]
    spread = Z * np.sqrt(top * (1 - top) / (counts.sum(axis=1) + strength + 1))
    return Preferred(best, top, np.maximum(top - spread, 0), np.minimum(top + spread, 1), counts.sum(axis=1))


def tested(before: Floats, after: Floats) -> Hits:
    """Foretell the kind of later events from earlier ones; the strength of shrinking is the likeliest one."""
    active = (before.sum(axis=1) > 0) & (after.sum(axis=1) > 0)
    known, later = before[active], after[active]
    events = int(later.sum())
    if not events:
        return Hits(float("nan"), float("nan"), float("nan"), 0, 0, STRENGTHS[2])
    fits = [float((later * np.log(np.maximum(_shrunk(known, s), 1e-9))).sum()) for s in STRENGTHS]
    strength = STRENGTHS[int(np.argmax(fits))]
    own = later[np.arange(len(later)), preferred(known, strength).best]
    common = later[:, int(before.sum(axis=0).argmax())]
    differs = (own - common) / np.maximum(later.sum(axis=1), 1)
    error = float(differs.std() / np.sqrt(len(later)))
    return Hits(float(own.sum()) / events, float(common.sum()) / events, error, events, len(later), strength)


def _shrunk(counts: Floats, strength: float, overall: Floats | None = None) -> Floats:
    overall = (counts.sum(axis=0) if overall is None else overall) + 1e-6
    found: Floats = (counts + strength * overall / overall.sum()) / (counts.sum(axis=1, keepdims=True) + strength)
    return found
