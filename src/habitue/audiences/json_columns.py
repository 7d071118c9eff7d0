"""Values out of the lake's JSON columns, by functions that every engine of the lake was taught."""

from __future__ import annotations

from typing import Any, cast

import ibis
import ibis.expr.types as ir

from habitue.kernel.lake import json_elements, json_value


def json_text(column: Any, key: str) -> ir.StringValue:
    """The value under `key` as text, whether it is a string, a number or a truth value; missing when null."""
    return cast(ir.StringValue, json_value(column, ibis.literal(key)))


def json_rows(table: ir.Table, column: str, key: str, *kept: str) -> ir.Table:
    """One row for each element of the array under `key` (kept columns, element); rows without an array have none."""
    # In two steps: Spark unnests a column, but not what a function of SQL returns.
    listed = table.select(*kept, elements=json_elements(table[column], ibis.literal(key)))
    return listed.select(*kept, element=listed.elements.unnest())
