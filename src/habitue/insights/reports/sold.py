"""What was sold: one row for each article of an order that stands, and one row for each order with what it tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import ibis
import ibis.expr.types as ir

from habitue.collect.products import DETAILS
from habitue.insights.days import local_day
from habitue.insights.orders import CANCELLED, COMPLETED, MONEY, in_currency
from habitue.insights.reports.catalogue import Material
from habitue.kernel.lake import records

BY_NUMBER = ("product_by_number", "category_by_number")
_FIELDS = ("sku", "name", "category", "brand", "quantity", "price")


def text_of(column: ir.StringValue, key: str) -> ir.StringValue:
    """The value under `key` of a JSON object as text, null when it is missing or empty."""
    return _scalar(column.cast("json")[key])


def standing(events: ir.Table) -> ir.Table:
    """Completed orders that were not cancelled, with all columns of events."""
    placed = events.filter(events["name"] == COMPLETED)
    cancelled = events.filter((events["name"] == CANCELLED) & events.order_id.notnull())
    return placed.anti_join(cancelled.select("source_id", "order_id").distinct(), ["source_id", "order_id"])


def lines_of(m: Material) -> ir.Table:
    """The articles of a workspace's orders, with what lists of products say where an order says nothing."""
    return lines(m.events, timezone=m.timezone, currency=m.currency, listed=m.products)


def lines(events: ir.Table, *, timezone: str, currency: str, listed: ir.Table | None = None) -> ir.Table:
    """Articles of orders that stand (profile_id, seq, on, sku, product, category, brand, quantity, money).

    `product` is the name, else the number; `money` is quantity times price in `currency`, null in others. An article
    without either is left out, and so is what was taken back. `listed` (sku, name, category, brand) fills what an
    order does not say of an article; `product_by_number` and `category_by_number` tell where the order itself names
    none.
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
    rows = texts.select("profile_id", "seq", "on", "is_own", **stripped)
    rows = rows.mutate(product_by_number=rows["name"].isnull(), category_by_number=rows.category.isnull())
    rows = _completed(rows, listed) if listed is not None else rows
    rows = rows.rename(named="name")
    rows = rows.mutate(
        quantity=rows.quantity.try_cast("decimal(18,4)").fill_null(1),
        price=rows.price.try_cast(MONEY),
    )
    told = rows.mutate(
        product=ibis.coalesce(rows.named, rows.sku),
        money=ibis.ifelse(rows.is_own, (rows.quantity * rows.price).cast(MONEY), ibis.null(MONEY)),
    )
    kept = told.filter(told.product.notnull() & (told.quantity > 0))
    return kept.select(
        "profile_id", "seq", "on", "sku", "product", "category", "brand", "quantity", "money", *BY_NUMBER
    )


def numbers(m: Material, sold: ir.Table, level: str, items: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """The numbers of some articles or categories (`level`) by what the lists call them, where the order did not.

    A rule asks what orders say, so it has to ask for these numbers.
    """
    if m.products is None:
        return {}
    kept = sold.filter(sold[f"{level}_by_number"] & sold.sku.notnull() & sold[level].isin(sorted(items)))
    found: dict[str, list[str]] = {}
    for row in m.rows(kept.select("sku", item=kept[level]).distinct().order_by("sku")):
        found.setdefault(row["item"], []).append(row["sku"])
    return {item: tuple(skus) for item, skus in found.items()}


def _completed(rows: ir.Table, listed: ir.Table) -> ir.Table:
    told = listed.select(number=listed.sku, **{f"listed_{name}": listed[name] for name in DETAILS})
    joined = rows.left_join(told, rows.sku == told.number)
    own = {name: ibis.coalesce(joined[name], joined[f"listed_{name}"]) for name in DETAILS}
    return joined.mutate(**own).select(*rows.columns)


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
