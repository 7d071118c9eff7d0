"""Purchases (customer and day) from single amounts, with refunds taken off the purchases they belong to."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from habitue.insights.models.histories import Flags, Floats, Ints

SAME = 0.005


class Days(NamedTuple):
    """Purchases sorted by customer and day; money is NaN where no amount of the day is known."""

    customer: Ints
    day: Ints
    money: Floats


def without_refunds(*, customer: Ints, day: Ints, money: Floats, refund: Flags, customers: int) -> tuple[Days, int]:
    """Add up the orders of each customer and day and take refunds off; returns also how many purchases vanished.

    A refund belongs to the latest purchase before it of the same amount, which vanishes, else to the latest one that
    is worth more, which shrinks, else to the latest one, which then is worth nothing; without one it is ignored.
    """
    kept = _added(customer[~refund], day[~refund], money[~refund])
    if not refund.any():
        return kept, 0
    back = _added(customer[refund], day[refund], -np.abs(money[refund]))
    paid = kept.money.copy()
    places: dict[int, list[int]] = defaultdict(list)
    wanted = set(back.customer.tolist())
    for place in np.flatnonzero(np.isin(kept.customer, list(wanted))):
        places[int(kept.customer[place])].append(int(place))
    gone = np.zeros(len(paid), dtype=bool)
    for who, on, amount in zip(back.customer.tolist(), back.day.tolist(), (-back.money).tolist(), strict=True):
        before = [place for place in reversed(places.get(who, ())) if kept.day[place] <= on and not gone[place]]
        known = [place for place in before if np.isfinite(paid[place])]
        if not known or not np.isfinite(amount):
            continue
        same = next((place for place in known if abs(paid[place] - amount) <= SAME), None)
        if same is not None:
            gone[same] = True
            continue
        larger = next((place for place in known if paid[place] > amount), known[0])
        paid[larger] = max(paid[larger] - amount, 0.0)
    return Days(kept.customer[~gone], kept.day[~gone], paid[~gone]), int(gone.sum())


def _added(customer: Ints, day: Ints, money: Floats) -> Days:
    """One row a customer and day, the known amounts added."""
    order = np.lexsort((day, customer))
    customer, day, money = customer[order], day[order], money[order]
    if not len(day):
        return Days(customer, day, money)
    starts = np.flatnonzero(np.r_[True, (customer[1:] != customer[:-1]) | (day[1:] != day[:-1])])
    known = np.isfinite(money)
    total = np.add.reduceat(np.where(known, money, 0.0), starts)
    some = np.add.reduceat(known.astype(int), starts) > 0
    return Days(customer[starts], day[starts], np.where(some, total, np.nan))
