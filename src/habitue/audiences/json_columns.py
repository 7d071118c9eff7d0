"""Values out of the lake's JSON columns, in the few words that every engine has."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def json_text(column: ir.StringValue, key: str) -> ir.StringValue:
    """The value under `key` as text, whether it is a string, a number or a truth value; missing when null."""
    return scalar_text(column.cast("json")[key])


def scalar_text(value: ir.JSONValue) -> ir.StringValue:
    """A JSON scalar as text."""
    return ibis.coalesce(value.str, value.cast("string").nullif("null"))


def json_rows(table: ir.Table, column: str, key: str) -> ir.Table:
    """One row for each element of the array under `key` (seq, element); rows without an array have none."""
    return table.select("seq", element=table[column].cast("json")[key].array.unnest())
