"""Orders, refunds and purchases: tables in, table out."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from habitue.insights.days import local_day, whole_minutes

COMPLETED = "Order Completed"
CANCELLED = "Order Cancelled"
REFUNDED = "Order Refunded"
MONEY = "decimal(18,4)"


def money_rows(events: ir.Table) -> ir.Table:
    """Orders that stand and refunds, told apart by `kind` ('order', 'refund').

    Columns: profile_id, source_id, order_id, at, amount, currency, kind. The amount of a refund is negative, so
    that the sum is what the shop has kept. A cancelled order and its refunds are left out. An order is known by
    source and number, since two sources may use the same numbers; one without a number cannot be cancelled.
    """
    chosen = events.filter(events["name"].isin([COMPLETED, REFUNDED]))
    is_refund = chosen["name"] == REFUNDED
    rows = chosen.select(
        "profile_id",
        "source_id",
        "order_id",
        "at",
        "currency",
        amount=ibis.ifelse(is_refund, -chosen.amount.abs(), chosen.amount).cast(MONEY),
        kind=ibis.ifelse(is_refund, "refund", "order"),
    )
    return rows.anti_join(cancelled_orders(events), ["source_id", "order_id"])


def cancellations(events: ir.Table) -> ir.Table:
    """The events that cancel an order which they name, with all columns of events."""
    return events.filter((events["name"] == CANCELLED) & events.order_id.notnull())


def cancelled_orders(events: ir.Table) -> ir.Table:
    """The orders that were cancelled (source_id, order_id), whoever did it."""
    return cancellations(events).select("source_id", "order_id").distinct()


def orders(events: ir.Table) -> ir.Table:
    """Orders that stand: completed and not cancelled (profile_id, source_id, order_id, at, amount, currency)."""
    rows = money_rows(events)
    return rows.filter(rows.kind == "order").drop("kind")


def refunds(events: ir.Table) -> ir.Table:
    """Refunds of orders that stand, in the columns of `orders`, the amount negative."""
    rows = money_rows(events)
    return rows.filter(rows.kind == "refund").drop("kind")


def purchases(events: ir.Table, *, timezone: str) -> ir.Table:
    """One row for each person and workspace day with an order (profile_id, on, orders).

    Several orders of one day are one purchase.
    """
    placed = orders(events)
    days = placed.select("profile_id", on=local_day(placed.at, timezone))
    return days.group_by("profile_id", "on").aggregate(orders=lambda t: t.count())


def days_of_money(events: ir.Table, *, timezone: str, currency: str) -> ir.Table:
    """One row for each person and day with orders or refunds (profile_id, on, orders, other_orders, money)."""
    rows = money_rows(events)
    return _added_up(rows.mutate(on=local_day(rows["at"], timezone)), currency)


def minutes_of_money(events: ir.Table, *, currency: str) -> ir.Table:
    """The same for each person and minute, in any time zone; `on` is minutes since 1970."""
    rows = money_rows(events)
    return _added_up(rows.mutate(on=whole_minutes(rows["at"])), currency)


def _added_up(rows: ir.Table, currency: str) -> ir.Table:
    rows = rows.mutate(is_order=rows.kind == "order", is_own=in_currency(rows.currency, currency))
    return rows.group_by("profile_id", "on").aggregate(
        orders=lambda t: t.is_order.sum(),
        other_orders=lambda t: (t.is_order & ~t.is_own).sum(),
        money=lambda t: t.amount.sum(where=t.is_own).fill_null(0).cast(MONEY),
    )


def orders_per_profile(events: ir.Table, *, currency: str) -> ir.Table:
    """Totals of each person (profile_id, orders, money, first_order_at, last_order_at, other_orders).

    `money` is orders less refunds in `currency`; an amount without a currency counts as `currency`.
    `other_orders` is the number of orders in other currencies, whose money is added nowhere.
    """
    rows = money_rows(events)
    marked = rows.mutate(is_order=rows.kind == "order", is_own=in_currency(rows.currency, currency))
    totals = marked.group_by("profile_id").aggregate(
        orders=lambda t: t.is_order.sum(),
        money=lambda t: t.amount.sum(where=t.is_own).fill_null(0).cast(MONEY),
        first_order_at=lambda t: t["at"].min(where=t.is_order),
        last_order_at=lambda t: t["at"].max(where=t.is_order),
        other_orders=lambda t: (t.is_order & ~t.is_own).sum(),
    )
    return totals.filter(totals.orders > 0)


def in_currency(column: ir.StringValue, currency: str) -> ir.BooleanValue:
    """Whether an amount counts as money of `currency`; one without a currency does."""
    return column.fill_null(currency) == currency
