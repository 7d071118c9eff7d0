"""Purchases as arrays, and what was known of every customer on a given day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
AnyInts = npt.NDArray[np.integer]
"""Numbers of any width: twenty million lines are half as large in 32 bits."""
Flags = npt.NDArray[np.bool_]

RECENT_DAYS = (30, 90, 180, 365)


@dataclass(frozen=True, slots=True)
class Purchases:
    """Every purchase (a customer's day with an order), sorted by customer and day.

    `customer` counts from 0 to `customers` - 1, `day` is days since 1970, `money` is NaN where it is not known.
    `first_day` and `last_day` bound what the data can know: nothing is said about days after `last_day`.
    """

    customers: int
    customer: Ints
    day: Ints
    money: Floats
    first_day: int
    last_day: int

    @property
    def span(self) -> int:
        """Days between the first and the last day."""
        return self.last_day - self.first_day

    def of(self, chosen: Flags) -> Purchases:
        """The purchases of some customers, numbered anew; `chosen` has one flag a customer."""
        numbers = np.cumsum(chosen) - 1
        keep = chosen[self.customer]
        return Purchases(
            customers=int(chosen.sum()),
            customer=numbers[self.customer[keep]],
            day=self.day[keep],
            money=self.money[keep],
            first_day=self.first_day,
            last_day=self.last_day,
        )


@dataclass(frozen=True, slots=True)
class Histories:
    """What was known at the end of `day` of each customer who had bought by then.

    `customer` are their numbers, `repeats` the purchases after the first, `recency` the days from the first to the
    last purchase, `age` the days since the first one, `silence` those since the last. `money` is the sum of
    `priced` purchases with a known amount, `last_money` that of the last purchase, `repeat_money` and
    `repeat_priced` the same without the first purchase; `recent` has one column for each of RECENT_DAYS with the
    number of purchases; `gap` is the mean pause (NaN without repeats) and `last_gap` the latest one.
    """

    day: int
    customer: Ints
    repeats: Floats
    recency: Floats
    age: Floats
    money: Floats
    priced: Floats
    repeat_money: Floats
    repeat_priced: Floats
    last_money: Floats
    recent: Floats
    gap: Floats
    last_gap: Floats
    gap_spread: Floats

    @property
    def silence(self) -> Floats:
        """Days since the last purchase."""
        return self.age - self.recency

    @property
    def size(self) -> int:
        """How many customers there were."""
        return len(self.customer)


def histories(purchases: Purchases, day: int) -> Histories:
    """What was known of every customer at the end of `day`."""
    keep = purchases.day <= day
    code, on, money = purchases.customer[keep], purchases.day[keep], purchases.money[keep]
    if not len(code):
        none = np.empty(0)
        return Histories(
            day=day, customer=np.empty(0, np.int64), repeats=none, recency=none, age=none, money=none, priced=none,
            repeat_money=none, repeat_priced=none, last_money=none, recent=np.empty((0, len(RECENT_DAYS))), gap=none,
            last_gap=none, gap_spread=none,
        )  # fmt: skip
    starts = np.flatnonzero(np.r_[True, code[1:] != code[:-1]])
    ends = np.r_[starts[1:], len(code)] - 1
    counts = (ends - starts + 1).astype(float)
    known = ~np.isnan(money)
    paid = np.where(known, money, 0.0)
    total, priced = np.add.reduceat(paid, starts), np.add.reduceat(known.astype(float), starts)
    first, last = on[starts].astype(float), on[ends].astype(float)
    recent = np.column_stack([np.add.reduceat((on > day - days).astype(float), starts) for days in RECENT_DAYS])
    gaps = np.diff(on, prepend=on[:1]).astype(float)
    gaps[starts] = 0.0
    repeats = counts - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = np.where(repeats > 0, (last - first) / repeats, np.nan)
        square = np.add.reduceat(gaps**2, starts) / repeats
        spread = np.sqrt(np.maximum(square - gap**2, 0.0))
    return Histories(
        day=day,
        customer=code[starts],
        repeats=repeats,
        recency=last - first,
        age=day - first,
        money=total,
        priced=priced,
        repeat_money=total - paid[starts],
        repeat_priced=priced - known[starts],
        last_money=money[ends],
        recent=recent,
        gap=gap,
        last_gap=np.where(repeats > 0, gaps[ends], np.nan),
        gap_spread=np.where(repeats > 1, spread, np.nan),
    )


def usual_gaps(purchases: Purchases, day: int) -> Floats:
    """The median pause of each customer of `histories(purchases, day)` in days, NaN without repeats."""
    keep = purchases.day <= day
    code, on = purchases.customer[keep], purchases.day[keep]
    if not len(code):
        return np.empty(0)
    is_first = np.r_[True, code[1:] != code[:-1]]
    starts = np.flatnonzero(is_first)
    repeats = np.diff(np.r_[starts, len(code)]) - 1
    gaps = np.where(is_first, 0, np.diff(on, prepend=on[0]))
    # Customer and pause in one number are sorted several times faster than by two keys.
    ordered = np.sort((code.astype(np.int64) << 32) + gaps) & 0xFFFFFFFF
    low, high = starts + (repeats + 1) // 2, starts + 1 + repeats // 2
    middle = (ordered[low] + ordered[np.minimum(high, starts + repeats)]) / 2
    found: Floats = np.where(repeats > 0, middle, np.nan)
    return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the customers of a history did in the `days` after it: purchases, money, days until the next one.

    `wait` is NaN for those who did not buy; `money` leaves unknown amounts out.
    """

    days: int
    orders: Floats
    money: Floats
    wait: Floats


def outcome(purchases: Purchases, known: Histories, days: int) -> Outcome:
    """What happened in the `days` after the day of `known`."""
    keep = (purchases.day > known.day) & (purchases.day <= known.day + days)
    code, on, money = purchases.customer[keep], purchases.day[keep], purchases.money[keep]
    size = purchases.customers
    orders: Floats = np.bincount(code, minlength=size).astype(float)
    spent: Floats = np.bincount(code, weights=np.nan_to_num(money), minlength=size).astype(float)
    wait = np.full(size, np.nan)
    backwards = slice(None, None, -1)
    wait[code[backwards]] = (on - known.day)[backwards]
    return Outcome(days, orders[known.customer], spent[known.customer], wait[known.customer])
