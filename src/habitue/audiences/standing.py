"""The events that rules look at: without cancelled orders, in their order, with the products that tests ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import and_

import ibis
import ibis.expr.types as ir

from habitue.audiences.json_columns import json_rows
from habitue.audiences.moment import Moment
from habitue.audiences.properties import PRODUCTS, product_test
from habitue.audiences.rule_parts import PropertyTest
from habitue.insights.orders import COMPLETED, REFUNDED, cancelled_orders

COLUMNS = ("seq", "profile_id", "source_id", "name", "at", "amount", "currency", "order_id", "properties")
PRODUCTS_SUFFIX = "_products"


def standing_events(
    events: ir.Table, names: Iterable[str], *, since: ir.TimestampScalar | None, moment: Moment
) -> ir.Table:
    """Events of these names from `since` on, without cancelled orders and their refunds."""
    known = set(names)
    wanted = events.filter(events["name"].isin(sorted(known))).select(*COLUMNS)
    if since is not None:
        wanted = wanted.filter(wanted["at"] >= since)
    if not {COMPLETED, REFUNDED} & known:
        return wanted
    cancelled = cancelled_orders(events)
    if known <= {COMPLETED, REFUNDED}:
        return wanted.anti_join(cancelled, ["source_id", "order_id"])
    cancelled = cancelled.mutate(is_cancelled=ibis.literal(True))
    cancelled = cancelled.rename(cancelled_source="source_id", cancelled_order="order_id")
    joined = wanted.left_join(
        cancelled,
        [wanted.source_id == cancelled.cancelled_source, wanted.order_id == cancelled.cancelled_order],
    )
    gone = joined.is_cancelled.fill_null(False) & joined["name"].isin([COMPLETED, REFUNDED])
    return joined.filter(~gone).select(*COLUMNS)


def with_places(events: ir.Table, name: str) -> ir.Table:
    """With the place of each event among those of its person, by event time and journal sequence."""
    order = ibis.window(group_by="profile_id", order_by=[events["at"], events.seq])
    return events.mutate(**{name: ibis.row_number().over(order)})


def with_products(
    wanted: ir.Table, tests: Mapping[str, tuple[Iterable[str], tuple[PropertyTest, ...]]], moment: Moment
) -> ir.Table:
    """A true or false column `<key>_products` for each key whose tests ask for a product of events of those names."""
    marked = wanted
    for key, (names, where) in tests.items():
        asked = [test for test in where if test.property.startswith(PRODUCTS)]
        if not asked:
            continue
        relevant = wanted.filter(wanted["name"].isin(sorted(names)))
        products = json_rows(relevant, "properties", "products", "seq")
        fits = reduce(and_, [product_test(products, test, moment) for test in asked])
        found = products.filter(fits).select(**{f"{key}_seq": products.seq}).distinct()
        joined = marked.left_join(found, marked.seq == found[f"{key}_seq"])
        column = joined[f"{key}_seq"].notnull()
        marked = joined.mutate(**{f"{key}{PRODUCTS_SUFFIX}": column}).drop(f"{key}_seq")
    return marked
