"""Properties of events and of their products: in which kind they are compared, and whether a test holds."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from habitue.audiences.conditions import condition, typed
from habitue.audiences.json_columns import json_text
from habitue.audiences.moment import Moment
from habitue.audiences.rule_parts import PropertyTest
from habitue.insights.catalogue import FieldKind
from habitue.quality.dictionary import property_of

PRODUCTS = "products."
AMOUNTS = frozenset({"total", "amount"})
OWN_COLUMNS = frozenset({"currency", "order_id"})
_NUMBERS = frozenset({"money", "integer", "decimal"})
_NUMBER_OPS = frozenset({"more_than", "at_least", "less_than", "at_most", "between"})


def property_kind(name: str, op: str) -> FieldKind:
    """The kind in which a property is compared."""
    is_number = name in AMOUNTS or property_of(name.removeprefix(PRODUCTS)).kind in _NUMBERS
    return "number" if is_number or op in _NUMBER_OPS else "text"


def property_text(events: ir.Table, name: str) -> ir.StringValue:
    """A property of each event as text."""
    if name in AMOUNTS:
        return events.amount.cast("string")
    return events[name] if name in OWN_COLUMNS else json_text(events.properties, name)


def property_value(events: ir.Table, name: str, kind: FieldKind) -> Any:
    """A property of each event in the type of the kind."""
    if name in AMOUNTS:
        return events.amount
    return typed(property_text(events, name), kind)


def event_test(events: ir.Table, test: PropertyTest, moment: Moment) -> ir.BooleanValue:
    """Whether a test of a property holds of each event."""
    kind = property_kind(test.property, test.op)
    return condition(property_value(events, test.property, kind), kind, test.op, test.value, moment)


def product_value(products: ir.Table, name: str, kind: FieldKind) -> Any:
    """A property of each product, `products.` in front of its name, in the type of the kind."""
    return typed(json_text(products.element, name.removeprefix(PRODUCTS)), kind)


def product_test(products: ir.Table, test: PropertyTest, moment: Moment) -> ir.BooleanValue:
    """Whether a test of a product's property holds of each product."""
    kind = property_kind(test.property, test.op)
    return condition(product_value(products, test.property, kind), kind, test.op, test.value, moment)
