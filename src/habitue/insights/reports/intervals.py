"""How sure a counted share or rate is: Wilson's interval, an exact Poisson test, and rates pulled to the whole."""

from __future__ import annotations

from math import sqrt

from scipy import stats

Z = 1.959963984540054
"""Two-sided 95 %."""


def wilson(hits: int, of: int, *, tests: int = 1) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson (1927); 0 to 1 when nobody was asked.

    With `tests`, so wide that all of that many intervals hold together in 95 % (Bonferroni).
    """
    if not of:
        return 0.0, 1.0
    z = Z if tests == 1 else float(stats.norm.isf(0.025 / tests))
    share, square = hits / of, z * z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def smoothed(hits: int, of: int, *, whole: float, weight: float = 20.0) -> float:
    """A share pulled towards that of the whole, as if `weight` more cases had the whole's share."""
    return (hits + whole * weight) / (of + weight) if of + weight else 0.0


def more_than_before(now: int, before: int, *, now_days: float, before_days: float) -> float:
    """The chance to count `now` or more in `now_days` if nothing had changed since `before` in `before_days`.

    The exact conditional test of two Poisson rates: given the sum, the newer count is binomial.
    """
    both = now + before
    if not both:
        return 1.0
    return float(stats.binom.sf(now - 1, both, now_days / (now_days + before_days)))
