"""Offers: orders with a coupon beside orders without, and whom coupons brought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import ibis
import ibis.expr.types as ir

from habitue.insights.orders import MONEY, purchases
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.cohorts import second_purchases
from habitue.insights.reports.intervals import wilson
from habitue.insights.reports.shape import Chart, Column, Did, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import orders_told
from habitue.kernel.text import gettext_noop as _

NEEDS = _("No order says which coupon was used. Import orders with a column “Coupon”, best with the discount.")
SPAN_DAYS, MOST = 180, 15


def by_coupon(placed: ir.Table) -> ir.Table:
    """Orders with each coupon (coupon, people, orders, money, discount), most orders first."""
    used = placed.filter(placed.coupon.notnull())
    counted = used.group_by("coupon").aggregate(
        people=used.profile_id.nunique(),
        orders=used.count(),
        money=used.money.sum().fill_null(0).cast(MONEY),
        discount=used.discount.abs().sum().fill_null(0).cast(MONEY),
    )
    return counted.order_by([ibis.desc("orders", nulls_first=False), ibis.asc("coupon", nulls_first=False)])


def first_orders(m: Material, placed: ir.Table) -> ir.Table:
    """First-time buyers by whether a coupon was used that day (with_coupon, people, eligible, back)."""
    bought = purchases(m.events, timezone=m.timezone)
    buyers = second_purchases(bought.filter(bought["on"] <= m.today))
    days = placed.group_by("profile_id", "on").aggregate(with_coupon=placed.coupon.notnull().any())
    told = buyers.inner_join(days, "profile_id")
    told = told.filter(told["on"] == told.first_on)
    had_time = told.first_on <= ibis.literal(m.today - timedelta(days=SPAN_DAYS), type="date")
    return told.group_by("with_coupon").aggregate(
        people=told.count(),
        eligible=had_time.sum(),
        back=(had_time & (told.wait_days <= SPAN_DAYS)).fill_null(False).sum(),
    )


def compute(m: Material) -> Outcome:
    """Coupons by orders, and whether those who came with one come back as often."""
    placed = orders_told(m.events, timezone=m.timezone, currency=m.currency)
    rows = m.rows(by_coupon(placed).limit(MOST))
    if not rows:
        return Outcome(Say(NEEDS))
    every = m.rows(placed.aggregate(orders=placed.count(), used=placed.coupon.notnull().sum()))[0]
    says = Say(
        _("%(share)s of the orders used a coupon, most of them “%(coupon)s”."),
        {"share": Value(every["used"] / every["orders"], "share"), "coupon": Value(rows[0]["coupon"], "text")},
    )
    return Outcome(says, (_coupons(rows), _first(m.rows(first_orders(m, placed)))))


def _coupons(rows: Sequence[Row]) -> Section:
    told = tuple({**row, "each": row["money"] / row["orders"]} for row in rows)
    return Section(
        "coupons",
        _("Coupons"),
        Say(
            _("“%(coupon)s” was used in %(orders)s orders worth %(money)s."),
            {
                "coupon": Value(rows[0]["coupon"], "text"),
                "orders": Value(rows[0]["orders"]),
                "money": Value(rows[0]["money"], "money"),
            },
        ),
        (
            Column("coupon", _("Coupon")),
            Column("people", _("Buyers"), "people"),
            Column("orders", _("Orders"), "number"),
            Column("money", _("Money"), "money"),
            Column("each", _("For each order"), "money"),
            Column("discount", _("Given away"), "money"),
        ),
        told,
        Chart("bars", "orders", "coupon"),
        lambda row: (Did("Order Completed", (("coupon", "is", row["coupon"]),)),),
    )


def _first(rows: Sequence[Row]) -> Section:
    told = []
    for row in sorted(rows, key=lambda each: not each["with_coupon"]):
        low, high = wilson(row["back"], row["eligible"])
        share = row["back"] / row["eligible"] if row["eligible"] else None
        kind = "with" if row["with_coupon"] else "without"
        told.append({**row, "kind": kind, "share": share, "low": low, "high": high})
    says = Say(_("Too few first orders with and without a coupon are long enough ago to compare them."))
    found = {row["kind"]: row for row in told if row["eligible"] >= 10}
    if len(found) == 2:
        differs = found["with"]["high"] < found["without"]["low"] or found["without"]["high"] < found["with"]["low"]
        text = (
            _("Who began with a coupon came back in %(with)s of the cases, others in %(without)s.")
            if differs
            else _(
                "Whether the first order had a coupon (%(with)s came back) or not (%(without)s) may make no difference."
            )
        )
        says = Say(text, {kind: Value(row["share"], "share") for kind, row in found.items()})
    kinds = {"with": _("with a coupon"), "without": _("without")}
    return Section(
        "first",
        _("Do they come back?"),
        says,
        (
            Column("kind", _("First order"), "choice", kinds),
            Column("people", _("People"), "people"),
            Column("eligible", _("Of them long enough ago"), "number"),
            Column("share", _("Back within 180 days"), "share"),
            Column("low", _("At least"), "share"),
            Column("high", _("At most"), "share"),
        ),
        tuple(told),
        Chart("bars", "share", "kind", low="low", high="high"),
        note=Say(
            _("Who gets a coupon is not chosen by chance, so this is a hint, no proof that the coupon was the cause.")
        ),
    )


REPORT = Report(
    name="offers",
    label=_("Offers and coupons"),
    question=_("What do coupons bring, and do their customers stay?"),
    needs=NEEDS,
    theme="money",
    compute=compute,
    departments=("marketing",),
    order=23,
)
