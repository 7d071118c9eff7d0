"""Revenue by calendar month and by kind of customer, and of the last twelve months against those before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from habitue.insights.days import local_day, minus_months
from habitue.insights.orders import MONEY, in_currency, money_rows, purchases
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context

REGULAR_FROM = 3
"""From the third purchase on, somebody buys as a regular."""
MONTHS = 12
PAST_AFTER = timedelta(days=90)
"""When the last known order is older, the data tells of the past."""


@dataclass(frozen=True, slots=True)
class Month:
    """Money of one calendar month: from the third purchase of a person on, and before."""

    first_day: date
    regular: Decimal
    early: Decimal


@dataclass(frozen=True, slots=True)
class Revenue:
    """`year` is the money of the last twelve months up to today, `year_before` of the twelve before; months are whole.

    `has_year_before` tells whether the shop's orders reach back that far.
    """

    year: Decimal
    year_before: Decimal
    has_year_before: bool
    months: Sequence[Month]
    last_on: date | None

    def is_past(self, day: date) -> bool:
        """Whether the last known order is too old to compare with `day`."""
        return self.last_on is not None and day - self.last_on > PAST_AFTER


def revenue(ws: Context, now: datetime) -> Revenue:
    """The revenue as of `now`."""
    zone, currency = ws.config.workspace.timezone, ws.config.workspace.currency
    day = day_in(now, zone)
    rows = bought(ws.lake.table("events"), timezone=zone, currency=currency)
    this_month = day.replace(day=1)
    since = minus_months(this_month, MONTHS)
    by_month = rows.filter((rows.on >= since) & (rows.on < this_month))
    by_month = by_month.group_by(by_month.on.truncate("M").name("month"), "is_regular").aggregate(
        money=lambda t: t.money.sum().cast(MONEY)
    )
    start, before = minus_months(day, MONTHS), minus_months(day, 2 * MONTHS)
    sums = rows.aggregate(
        year=rows.money.sum(where=(rows.on > start) & (rows.on <= day)),
        year_before=rows.money.sum(where=(rows.on > before) & (rows.on <= start)),
        first_on=rows.on.min(),
        last_on=rows.on.max(),
    )
    told = _rows(ws, sums)[0]
    return Revenue(
        year=told["year"] or Decimal(0),
        year_before=told["year_before"] or Decimal(0),
        has_year_before=told["first_on"] is not None and told["first_on"] <= before,
        months=_months(_rows(ws, by_month), since),
        last_on=_day(told["last_on"]) if told["last_on"] is not None else None,
    )


def bought(events: ir.Table, *, timezone: str, currency: str) -> ir.Table:
    """Orders and refunds in `currency` (on, money, is_regular).

    A refund counts for what the person was when it was made.
    """
    own = money_rows(events).filter(lambda t: in_currency(t.currency, currency))
    own = own.mutate(on=local_day(own.at, timezone))
    days = purchases(events, timezone=timezone)
    order = ibis.window(group_by=days.profile_id, order_by=days.on.asc(nulls_first=False))
    counted = days.select(other_id=days.profile_id, bought_on=days.on, place=ibis.row_number().over(order) + 1)
    joined = own.left_join(counted, [own.profile_id == counted.other_id, own.on == counted.bought_on])
    until_now = ibis.window(
        group_by=joined.profile_id, order_by=joined.on.asc(nulls_first=False), preceding=None, following=0
    )
    return joined.select(
        on=joined.on,
        money=joined.amount,
        is_regular=(joined.place.max().over(until_now) >= REGULAR_FROM).fill_null(False),
    )


def _months(rows: Sequence[dict[str, Any]], since: date) -> Sequence[Month]:
    found = {(_day(row["month"]), row["is_regular"]): row["money"] for row in rows}
    firsts = [minus_months(since, -number) for number in range(MONTHS)]
    nothing = Decimal(0)
    return [Month(day, found.get((day, True)) or nothing, found.get((day, False)) or nothing) for day in firsts]


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _rows(ws: Context, table: ir.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ws.lake.con.to_pyarrow(table).to_pylist()
    return rows
