"""Recency, frequency and money of every buyer, scored 1 to 5, with a named group and what was spent in a year.

Definitions, all in workspace days and in the reporting currency:

* a purchase is a day with at least one order that was not cancelled;
* money is orders less refunds; orders in other currencies count as purchases, their money is added nowhere;
* a score is the fifth of the buyers in which a value lies; equal values get equal scores;
* valuable: among the top 20 % by money of those who bought in the last two years (730 days);
* at risk: came back, and silent for more than twice the usual pause (see `with_rhythm`), but not lost;
* overdue: the same for those alone who have an own rhythm, at least two repeat purchases, lost or not;
* yearly money: what a person spent in the 365 days up to the last purchase, less all refunds since then.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from habitue.insights.catalogue import Facts, Insight, InsightField
from habitue.insights.groups import GROUPS, OVERDUE_AFTER, TOP_PARTS, VALUE_DAYS, YEAR_DAYS, group_column
from habitue.insights.money_days import money_days_of
from habitue.insights.orders import MONEY, days_of_money
from habitue.insights.rfm_of_days import scored as scored_of_days
from habitue.insights.rhythm import with_gaps, with_rhythm
from habitue.kernel.clock import day_in
from habitue.kernel.text import gettext_noop as _


def rfm(events: ir.Table, people: ir.Table, *, at: datetime, timezone: str, currency: str) -> ir.Table:
    """One row for each person who has bought before `at`.

    Columns: profile_id, recency_days, frequency, monetary, r, f, m (5 is best), rfm_group, first_on, last_on,
    rhythm_days, shop_gap_days, has_own_rhythm, yearly_money, money_two_years, other_orders, is_overdue,
    is_valuable.
    """
    known = events.filter(_before(events["at"], at))
    known = known.semi_join(people.filter(people.kind == "person"), "profile_id")
    return scored(days_of_money(known, timezone=timezone, currency=currency), day_in(at, timezone))


def scored(days: ir.Table, day: date) -> ir.Table:
    """The same from days with orders or refunds (profile_id, on, orders, other_orders, money), seen from `day`."""
    table = with_rhythm(_buyers(days, day))
    table = table.mutate(recency_days=ibis.literal(day, type="date").delta(table.last_on, unit="day"))
    table = table.mutate(
        r=_score(table.recency_days, table.recency_days.desc(nulls_first=False)),
        f=_score(table.frequency, table.frequency.asc(nulls_first=False)),
        m=_score(table.monetary, table.monetary.asc(nulls_first=False)),
        rfm_group=group_column(table),
        is_overdue=table.has_own_rhythm & (table.recency_days > table.rhythm_days * OVERDUE_AFTER),
        is_valuable=_is_valuable(table),
    )
    return table.select(
        "profile_id", "recency_days", "frequency", "monetary", "r", "f", "m", "rfm_group",
        "first_on", "last_on", "rhythm_days", "shop_gap_days", "has_own_rhythm",
        "yearly_money", "money_two_years", "other_orders", "is_overdue", "is_valuable",
    )  # fmt: skip


def money_days(events: ir.Table, people: ir.Table, *, timezone: str, currency: str) -> ir.Table:
    """One row for each person and day with orders or refunds (profile_id, on, orders, other_orders, money)."""
    known = events.semi_join(people.filter(people.kind == "person"), "profile_id")
    return days_of_money(known, timezone=timezone, currency=currency)


def groups_on(days: ir.Table, day: date) -> ir.Table:
    """The group of everybody who has bought before the beginning of `day` (profile_id, rfm_group), from `money_days`.

    The same as `rfm` at that instant, without reading the events again.
    """
    table = with_rhythm(_buyers(days.filter(days["on"] < ibis.literal(day, type="date")), day))
    table = table.mutate(recency_days=ibis.literal(day, type="date").delta(table.last_on, unit="day"))
    return table.select("profile_id", rfm_group=group_column(table))


def _before(column: ir.TimestampValue, at: datetime) -> ir.BooleanValue:
    return column < ibis.literal(at, type="timestamp('UTC')")


def _score(column: ir.Column, key: ir.Value) -> ir.IntegerValue:
    """1 to 5 by the share of rows with a strictly smaller key, so that equal values get equal scores."""
    rank = ibis.rank().over(ibis.window(order_by=key))
    everybody = column.count().over(ibis.window())
    return (rank * TOP_PARTS // everybody + 1).cast("int64")


def _buyers(days: ir.Table, day: date) -> ir.Table:
    """One row for each person with a purchase: how often, first and last day, money in all and in two windows."""
    spaced = with_gaps(days)
    spaced = spaced.mutate(
        in_year=spaced.on > spaced.last_on - ibis.interval(days=YEAR_DAYS),
        in_two_years=spaced.on > ibis.literal(day - timedelta(days=VALUE_DAYS), type="date"),
    )
    people = spaced.group_by("profile_id").aggregate(
        frequency=lambda t: t.bought_on.count(),
        first_on=lambda t: t.bought_on.min(),
        last_on=lambda t: t.bought_on.max(),
        own_gap=lambda t: t.gap.median(),
        monetary=lambda t: t.money.sum().cast(MONEY),
        yearly_money=lambda t: _total(t, t.in_year),
        money_two_years=lambda t: _total(t, t.in_two_years),
        bought_in_two_years=lambda t: (t.in_two_years & t.bought_on.notnull()).any(),
        other_orders=lambda t: t.other_orders.sum().cast("int64"),
    )
    return people.filter(people.frequency > 0)


def _total(table: ir.Table, where: ir.BooleanValue) -> ir.DecimalValue:
    return table.money.sum(where=where).fill_null(0).cast(MONEY)


def _is_valuable(table: ir.Table) -> ir.BooleanValue:
    """Fewer than a fifth of those who bought in two years spent strictly more."""
    window = ibis.window(group_by=table.bought_in_two_years, order_by=table.money_two_years.desc(nulls_first=False))
    size = table.money_two_years.count().over(ibis.window(group_by=table.bought_in_two_years))
    is_top = ibis.rank().over(window) * TOP_PARTS < size
    return table.bought_in_two_years & (table.money_two_years > 0) & is_top


def compute(facts: Facts) -> pa.Table:
    """The insight from the facts, one row a buyer."""
    return scored_of_days(money_days_of(facts), day_in(facts.now, facts.timezone))


INSIGHT = Insight(
    name="rfm",
    label=_("Regulars, at risk, lost"),
    question=_("Who are my regulars, who is leaving, and what is it worth?"),
    compute=compute,
    fields=(
        InsightField("rfm_group", "choice", _("Customer group"), tuple((g.code, g.label) for g in GROUPS.values())),
        InsightField("recency_days", "number", _("Days since the last purchase")),
        InsightField("frequency", "number", _("Number of days with a purchase")),
        InsightField("monetary", "money", _("Money spent so far")),
        InsightField("yearly_money", "money", _("Money spent in their last year")),
        InsightField("rhythm_days", "number", _("Usual pause between purchases in days")),
        InsightField("r", "number", _("Score for recency (1 to 5)")),
        InsightField("f", "number", _("Score for frequency (1 to 5)")),
        InsightField("m", "number", _("Score for money (1 to 5)")),
        InsightField("is_overdue", "boolean", _("Overdue against their own rhythm (three purchases or more)")),
        InsightField("is_valuable", "boolean", _("Among the most valuable fifth")),
        InsightField("last_on", "date", _("Day of the last purchase")),
        InsightField("first_on", "date", _("Day of the first purchase")),
    ),
)
