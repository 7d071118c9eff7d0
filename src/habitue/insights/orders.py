"""Orders, refunds and purchases: tables in, table out."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from habitue.insights.days import local_day

COMPLETED = "Order Completed"
CANCELLED = "Order Cancelled"
REFUNDED = "Order Refunded"
MONEY = "decimal(18,4)"
_COLUMNS = ("profile_id", "source_id", "order_id", "at", "amount", "currency")


def orders(events: ir.Table) -> ir.Table:
    """Orders that stand: completed and not cancelled (profile_id, source_id, order_id, at, amount, currency).

    An order is known by source and number, since two sources may use the same numbers. An order without a
    number cannot be cancelled. `amount` is the total of the order before refunds.
    """
    completed = events.filter(events["name"] == COMPLETED).select(*_COLUMNS)
    return _without_cancelled(completed, events)


def refunds(events: ir.Table) -> ir.Table:
    """Refunds of orders that stand, in the columns of `orders`, the amount negative."""
    refunded = events.filter(events["name"] == REFUNDED).select(*_COLUMNS)
    negative = refunded.mutate(amount=(-refunded.amount.abs()).cast(MONEY))
    return _without_cancelled(negative, events)


def money_rows(events: ir.Table) -> ir.Table:
    """Orders and refunds below one another, told apart by `kind` ('order', 'refund').

    The sum of `amount` is what the shop has kept.
    """
    return ibis.union(
        orders(events).mutate(kind=ibis.literal("order")),
        refunds(events).mutate(kind=ibis.literal("refund")),
        distinct=False,
    )


def purchases(events: ir.Table, *, timezone: str) -> ir.Table:
    """One row for each person and workspace day with an order (profile_id, on, orders).

    Several orders of one day are one purchase.
    """
    placed = orders(events)
    days = placed.select("profile_id", on=local_day(placed.at, timezone))
    return days.group_by("profile_id", "on").aggregate(orders=lambda t: t.count())


def orders_per_profile(events: ir.Table, *, currency: str) -> ir.Table:
    """Totals of each person (profile_id, orders, money, first_order_at, last_order_at, other_orders).

    `money` is orders less refunds in `currency`; an amount without a currency counts as `currency`.
    `other_orders` is the number of orders in other currencies, whose money is added nowhere.
    """
    rows = money_rows(events)
    marked = rows.mutate(is_own=in_currency(rows.currency, currency))
    placed = (
        orders(events)
        .group_by("profile_id")
        .aggregate(
            orders=lambda t: t.count(),
            first_order_at=lambda t: t.at.min(),
            last_order_at=lambda t: t.at.max(),
            other_orders=lambda t: (~in_currency(t.currency, currency)).sum(),
        )
    )
    money = marked.group_by("profile_id").aggregate(
        money=lambda t: t.amount.sum(where=t.is_own).fill_null(0).cast(MONEY)
    )
    joined = placed.inner_join(money, "profile_id")
    return joined.select("profile_id", "orders", "money", "first_order_at", "last_order_at", "other_orders")


def in_currency(column: ir.StringValue, currency: str) -> ir.BooleanValue:
    """Whether an amount counts as money of `currency`; one without a currency does."""
    return column.fill_null(currency) == currency


def _without_cancelled(rows: ir.Table, events: ir.Table) -> ir.Table:
    cancelled = (
        events.filter((events["name"] == CANCELLED) & events.order_id.notnull())
        .select("source_id", "order_id")
        .distinct()
    )
    return rows.anti_join(cancelled, ["source_id", "order_id"])
