"""When the next purchase comes, if it comes within a number of days: a Lomax distribution, cut off there."""

from __future__ import annotations

import numpy as np

from habitue.insights.models.bgnbd import Rates
from habitue.insights.models.histories import Floats, Histories

LEVELS = (0.25, 0.5, 0.75)


def quantiles(rates: Rates, known: Histories, days: int, levels: tuple[float, float, float] = LEVELS) -> Floats:
    """Days until the next purchase at each level, one column a level, given that it comes within `days`.

    A customer's rate after x repeats in T days is gamma with shape r + x and rate alpha + T, so that the wait is
    Lomax; of that, the part up to `days` counts.
    """
    shape, scale = (rates.r + known.repeats)[:, None], (rates.alpha + known.age)[:, None]
    within = -np.expm1(shape * np.log(scale / (scale + days)))
    share = np.asarray(levels)[None, :] * within
    found: Floats = scale * np.expm1(-np.log1p(-share) / shape)
    return np.clip(found, 0.0, days)


def levels_reached(rates: Rates, known: Histories, days: int, wait: Floats) -> Floats:
    """At which level of its distribution each `wait` lay."""
    shape, scale = rates.r + known.repeats, rates.alpha + known.age
    within = -np.expm1(shape * np.log(scale / (scale + days)))
    found: Floats = -np.expm1(shape * np.log(scale / (scale + wait))) / within
    return found
