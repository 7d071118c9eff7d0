"""How wrong a forecast was: a few figures on arrays."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata  # type: ignore[import-untyped]

from habitue.insights.models.histories import Flags, Floats


def rmse(forecast: Floats, real: Floats) -> float:
    """The root of the mean squared error."""
    return float(np.sqrt(np.mean((forecast - real) ** 2)))


def total_error(forecast: Floats, real: Floats) -> float:
    """How far the sum of all forecasts is from the real sum, as a share of it."""
    total = float(real.sum())
    return float(forecast.sum()) / total - 1 if total else float("nan")


def auc(score: Floats, happened: Flags) -> float:
    """The chance that one to whom it happened has a higher score than one to whom it did not; ties count half."""
    positive = int(happened.sum())
    negative = len(happened) - positive
    if not positive or not negative:
        return float("nan")
    ranks = rankdata(score)
    return float((ranks[happened].sum() - positive * (positive + 1) / 2) / (positive * negative))


def auc_error(area: float, positive: int, negative: int) -> float:
    """The standard error of an area under the curve (Hanley, McNeil 1982)."""
    if not positive or not negative:
        return float("nan")
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (positive - 1) * (q1 - area**2) + (negative - 1) * (q2 - area**2)
    return float(np.sqrt(max(spread, 0.0) / (positive * negative)))


def brier(chance: Floats, happened: Flags) -> float:
    """The mean squared error of a probability."""
    return float(np.mean((chance - happened) ** 2))


def captured(forecast: Floats, money: Floats, share: float = 0.1) -> float:
    """The part of all money that came from the `share` of customers with the highest forecast."""
    total = float(money.sum())
    best = np.argsort(-forecast, kind="stable")[: max(int(np.ceil(len(forecast) * share)), 1)]
    return float(money[best].sum()) / total if total > 0 else float("nan")


def tenths(forecast: Floats, real: Floats, parts: int = 10) -> list[tuple[int, float, float]]:
    """Customers by forecast in `parts` equal parts, lowest first: how many, mean forecast, mean of what came."""
    order = np.argsort(forecast, kind="stable")
    found = [part for part in np.array_split(order, min(parts, max(len(order), 1))) if len(part)]
    return [(len(part), float(forecast[part].mean()), float(real[part].mean())) for part in found]
