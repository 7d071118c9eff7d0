"""How often people come back: each person's own pause between purchases, and the shop's usual one."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

LEAST_DAYS = 7
"""A pause shorter than a week counts as a week, or else a weekend would make a daily buyer overdue."""
UNKNOWN_SHOP_DAYS = 90
"""The usual pause of a shop where nobody has come back yet."""


def with_gaps(days: ir.Table) -> ir.Table:
    """The days of money of each person (profile_id, on, orders, …) with `gap` and `last_on`.

    `gap` is the number of days since the purchase before, null on a first purchase and on days without one;
    `last_on` is the day of the person's last purchase.
    """
    marked = days.mutate(bought_on=ibis.ifelse(days.orders > 0, days.on, ibis.null("date")))
    person = ibis.window(group_by=marked.profile_id)
    purchases = ibis.window(
        group_by=[marked.profile_id, marked.bought_on.notnull()], order_by=marked.on.asc(nulls_first=False)
    )
    return marked.mutate(
        last_on=marked.bought_on.max().over(person),
        gap=marked.bought_on.delta(marked.bought_on.lag().over(purchases), unit="day").cast("float64"),
    )


def with_rhythm(people: ir.Table) -> ir.Table:
    """Buyers (profile_id, frequency, own_gap, …) with rhythm_days, shop_gap_days and has_own_rhythm.

    `own_gap` is the median pause between a person's purchases. With three purchases or more it is the own rhythm.
    With two the rhythm is the longer of the one pause and the shop's, with one the shop's. The shop's usual pause
    is the median, over the people who came back, of each one's median pause: everybody counts once. Pauses are in
    days, at least LEAST_DAYS.
    """
    shop = people.own_gap.median().over(ibis.window()).fill_null(UNKNOWN_SHOP_DAYS)
    both = people.mutate(shop_gap_days=ibis.greatest(shop, LEAST_DAYS), has_own_rhythm=people.frequency >= 3)
    longer = ibis.greatest(both.own_gap.fill_null(0), both.shop_gap_days)
    own = ibis.greatest(both.own_gap, LEAST_DAYS)
    return both.mutate(rhythm_days=ibis.ifelse(both.has_own_rhythm, own, longer))
