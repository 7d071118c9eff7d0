"""Revenue by month, from new customers and from those who came back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from habitue.insights.days import local_day, minus_months
from habitue.insights.orders import MONEY, in_currency, money_rows, purchases
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.glance import NEEDS
from habitue.insights.reports.shape import Chart, Column, Did, Outcome, Row, Say, Section, Value
from habitue.kernel.text import gettext_noop as _

MONTHS = 36


def money_by_month(events: ir.Table, *, timezone: str, currency: str) -> ir.Table:
    """Orders less refunds by month (month, money, from_new, orders, buyers).

    `from_new` is the money of the month in which somebody bought for the first time.
    """
    rows = money_rows(events)
    own = rows.filter(in_currency(rows.currency, currency))
    told = own.mutate(month=local_day(own["at"], timezone).truncate("M").cast("date"))
    bought = purchases(events, timezone=timezone)
    first = bought.group_by(buyer=bought.profile_id).aggregate(
        first_month=lambda t: t["on"].min().truncate("M").cast("date")
    )
    joined = told.left_join(first, told.profile_id == first.buyer)
    is_new = (joined.month == joined.first_month).fill_null(False)
    return joined.group_by("month").aggregate(
        money=joined.amount.sum().cast(MONEY),
        from_new=joined.amount.sum(where=is_new).fill_null(0).cast(MONEY),
        orders=(joined.kind == "order").sum(),
        buyers=joined.profile_id.nunique(where=joined.kind == "order"),
    )


def whole_months(m: Material, rows: Sequence[Row]) -> list[Row]:
    """Every calendar month from the first to the last whole one, with zeros where nothing was sold."""
    found = {row["month"]: row for row in rows}
    if not found:
        return []
    # A month counts as whole when its last day lies before the last day that we know of.
    end = (m.today + timedelta(days=1)).replace(day=1)
    month = min(found)
    told: list[Row] = []
    nothing = {"money": Decimal(0), "from_new": Decimal(0), "orders": 0, "buyers": 0}
    while month < end:
        told.append({"month": month, **nothing, **found.get(month, {})})
        month = minus_months(month, -1)
    return told


def last_day(month: date) -> date:
    """The last day of the month that begins on `month`."""
    return minus_months(month, -1) - timedelta(days=1)


def compute(m: Material) -> Outcome:
    """Whole months of up to three years."""
    rows = whole_months(m, m.rows(money_by_month(m.events, timezone=m.timezone, currency=m.currency)))
    if not rows:
        return Outcome(Say(NEEDS))
    year = rows[-12:]
    before = rows[-24:-12]
    total = sum((row["money"] for row in year), Decimal(0))
    values = {"money": Value(total, "money"), "months": Value(len(year))}
    says = Say(_("The last %(months)s whole months brought %(money)s."), values)
    was = sum((row["money"] for row in before), Decimal(0))
    if len(before) == 12 and was > 0:
        change = Value(float((total - was) / was), "change")
        text = _("The last twelve whole months brought %(money)s, %(change)s against the twelve before.")
        says = Say(text, {**values, "change": change})
    return Outcome(says, (_months(rows[-MONTHS:]),), _others(m))


def _months(rows: Sequence[Row]) -> Section:
    best = max(rows, key=lambda row: row["money"])
    told = tuple({**row, "from_back": row["money"] - row["from_new"]} for row in rows)
    return Section(
        "months",
        _("Month by month"),
        Say(
            _("The best month was %(month)s with %(money)s."),
            {"month": Value(best["month"], "month"), "money": Value(best["money"], "money")},
        ),
        (
            Column("month", _("Month"), "month"),
            Column("money", _("Money"), "money"),
            Column("from_new", _("From new customers"), "money"),
            Column("from_back", _("From those who came back"), "money"),
            Column("orders", _("Orders"), "number"),
            Column("buyers", _("Buyers"), "people"),
        ),
        told,
        Chart("columns", "month", "money"),
        lambda row: (Did("Order Completed", since=row["month"], until=last_day(row["month"])),),
        Say(_("Orders less refunds. A customer is new in the month of the first purchase.")),
    )


def _others(m: Material) -> tuple[Say, ...]:
    rows = money_rows(m.events)
    foreign = rows.filter((rows.kind == "order") & ~in_currency(rows.currency, m.currency))
    count = m.rows(foreign.aggregate(orders=foreign.count(), told=ibis.literal(1)))[0]["orders"]
    if not count:
        return ()
    text = _("Orders in other currencies: %(count)s. They count as orders; their money is in no sum.")
    return (Say(text, {"count": Value(count)}),)


REPORT = Report(
    name="revenue",
    label=_("Revenue by month"),
    question=_("How much comes in, and is it from new customers or from those who come back?"),
    needs=NEEDS,
    theme="money",
    compute=compute,
    departments=("sales",),
    order=20,
)
