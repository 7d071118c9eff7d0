"""When a second purchase comes: the discrete hazard by days since the first one.

Customers who may still buy are censored, not counted as lost: each day's hazard looks only at those who were watched
on that day (Kaplan, Meier 1958).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from habitue.insights.models.histories import Floats, Purchases

MOST_DAYS = 730
LEAST_AT_RISK = 20


@dataclass(frozen=True, slots=True)
class Second:
    """`reached[d]` is the share who bought a second time within d days.

    It is known up to `days`; of longer waits too few were watched.
    """

    reached: Floats
    days: int

    def within(self, days: float) -> float:
        """The share of all customers with a second purchase within `days` of the first."""
        return float(self.reached[int(min(max(days, 0), self.days))])

    def chance(self, silent: Floats, days: int) -> Floats:
        """The chance of a second purchase in the next `days` for those `silent` for so long since the first."""
        now = np.minimum(silent, self.days).astype(int)
        then = np.minimum(silent + days, self.days).astype(int)
        left = 1 - self.reached[now]
        found: Floats = np.where(left > 1e-9, (self.reached[then] - self.reached[now]) / np.maximum(left, 1e-9), 0.0)
        known: Floats = np.where(silent + days > self.days + days // 2, np.nan, found)
        return known


def waits(purchases: Purchases, day: int) -> tuple[Floats, Floats]:
    """Days from each customer's first purchase to the second by `day` (NaN if none), and days watched since then."""
    keep = purchases.day <= day
    code, on = purchases.customer[keep], purchases.day[keep]
    starts = np.flatnonzero(np.r_[True, code[1:] != code[:-1]]) if len(code) else np.empty(0, np.int64)
    ends = np.r_[starts[1:], len(code)]
    has_second = ends - starts > 1
    second = np.full(len(starts), np.nan)
    second[has_second] = on[starts[has_second] + 1] - on[starts[has_second]]
    return second, (day - on[starts]).astype(float)


def second_purchase(wait: Floats, watched: Floats) -> Second:
    """The share with a second purchase by days since the first, from complete and censored waits."""
    came = np.isfinite(wait)
    end = np.minimum(np.where(came, wait, watched), MOST_DAYS).astype(int)
    longest = int(end.max(initial=0))
    leaving = np.bincount(end, minlength=longest + 1)
    events = np.bincount(end[came & (np.nan_to_num(wait) <= MOST_DAYS)], minlength=longest + 1)
    at_risk = leaving[::-1].cumsum()[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(at_risk > 0, events / np.maximum(at_risk, 1), 0.0)
    known = np.flatnonzero(at_risk >= LEAST_AT_RISK)
    days = int(known.max(initial=0))
    return Second(1 - np.cumprod(1 - hazard), days)
