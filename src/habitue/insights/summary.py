"""What the insight of recency, frequency and money says in a few numbers: groups, top 20 %, valuable at risk."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from habitue.insights.groups import AT_RISK, LOST, TOP_PARTS
from habitue.insights.orders import MONEY

CURVE_POINTS = 100


def rfm_summary(table: ir.Table) -> ir.Table:
    """People and money of each group (rfm_group, people, money); groups without people have no row."""
    grouped = table.group_by("rfm_group").aggregate(
        people=lambda t: t.count(), money=lambda t: t.monetary.sum().cast(MONEY)
    )
    return grouped.order_by(ibis.asc("rfm_group", nulls_first=False))


def pareto(table: ir.Table) -> ir.Table:
    """The curve of money over people, richest first (rank, people, money, total_money), at most 100 rows.

    `rank` people brought `money` of `total_money`. A person whose refunds exceed the orders counts as zero. The
    row of the top 20 % (rank = people / 5, rounded up) is always there.
    """
    order = ibis.window(
        order_by=[ibis.desc("monetary", nulls_first=False), ibis.asc("profile_id", nulls_first=False)],
        preceding=None,
        following=0,
    )
    positive = table.mutate(monetary=ibis.greatest(table.monetary, 0).cast(MONEY))
    ranked = positive.select(
        rank=ibis.row_number().over(order) + 1,
        money=positive.monetary.sum().over(order).cast(MONEY),
        people=positive.monetary.count().over(ibis.window()),
        total_money=positive.monetary.sum().over(ibis.window()).cast(MONEY),
    )
    return ranked.filter(_is_step(ranked.rank, ranked.people)).order_by(ibis.asc("rank", nulls_first=False))


def _is_step(rank: ir.IntegerValue, people: ir.IntegerValue) -> ir.BooleanValue:
    """Whether one more hundredth of the people is complete at `rank` (the k-th at k x people / 100, rounded up)."""
    before = (rank - 1) * CURVE_POINTS // people
    return (rank * CURVE_POINTS // people != before) | (people <= CURVE_POINTS)


def top_count(people: int) -> int:
    """How many people are the top 20 %, rounded up."""
    return -(-people // TOP_PARTS)


def valuable_at_risk(table: ir.Table) -> ir.Table:
    """Valuable people of the group at risk, most yearly money first."""
    chosen = table.filter(is_at_risk(table))
    return chosen.order_by([ibis.desc("yearly_money", nulls_first=False), ibis.asc("profile_id", nulls_first=False)])


def is_at_risk(table: ir.Table) -> ir.BooleanValue:
    """Whether each row is a valuable person of the group at risk: the same as the rule of that name."""
    return table.is_valuable & (table.rfm_group == AT_RISK)


def is_lost(table: ir.Table) -> ir.BooleanValue:
    """Whether each row is a valuable person who has been silent for more than four times the usual pause."""
    return table.is_valuable & (table.rfm_group == LOST)
