"""Measures of a property over somebody's events or products: sums, averages, extremes, first, last, most frequent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import reduce
from operator import and_
from typing import Any

import ibis
import ibis.expr.types as ir

from habitue.audiences.conditions import condition
from habitue.audiences.json_columns import json_rows
from habitue.audiences.moment import Moment
from habitue.audiences.properties import (
    AMOUNTS,
    PRODUCTS,
    product_test,
    product_value,
    property_kind,
    property_value,
)
from habitue.audiences.rule import EventCount, EventSum, EventValue, values_of
from habitue.audiences.rule_parts import NUMBER_MEASURES
from habitue.insights.catalogue import FieldKind
from habitue.insights.orders import MONEY, in_currency


def kind_of_measure(node: EventValue) -> FieldKind:
    """The kind in which the measure is compared."""
    return "number" if node.measure in NUMBER_MEASURES else property_kind(node.property, node.op)


def is_grouped(node: EventCount | EventSum | EventValue) -> bool:
    """Whether a measure needs a pass of its own: products, and what is most frequent."""
    return isinstance(node, EventValue) and (node.property.startswith(PRODUCTS) or node.measure == "most_frequent")


def measured(events: ir.Table, counts: ir.BooleanValue, node: EventValue, moment: Moment) -> ir.Value:
    """The measure of the events that count, as an aggregate."""
    kind = _kept_kind(node)
    value = property_value(events, node.property, kind)
    if node.property in AMOUNTS:
        counts = counts & in_currency(events.currency, moment.currency)
    return _aggregate(value, counts, node, ibis.struct({"at": events["at"], "seq": events.seq}))


def from_groups(chosen: ir.Table, key: str, node: EventValue, moment: Moment) -> ir.Table:
    """The same for measures that need a pass of their own (profile_id, key)."""
    kind = _kept_kind(node)
    if node.property.startswith(PRODUCTS):
        rows = json_rows(chosen, "properties", "products", "profile_id", "at", "seq")
        asked = [product_test(rows, test, moment) for test in node.where if test.property.startswith(PRODUCTS)]
        rows = rows.filter(reduce(and_, asked)) if asked else rows
        rows = rows.mutate(value=product_value(rows, node.property, kind))
    else:
        if node.property in AMOUNTS:
            chosen = chosen.filter(in_currency(chosen.currency, moment.currency))
        rows = chosen.mutate(value=property_value(chosen, node.property, kind))
    rows = rows.filter(rows.value.notnull())
    if node.measure == "most_frequent":
        return _most_frequent(rows, key)
    if node.measure in ("first", "last"):
        return _at_the_end(rows, key, node.measure)
    return rows.group_by("profile_id").aggregate(**{key: _aggregate(rows.value, ibis.literal(True), node, None)})


def value_condition(column: Any, node: EventValue, moment: Moment) -> ir.BooleanValue:
    """Whether the measure fulfils the condition; sums and distinct values of nothing are 0."""
    kind = kind_of_measure(node)
    if node.measure in ("sum", "distinct"):
        column = column.fill_null(0)
    if node.measure == "average":
        return _average_condition(column, node)
    if kind == "number" and node.op not in ("is_known", "is_unknown"):
        return _number_condition(column, node.op, [Decimal(text) for text in values_of(node.value)])
    return condition(column, kind, node.op, node.value, moment)


def _kept_kind(node: EventValue) -> FieldKind:
    if node.measure in ("sum", "average", "min", "max"):
        return "number"
    return "text" if node.measure == "distinct" else property_kind(node.property, node.op)


def _aggregate(value: Any, counts: ir.BooleanValue, node: EventValue, place: Any) -> Any:
    """The measure of the values that count; `place` is where each stands among the others."""
    known = counts & value.notnull()
    match node.measure:
        case "sum":
            return value.sum(where=known)
        case "average":
            # Sum and number together, since engines divide decimals in different ways.
            return ibis.struct({"total": value.sum(where=known), "number": known.sum()})
        case "min":
            return value.min(where=known)
        case "max":
            return value.max(where=known)
        case "distinct":
            return value.nunique(where=known)
        case "first":
            return value.argmin(place, where=known)
        case _:
            return value.argmax(place, where=known)


def _most_frequent(rows: ir.Table, key: str) -> ir.Table:
    counted = rows.group_by("profile_id", "value").aggregate(times=lambda t: t.count())
    place = ibis.struct({"fewer": -counted.times, "value": counted.value})
    return counted.group_by("profile_id").aggregate(**{key: counted.value.argmin(place)})


def _at_the_end(rows: ir.Table, key: str, measure: str) -> ir.Table:
    """The first or last value; among the products of one event the smallest."""
    order = [rows["at"], rows.seq] if measure == "first" else [rows["at"].desc(), rows.seq.desc()]
    ranked = rows.mutate(rank=ibis.row_number().over(group_by="profile_id", order_by=[*order, rows.value.asc()]))
    return ranked.filter(ranked["rank"] == 0).select("profile_id", **{key: ranked.value})


def _average_condition(column: Any, node: EventValue) -> ir.BooleanValue:
    total, number = column["total"], column["number"]
    is_known = (number > 0).fill_null(False)
    if node.op in ("is_known", "is_unknown"):
        return is_known if node.op == "is_known" else ~is_known
    bounds = [number.cast("decimal(18,0)") * _literal(Decimal(text)) for text in values_of(node.value)]
    found = is_known & _compared(total, node.op, bounds).fill_null(False)
    return ~found if node.op == "is_not" else found


def _number_condition(column: Any, op: str, values: list[Decimal]) -> ir.BooleanValue:
    found = _compared(column, op, [_literal(value) for value in values]).fill_null(False)
    return ~found if op == "is_not" else found


def _compared(column: Any, op: str, values: list[Any]) -> Any:
    first, last = values[0], values[-1]
    several = reduce(lambda a, b: a | b, [column == value for value in values])
    known: Mapping[str, Any] = {
        "is": column == first,
        "is_not": column == first,
        "one_of": several,
        "more_than": column > first,
        "at_least": column >= first,
        "less_than": column < first,
        "at_most": column <= first,
        "between": (column >= first) & (column <= last),
    }
    return known[op]


def _literal(value: Decimal) -> Any:
    return ibis.literal(value, type=MONEY)
