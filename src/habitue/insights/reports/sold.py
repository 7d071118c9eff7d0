"""What was sold: one row for each article of an order that stands, and one row for each order with what it tells."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from habitue.insights.days import local_day
from habitue.insights.orders import COMPLETED, MONEY, cancelled_orders, in_currency
from habitue.kernel.lake import records

_FIELDS = ("sku", "name", "category", "brand", "quantity", "price")


def text_of(column: ir.StringValue, key: str) -> ir.StringValue:
    """The value under `key` of a JSON object as text, null when it is missing or empty."""
    return _scalar(column.cast("json")[key])


def standing(events: ir.Table) -> ir.Table:
    """Completed orders that were not cancelled, with all columns of events."""
    placed = events.filter(events["name"] == COMPLETED)
    return placed.anti_join(cancelled_orders(events), ["source_id", "order_id"])


def lines(events: ir.Table, *, timezone: str, currency: str) -> ir.Table:
    """Articles of orders that stand (profile_id, seq, on, sku, product, category, brand, quantity, money).

    `product` is the name, else the number; `money` is quantity times price in `currency`, null in others. An article
    without either is left out, and so is what was taken back.
    """
    placed = standing(events)
    dated = placed.select(
        "profile_id",
        "seq",
        on=local_day(placed["at"], timezone),
        is_own=in_currency(placed.currency, currency),
        properties=placed.properties,
    )
    texts = records(dated, "properties", "products", _FIELDS)
    stripped = {name: texts[name].strip().nullif("") for name in _FIELDS}
    rows = texts.select("profile_id", "seq", "on", "is_own", **stripped).rename(named="name")
    rows = rows.mutate(
        quantity=rows.quantity.try_cast("decimal(18,4)").fill_null(1),
        price=rows.price.try_cast(MONEY),
    )
    told = rows.mutate(
        product=ibis.coalesce(rows.named, rows.sku),
        money=ibis.ifelse(rows.is_own, (rows.quantity * rows.price).cast(MONEY), ibis.null(MONEY)),
    )
    kept = told.filter(told.product.notnull() & (told.quantity > 0))
    return kept.select("profile_id", "seq", "on", "sku", "product", "category", "brand", "quantity", "money")


def orders_told(events: ir.Table, *, timezone: str, currency: str) -> ir.Table:
    """Orders that stand (profile_id, seq, on, at, source_id, order_id, money, channel, coupon, discount).

    `channel` is the store, else the channel or whom it was sold through, else the source that it came from.
    """
    placed = standing(events)
    own = in_currency(placed.currency, currency)
    properties = placed.properties
    return placed.select(
        "profile_id",
        "seq",
        "at",
        "source_id",
        "order_id",
        on=local_day(placed["at"], timezone),
        money=ibis.ifelse(own, placed.amount, ibis.null(MONEY)).cast(MONEY),
        channel=ibis.coalesce(
            text_of(properties, "store"),
            text_of(properties, "channel"),
            text_of(properties, "affiliation"),
            placed.source_id,
        ),
        coupon=text_of(properties, "coupon"),
        discount=text_of(properties, "discount").try_cast(MONEY),
    )


def numbered(days: ir.Table) -> ir.Table:
    """Purchases (profile_id, on, …) with `place`, 1 for the first of each person."""
    window = ibis.window(group_by=days.profile_id, order_by=days["on"].asc(nulls_first=False))
    return days.mutate(place=ibis.row_number().over(window) + 1)


def _scalar(value: ir.JSONValue) -> ir.StringValue:
    return ibis.coalesce(value.str, value.cast("string").nullif("null")).strip().nullif("")
