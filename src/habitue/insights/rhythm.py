"""How often people come back: each person's own pause between purchases, and the shop's usual one."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

LEAST_DAYS = 7
"""A pause shorter than a week counts as a week, or else a weekend would make a daily buyer overdue."""
UNKNOWN_SHOP_DAYS = 90
"""The usual pause of a shop where nobody has come back yet."""


def rhythm(purchases: ir.Table) -> ir.Table:
    """Each buyer's rhythm (profile_id, frequency, first_on, last_on, rhythm_days, shop_gap_days, has_own_rhythm).

    With three purchases or more the own rhythm is the median pause between them. With two it is the longer of
    their one pause and the shop's, with one the shop's.
    The shop's usual pause is the median, over the people who came back, of each one's median pause: everybody
    counts once. Pauses are in days, at least LEAST_DAYS.
    """
    people = _pauses(purchases)
    shop = people.aggregate(shop_gap_days=lambda t: t.own_gap.median().fill_null(UNKNOWN_SHOP_DAYS))
    both = people.cross_join(shop)
    has_own = both.frequency >= 3
    longer = ibis.greatest(both.own_gap.fill_null(0), both.shop_gap_days)
    return both.select(
        "profile_id",
        "frequency",
        "first_on",
        "last_on",
        rhythm_days=ibis.greatest(ibis.ifelse(has_own, both.own_gap, longer), LEAST_DAYS),
        shop_gap_days=ibis.greatest(both.shop_gap_days, LEAST_DAYS),
        has_own_rhythm=has_own,
    )


def _pauses(purchases: ir.Table) -> ir.Table:
    order = ibis.window(group_by=purchases.profile_id, order_by=purchases.on.asc(nulls_first=False))
    spaced = purchases.mutate(gap=purchases.on.delta(purchases.on.lag().over(order), unit="day"))
    return spaced.group_by("profile_id").aggregate(
        frequency=lambda t: t.count(),
        first_on=lambda t: t.on.min(),
        last_on=lambda t: t.on.max(),
        own_gap=lambda t: t.gap.cast("float64").median(),
    )
