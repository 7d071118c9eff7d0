"""The tables of the warehouse as expressions over the replica; with masks they hide who somebody is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from habitue.access.masks import HIDDEN, LOOKS_PERSONAL, is_direct_property, is_direct_trait
from habitue.kernel.lake import HasTables, json_value
from habitue.profiles.replica_tables import CIRCUMSTANCES, PEOPLE, messages_of_profiles
from habitue.profiles.warehouse.kinds import IBIS, TRAIT_MESSAGES, Kind
from habitue.profiles.warehouse.layout import Column, Layout
from habitue.profiles.warehouse.names import unique
from habitue.quality.dictionary import FIELDS, property_of

_INSTANT = "timestamp('UTC', 6)"
# Kinds and names of planned properties in which people write what they like.
_FREE = frozenset({"url", "list"})
_TOLD = frozenset({"query", "reason", "question", "subject", "outcome", "coupon"})
# A whole number from here on may be a telephone number or that of a card.
_LONG = 10_000_000
_TRAIT_KINDS: Mapping[str, Kind] = {"money": "money", "integer": "integer", "flag": "flag", "date": "date"}


def tracks(source: HasTables, spoken: Mapping[str, str], *, is_masked: bool) -> ir.Table:
    """Every event in one table, with what came with it; its properties as JSON for those who see contact data.

    `spoken` are the names of the events with their names in SQL.
    """
    rows = messages_of_profiles(source)
    rows = rows.filter(rows.type == "track")
    more: dict[str, ir.Value] = {
        "event": rows.name.cases(*spoken.items(), else_=rows.name) if spoken else rows.name,
        "event_text": rows.name,
        "amount": rows.amount,
        "currency": rows.currency,
        "order_id": rows.order_id,
    }
    if not is_masked:
        more["properties"] = rows.properties
    return rows.select(**_core(rows, is_masked), **more, **_around(rows, is_masked))


def messages(source: HasTables, layout: Layout, *, is_masked: bool) -> ir.Table:
    """The table of a layout."""
    rows = messages_of_profiles(source)
    rows = rows.filter(rows.type == layout.message)
    more: dict[str, ir.Value] = {}
    if layout.message == "track":
        rows = rows.filter(rows.name.isin(layout.events))
        more["event"], more["event_text"] = ibis.literal(layout.name), rows.name
    if layout.message == "group":
        more["group_id"] = _open(rows.about_id, is_masked)
    if layout.message == "alias":
        more["previous_id"] = _open(rows.about_id, is_masked)
    typed = {column.name: _value(rows, column, layout.message, is_masked) for column in layout.columns}
    return rows.select(**_core(rows, is_masked), **more, **typed, **_around(rows, is_masked))


def profiles(source: HasTables, kind: str, own: Sequence[tuple[str, Kind]], *, is_masked: bool) -> ir.Table:
    """`users` (people) or `accounts` (companies) as they are today: golden values of the dictionary and own fields.

    `own` are names and kinds of the fields that only this business has.
    """
    rows = source.table("people")
    rows = rows.filter(rows.kind == kind)
    columns: dict[str, ir.Value] = {"id": rows.profile_id, "profile_id": rows.profile_id}
    for name, field in FIELDS.items():
        is_ready = name in PEOPLE.names
        value = rows[name] if is_ready else _cast(json_value(rows.traits, name), _TRAIT_KINDS.get(field.kind, "text"))
        direct = is_direct_trait(name, of_company=kind == "company")
        columns[name] = _masked(value, direct=direct, is_known=True) if is_masked else value
    names = unique((name for name, _kind in own), prefix="own", taken={*columns, "first_seen_at", "last_seen_at"})
    for name, own_kind in own:
        value = _cast(json_value(rows.traits, name), own_kind)
        columns[names[name]] = _masked(value, direct=is_direct_trait(name)) if is_masked else value
    return rows.select(**columns, first_seen_at=rows.first_seen_at, last_seen_at=rows.last_seen_at)


def _core(rows: ir.Table, is_masked: bool) -> dict[str, ir.Value]:
    return {
        "id": rows.message_id,
        "profile_id": rows.profile_id,
        "user_id": _open(rows.user_id, is_masked),
        "anonymous_id": rows.anonymous_id,
        "timestamp": rows["at"],
        "original_timestamp": json_value(rows.context, "original_timestamp").try_cast(_INSTANT),
        "sent_at": json_value(rows.context, "sent_at").try_cast(_INSTANT),
        "received_at": rows.received_at,
        "source_id": rows.source_id,
    }


def _around(rows: ir.Table, is_masked: bool) -> dict[str, ir.Value]:
    """Where and with what it happened."""
    found = {}
    for name, path in CIRCUMSTANCES.items():
        value = _at(rows.context, path.split("."))
        found[f"context_{name}"] = _masked(value, direct=name == "ip") if is_masked else value
    return found


def _value(rows: ir.Table, column: Column, message: str, is_masked: bool) -> ir.Value:
    text = _at(rows.properties, column.path)
    value = _cast(text, column.kind)
    if column.rest_of is not None:
        value = _cast(text, column.rest_of).isnull().ifelse(text, ibis.null("string"))
    if not is_masked:
        return value
    if message in TRAIT_MESSAGES:
        direct = is_direct_trait(column.path[-1], of_company=message == "group")
        is_known = column.is_planned
    else:
        direct = is_direct_property(column.path)
        is_known = column.is_planned and property_of(column.path[0]).kind not in _FREE and column.path[0] not in _TOLD
    return _masked(value, direct=direct, is_known=is_known and column.rest_of is None)


def _at(document: ir.Value, path: Sequence[str]) -> ir.StringValue:
    for key in path:
        document = json_value(document, key)
    return document


def _cast(text: ir.StringValue, kind: Kind) -> ir.Value:
    return text.try_cast(IBIS[kind]) if kind in IBIS else text


def _open(value: ir.StringValue, is_masked: bool) -> ir.StringValue:
    """An id that sites choose: usually a number, sometimes an address."""
    return _masked(value, direct=False) if is_masked else value


def _masked(value: ir.Value, *, direct: bool, is_known: bool = False) -> ir.Value:
    """The value for somebody who is not to see who it is: hidden, of dates the year, of texts what looks harmless."""
    if isinstance(value, ir.StringValue):
        if direct:
            return value.isnull().ifelse(ibis.null("string"), HIDDEN)
        return value if is_known else value.re_search(LOOKS_PERSONAL).ifelse(HIDDEN, value)
    if not direct:
        is_long = not is_known and isinstance(value, ir.IntegerValue)
        return (value.abs() < _LONG).ifelse(value, ibis.null(value.type())) if is_long else value
    if isinstance(value, ir.TimestampValue):
        return value.truncate("Y")
    if isinstance(value, ir.DateValue):
        # To truncate a day gives an instant on DuckDB.
        return ibis.date(value.year(), 1, 1)
    return ibis.null(value.type())
