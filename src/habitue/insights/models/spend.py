"""What a purchase of each customer is worth: Gamma-Gamma where its assumption holds, else the shrunk own mean.

Fader, Hardie (2013), the gamma-gamma model of monetary value: a customer's purchases vary around his or her own
mean (shape p), and the means vary between customers (shape q, scale gamma). It assumes that how much somebody
spends has nothing to do with how often; a correlation outside ±0.2 speaks against it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import gammaln, psi  # type: ignore[import-untyped]

from habitue.insights.models.histories import Floats

MOST_CORRELATION = 0.2
LEAST_CUSTOMERS = 50


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The fitted model; money in the units it was fitted in."""

    p: float
    q: float
    gamma: float

    def mean(self, count: Floats, average: Floats) -> Floats:
        """What the next purchase of each is expected to be worth, from `count` purchases of `average`."""
        weighted = self.gamma + count * np.nan_to_num(average)
        found: Floats = self.p * weighted / (self.p * count + self.q - 1)
        return found


@dataclass(frozen=True, slots=True)
class ShrunkMean:
    """The own mean, drawn to `overall` as much as `weight` purchases of it would."""

    overall: float
    weight: float

    def mean(self, count: Floats, average: Floats) -> Floats:
        """What the next purchase of each is expected to be worth."""
        found: Floats = (count * np.nan_to_num(average) + self.weight * self.overall) / (count + self.weight)
        return found


def correlation(count: Floats, average: Floats) -> float:
    """How far frequency and value go together among customers who came back."""
    keep = (count > 0) & (average > 0)
    if keep.sum() < LEAST_CUSTOMERS or np.ptp(count[keep]) == 0 or np.ptp(average[keep]) == 0:
        return 0.0
    return float(np.corrcoef(count[keep], average[keep])[0, 1])


def gamma_gamma(count: Floats, average: Floats) -> GammaGamma | None:
    """The most likely model of customers with `count` repeat purchases of `average`; None where it does not fit.

    It does not fit with fewer than 50 customers, correlated value and frequency, or means without a mean (q ≤ 1).
    """
    keep = (count > 0) & (average > 0)
    n, m = count[keep], average[keep]
    if len(n) < LEAST_CUSTOMERS or abs(correlation(n, m)) > MOST_CORRELATION:
        return None
    unit = float(np.median(m))
    data = (n, m / unit)
    bounds = ((-4.0, 6.0), (-2.0, 6.0), (-8.0, 8.0))
    found = minimize(
        _gamma_gamma, np.array([1.0, 1.2, 0.0]), args=data, jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-7},
    )  # fmt: skip
    p, q, gamma = (float(value) for value in np.exp(found.x))
    return GammaGamma(p, q, gamma * unit) if q > 1.05 else None


def shrunk_mean(count: Floats, average: Floats, within: float) -> ShrunkMean:
    """The own mean, shrunk by the variance `within` customers against that between them."""
    keep = (count > 0) & np.isfinite(average)
    if not keep.any():
        return ShrunkMean(0.0, 1.0)
    n, m = count[keep], average[keep]
    overall = float(np.mean(m))
    between = max(float(np.var(m)) - within * float(np.mean(1 / n)), 1e-3 * within, 1e-9)
    return ShrunkMean(overall, min(max(within / between, 0.05), 50.0))


def _gamma_gamma(point: Floats, n: Floats, m: Floats) -> tuple[float, Floats]:
    p, q, gamma = np.exp(point)
    shape, scale = p * n, gamma + n * m
    log_share = np.log(n * m) - np.log(scale)
    value = (
        gammaln(shape + q)
        - gammaln(shape)
        - gammaln(q)
        + q * (np.log(gamma) - np.log(scale))
        + shape * log_share
        - np.log(m)
    )
    by_p = n * (psi(shape + q) - psi(shape) + log_share)
    by_q = psi(shape + q) - psi(q) + np.log(gamma) - np.log(scale)
    by_gamma = q / gamma - (q + shape) / scale
    return -float(value.sum()), -np.array([p * by_p.sum(), q * by_q.sum(), gamma * by_gamma.sum()])
