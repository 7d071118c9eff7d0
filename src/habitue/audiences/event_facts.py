"""What people did, counted and added up for all conditions of a rule in one pass over the events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from habitue.audiences.conditions import condition, typed
from habitue.audiences.json_columns import json_rows, json_text, scalar_text
from habitue.audiences.moment import Moment
from habitue.audiences.rule import EventCount, EventSum, PropertyTest, Window
from habitue.insights.catalogue import FieldKind
from habitue.insights.days import instant
from habitue.insights.orders import CANCELLED, COMPLETED, MONEY, REFUNDED, in_currency
from habitue.quality.dictionary import property_of

EventNode = EventCount | EventSum
PRODUCTS = "products."
AMOUNTS = frozenset({"total", "amount"})
_NUMBERS = frozenset({"money", "integer", "decimal"})
_COLUMNS = ("seq", "profile_id", "source_id", "name", "at", "amount", "currency", "order_id", "properties")
_NUMBER_OPS = frozenset({"more_than", "at_least", "less_than", "at_most", "between"})


def event_facts(events: ir.Table, nodes: Mapping[str, EventNode], moment: Moment) -> ir.Table:
    """One row a person with a column for each node: its count, or its sum of money (profile_id, …)."""
    wanted = _standing(_wanted(events, list(nodes.values()), moment), events)
    marked = _with_products(wanted, nodes, moment)
    return marked.group_by("profile_id").aggregate(
        **{key: _measure(marked, key, node, moment) for key, node in nodes.items()}
    )


def property_kind(name: str, op: str) -> FieldKind:
    """The kind in which a property is compared."""
    is_number = name in AMOUNTS or property_of(name.removeprefix(PRODUCTS)).kind in _NUMBERS
    return "number" if is_number or op in _NUMBER_OPS else "text"


def _names(node: EventNode) -> frozenset[str]:
    """The events a node looks at; money of orders is less refunds."""
    nets = isinstance(node, EventSum) and node.event == COMPLETED
    return frozenset({node.event, REFUNDED}) if nets else frozenset({node.event})


def _wanted(events: ir.Table, nodes: Sequence[EventNode], moment: Moment) -> ir.Table:
    names = sorted(frozenset[str]().union(*(_names(node) for node in nodes)))
    starts = [moment.bounds(node.window)[0] for node in nodes]
    chosen = events.filter(events["name"].isin(names)).select(*_COLUMNS)
    known = [start for start in starts if start is not None]
    return chosen.filter(chosen.at >= instant(min(known))) if len(known) == len(starts) else chosen


def _standing(wanted: ir.Table, events: ir.Table) -> ir.Table:
    """Without cancelled orders and their refunds."""
    keys = events.filter((events["name"] == CANCELLED) & events.order_id.notnull())
    cancelled = keys.select("source_id", "order_id").distinct().mutate(is_cancelled=ibis.literal(True))
    cancelled = cancelled.rename(cancelled_source="source_id", cancelled_order="order_id")
    joined = wanted.left_join(
        cancelled,
        [wanted.source_id == cancelled.cancelled_source, wanted.order_id == cancelled.cancelled_order],
    )
    gone = joined.is_cancelled.fill_null(False) & joined["name"].isin([COMPLETED, REFUNDED])
    return joined.filter(~gone).select(*_COLUMNS)


def _with_products(wanted: ir.Table, nodes: Mapping[str, EventNode], moment: Moment) -> ir.Table:
    """A true or false column `<key>_products` for each node that asks for a product."""
    marked = wanted
    for key, node in nodes.items():
        tests = [test for test in node.where if test.property.startswith(PRODUCTS)]
        if not tests:
            continue
        relevant = wanted.filter(wanted["name"].isin(sorted(_names(node))))
        products = json_rows(relevant, "properties", "products")
        fits = reduce(and_, [_product_test(products, test, moment) for test in tests])
        found = products.filter(fits).select(**{f"{key}_seq": products.seq}).distinct()
        joined = marked.left_join(found, marked.seq == found[f"{key}_seq"])
        marked = joined.mutate(**{f"{key}_products": joined[f"{key}_seq"].notnull()}).drop(f"{key}_seq")
    return marked


def _measure(events: ir.Table, key: str, node: EventNode, moment: Moment) -> ir.Value:
    parts = [events["name"].isin(sorted(_names(node))), *_inside(events.at, node.window, moment)]
    parts += [_property_test(events, test, moment) for test in node.where if not test.property.startswith(PRODUCTS)]
    if f"{key}_products" in events.columns:
        parts.append(events[f"{key}_products"])
    counts = reduce(and_, parts)
    if isinstance(node, EventCount):
        return counts.sum().fill_null(0)
    own = in_currency(events.currency, moment.currency)
    if node.currency and node.currency != moment.currency:
        own = (events.currency == node.currency).fill_null(False)
    is_refund = (events["name"] == REFUNDED) & (node.event == COMPLETED)
    signed = ibis.ifelse(is_refund, -events.amount.abs(), events.amount)
    return signed.sum(where=counts & own).fill_null(0).cast(MONEY)


def _inside(at: ir.TimestampValue, window: Window, moment: Moment) -> list[ir.BooleanValue]:
    since, until = moment.bounds(window)
    parts = [] if since is None else [at >= instant(since)]
    return parts if until is None else [*parts, at < instant(until)]


def _property_test(events: ir.Table, test: PropertyTest, moment: Moment) -> ir.BooleanValue:
    column: Any
    if test.property in AMOUNTS:
        column = events.amount
    elif test.property in ("currency", "order_id"):
        column = events[test.property]
    else:
        column = typed(json_text(events.properties, test.property), property_kind(test.property, test.op))
    return condition(column, property_kind(test.property, test.op), test.op, test.value, moment)


def _product_test(products: ir.Table, test: PropertyTest, moment: Moment) -> ir.BooleanValue:
    kind = property_kind(test.property, test.op)
    text = scalar_text(products.element[test.property.removeprefix(PRODUCTS)])
    return condition(typed(text, kind), kind, test.op, test.value, moment)


def compared(column: Any, op: str, value: object) -> ir.BooleanValue:
    """Whether a count or a sum fulfils the operator."""
    return {
        "at_least": column >= value,
        "at_most": column <= value,
        "exactly": column == value,
        "more_than": column > value,
        "less_than": column < value,
    }[op]


def any_of(parts: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    """Whether one of the conditions is true; false of none."""
    return reduce(or_, parts) if parts else ibis.literal(False)


def all_of(parts: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    """Whether every condition is true; true of none."""
    return reduce(and_, parts) if parts else ibis.literal(True)
