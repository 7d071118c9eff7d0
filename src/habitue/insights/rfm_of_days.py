"""Recency, frequency and money from days of money in arrays: what `rfm.scored` tells, several times as fast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from habitue.insights.groups import OVERDUE_AFTER, TOP_PARTS, VALUE_DAYS, YEAR_DAYS, group_codes
from habitue.insights.models.histories import Flags, Floats, Ints, Purchases, usual_gaps
from habitue.insights.money_days import MoneyDays, money_of, sums
from habitue.insights.rhythm import LEAST_DAYS, UNKNOWN_SHOP_DAYS

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class _Buyers:
    """What `rfm._buyers` tells of everybody who has bought, in the order of their numbers; money in ten-thousandths."""

    person: Ints
    frequency: Ints
    first: Ints
    last: Ints
    own_gap: Floats
    monetary: Ints
    yearly: Ints
    two_years: Ints
    bought_in_two_years: Flags
    other_orders: Ints


def scored(days: MoneyDays, on: date) -> pa.Table:
    """One row a buyer with the columns of `rfm.rfm`, seen from the day `on`."""
    today = (on - _EPOCH).days
    found = _buyers(days, today)
    recency = today - found.last
    has_own_rhythm = found.frequency >= 3
    known = found.own_gap[~np.isnan(found.own_gap)]
    shop_gap = max(float(np.median(known)) if len(known) else UNKNOWN_SHOP_DAYS, LEAST_DAYS)
    longer = np.maximum(np.nan_to_num(found.own_gap), shop_gap)
    rhythm = np.where(has_own_rhythm, np.maximum(found.own_gap, LEAST_DAYS), longer)
    return pa.table(
        {
            "profile_id": pa.array(days.people, pa.string()).take(pa.array(found.person)),
            "recency_days": pa.array(recency),
            "frequency": pa.array(found.frequency),
            "monetary": money_of(found.monetary),
            "r": pa.array(_fifth(-recency)),
            "f": pa.array(_fifth(found.frequency)),
            "m": pa.array(_fifth(found.monetary)),
            "rfm_group": group_codes(found.frequency, recency, rhythm, shop_gap),
            "first_on": _dates(found.first),
            "last_on": _dates(found.last),
            "rhythm_days": pa.array(rhythm),
            "shop_gap_days": pa.array(np.full(len(rhythm), shop_gap)),
            "has_own_rhythm": pa.array(has_own_rhythm),
            "yearly_money": money_of(found.yearly),
            "money_two_years": money_of(found.two_years),
            "other_orders": pa.array(found.other_orders),
            "is_overdue": pa.array(has_own_rhythm & (recency > rhythm * OVERDUE_AFTER)),
            "is_valuable": pa.array(_valuable(found)),
        }
    )


def _buyers(days: MoneyDays, today: int) -> _Buyers:
    size = len(days.people)
    is_purchase = days.orders > 0
    frequency = np.bincount(days.person[is_purchase], minlength=size)
    buyer = np.flatnonzero(frequency)
    kept = (frequency > 0)[days.person]
    number = (np.cumsum(frequency > 0) - 1)[days.person[kept]]
    day, units = days.day[kept].astype(np.int64), days.units[kept]
    bought_by, bought_on = number[is_purchase[kept]], day[is_purchase[kept]]
    ends = np.cumsum(frequency[buyer])
    first, last = bought_on[ends - frequency[buyer]], bought_on[ends - 1]
    recent = day > today - VALUE_DAYS
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    purchases = Purchases(len(buyer), bought_by, bought_on, np.empty(0), 0, today)
    return _Buyers(
        person=buyer,
        frequency=frequency[buyer],
        first=first,
        last=last,
        own_gap=usual_gaps(purchases, today),
        monetary=sums(units, starts),
        yearly=sums(np.where(day > last[number] - YEAR_DAYS, units, 0), starts),
        two_years=sums(np.where(recent, units, 0), starts),
        bought_in_two_years=last > today - VALUE_DAYS,
        other_orders=sums(days.other_orders[kept].astype(np.int64), starts),
    )


def _fifth(key: Ints) -> Ints:
    """1 to 5 by the share of buyers with a strictly smaller key, so that equal keys get equal scores."""
    found: Ints = _smaller(key) * TOP_PARTS // max(len(key), 1) + 1
    return found


def _smaller(key: Ints) -> Ints:
    """How many have a strictly smaller key."""
    found: Ints = np.searchsorted(np.sort(key), key, side="left")
    return found


def _valuable(found: _Buyers) -> Flags:
    """Fewer than a fifth of those who bought in two years spent strictly more."""
    inside = found.bought_in_two_years
    money = found.two_years[inside]
    told = np.zeros(len(inside), dtype=bool)
    told[inside] = (money > 0) & (_smaller(-money) * TOP_PARTS < len(money))
    return told


def _dates(days: Ints) -> pa.Array:
    return pa.array(days.astype(np.int32)).cast(pa.date32())
