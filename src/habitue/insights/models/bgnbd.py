"""How often customers buy, and whether they still do: BG/NBD, and NBD where nobody is seen to leave.

Fader, Hardie, Lee (2005), "Counting your customers" the easy way. A customer buys at a rate that differs from
customer to customer (gamma with shape r and rate alpha) and may leave for good after any purchase with a
probability that differs too (beta with a and b). Times are in days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import betaln, gammaln, psi, roots_genlaguerre, roots_jacobi  # type: ignore[import-untyped]

from habitue.insights.models.histories import Floats

LEAST_GAIN = 2.0
"""Drop-out is believed only when it makes the data e^2 times as likely."""
_BOUNDS = ((-9.0, 7.0), (-4.0, 12.0), (np.log(1e-3), np.log(100)), (np.log(1e-3), np.log(100)))
_NODES = 24
_MANY = 150.0
_MOST_GROUPS = 300_000


@dataclass(frozen=True, slots=True)
class Rates:
    """The fitted model: shape `r` and rate `alpha` of buying (in days), `a` and `b` of leaving.

    `leaves` is False for NBD: then nobody leaves, and `a` and `b` mean nothing. `log_likelihood` is that of the
    times in days.
    """

    r: float
    alpha: float
    a: float
    b: float
    leaves: bool
    log_likelihood: float

    def p_alive(self, repeats: Floats, recency: Floats, age: Floats) -> Floats:
        """The probability that each is still a customer."""
        if not self.leaves:
            return np.ones_like(repeats)
        odds = (
            np.log(self.a)
            - np.log(np.maximum(self.b + repeats - 1, 1e-9))
            + (self.r + repeats) * (np.log(self.alpha + age) - np.log(self.alpha + recency))
        )
        alive: Floats = 1 / (1 + np.exp(np.minimum(odds, 700)))
        return np.where(repeats > 0, alive, 1.0)

    def p_silent(self, repeats: Floats, age: Floats, days: float | Floats) -> Floats:
        """The probability that one who is still a customer buys nothing for `days`."""
        quiet: Floats = ((self.alpha + age) / (self.alpha + age + days)) ** (self.r + repeats)
        return quiet

    def p_buys(self, repeats: Floats, recency: Floats, age: Floats, days: float) -> Floats:
        """The probability of at least one purchase in the next `days`."""
        return self.p_alive(repeats, recency, age) * (1 - self.p_silent(repeats, age, days))

    def expected(self, repeats: Floats, recency: Floats, age: Floats, days: float) -> Floats:
        """The expected number of purchases in the next `days`.

        The mean over the leaving probability is taken by Gauss-Jacobi quadrature for each number of repeats, which
        stays exact where the hypergeometric series of the paper overflows.
        """
        shape, rate = self.r + repeats, self.alpha + age
        if not self.leaves:
            return shape / rate * days
        found = np.empty_like(repeats)
        for count in np.unique(repeats):
            chosen = repeats == count
            leaving, share = _leaving(self.a, self.b, float(count))
            quiet = np.exp(
                shape[chosen, None] * (np.log(rate[chosen, None]) - np.log(rate[chosen, None] + leaving * days))
            )
            found[chosen] = ((1 - quiet) / leaving) @ share
        return found * self.p_alive(repeats, recency, age)


def _leaving(a: float, b: float, repeats: float) -> tuple[Floats, Floats]:
    """Nodes and weights of the chance to leave of those who are still there after so many repeats.

    It is beta (a, b + repeats): they have survived that many chances. For many repeats that is gamma with shape a,
    up to the rounding of the quadrature.
    """
    stayed = b + repeats
    if stayed > _MANY:
        nodes, weights = roots_genlaguerre(_NODES, a - 1)
        return np.minimum(nodes / stayed, 1.0), weights / weights.sum()
    nodes, weights = roots_jacobi(_NODES, stayed - 1, a - 1)
    return (nodes + 1) / 2, weights / weights.sum()


def fit(repeats: Floats, recency: Floats, age: Floats) -> Rates:
    """The most likely model of repeat purchases, days from first to last, and days since the first.

    Customers with equal figures are counted together; above 300,000 different ones, times are rounded to weeks.
    """
    x, t_x, age_, count = _grouped(repeats, recency, age)
    plain = _minimum(_nbd, np.array([0.0, np.log(max(float(np.mean(age_)), 1.0))]), _BOUNDS[:2], (x, age_, count))
    r, alpha = np.exp(plain.x)
    start = np.array([plain.x[0], plain.x[1], 0.0, np.log(2.5)])
    full = _minimum(_bgnbd, start, _BOUNDS, (x, t_x, age_, count))
    if plain.fun - full.fun < LEAST_GAIN or np.exp(full.x[2]) <= 1.1e-3:
        return Rates(float(r), float(alpha), 1e-3, 1.0, leaves=False, log_likelihood=-float(plain.fun))
    r, alpha, a, b = (float(value) for value in np.exp(full.x))
    return Rates(r, alpha, a, b, leaves=True, log_likelihood=-float(full.fun))


def _minimum(target: Any, start: Floats, bounds: Any, data: tuple[Floats, ...]) -> Any:
    options = {"maxiter": 500, "ftol": 1e-12, "gtol": 1e-6}
    return minimize(target, start, args=data, jac=True, method="L-BFGS-B", bounds=bounds, options=options)


def _grouped(repeats: Floats, recency: Floats, age: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    def groups(unit: float) -> tuple[Any, Any]:
        t_x, whole = np.rint(recency / unit).astype(np.int64), np.rint(age / unit).astype(np.int64)
        width = int(whole.max(initial=0)) + 1
        key = (repeats.astype(np.int64) * width + t_x) * width + whole
        found, count = np.unique(key, return_counts=True)
        columns = np.stack([found // width**2, found // width % width, found % width]).astype(float)
        columns[1:] *= unit
        return columns, count

    columns, count = groups(1.0)
    if len(count) > _MOST_GROUPS:
        columns, count = groups(7.0)
    return columns[0], columns[1], columns[2], count.astype(float)


def _nbd(point: Floats, x: Floats, age: Floats, count: Floats) -> tuple[float, Floats]:
    r, alpha = np.exp(point)
    value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + age)
    by_r = psi(r + x) - psi(r) + np.log(alpha) - np.log(alpha + age)
    by_alpha = r / alpha - (r + x) / (alpha + age)
    return -float(count @ value), -np.array([r * (count @ by_r), alpha * (count @ by_alpha)])


def _bgnbd(point: Floats, x: Floats, t_x: Floats, age: Floats, count: Floats) -> tuple[float, Floats]:
    r, alpha, a, b = np.exp(point)
    kinds, place = np.unique(x, return_inverse=True)
    total = float(count.sum())
    log_age, log_last = np.log(alpha + age), np.log(alpha + t_x)
    shape = r + x
    stays = -shape * log_age
    before = np.where(kinds > 0, b + kinds - 1, 1.0)[place]
    leaves = np.where(x > 0, np.log(a) - np.log(before) - shape * log_last, -np.inf)
    both = np.logaddexp(stays, leaves)
    gone = np.exp(leaves - both)
    per_kind = np.bincount(place, weights=count)
    constant = per_kind @ (gammaln(r + kinds) - gammaln(r) + betaln(a, b + kinds) - betaln(a, b))
    # B(a, b + x) / B(a, b) is the chance to have stayed x times; a / (b + x - 1) turns the last of them into leaving.
    value = constant + total * r * np.log(alpha) + count @ both
    by_r = (
        per_kind @ (psi(r + kinds) - psi(r)) + total * np.log(alpha) - count @ (log_age + gone * (log_last - log_age))
    )
    by_alpha = total * r / alpha - count @ (shape * ((1 - gone) / (alpha + age) + gone / (alpha + t_x)))
    by_a = per_kind @ (psi(a + b) - psi(a + b + kinds)) + count @ gone / a
    by_b = per_kind @ (psi(a + b) + psi(b + kinds) - psi(b) - psi(a + b + kinds)) - count @ (gone / before)
    return -float(value), -np.array([r * by_r, alpha * by_alpha, a * by_a, b * by_b])
