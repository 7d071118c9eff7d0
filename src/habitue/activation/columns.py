"""The columns that an export can have: traits, computed traits, totals of orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from habitue.audiences.conditions import typed
from habitue.audiences.fields import RuleField, insight_fields, is_field_name, trait_field, trait_fields
from habitue.audiences.json_columns import json_text
from habitue.audiences.tables import AGE, PEOPLE_COLUMNS
from habitue.insights.catalogue import FieldKind
from habitue.insights.orders import orders_per_profile
from habitue.insights.store import stored
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

ORDERS = "orders"
DEFAULT_COLUMNS = ("name", "email", "phone", "city", "country", "orders.orders", "orders.money")


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column: `name` as chosen (`city`, `rfm.rfm_group`, `orders.money`), `label` and `group` msgids."""

    name: str
    kind: FieldKind
    label: str
    group: str
    choices: tuple[tuple[str, str], ...] = ()


class ColumnUnknown(HabitueError):
    """There is no such column, or one was chosen twice, or none."""

    code = "export_column_unknown"
    message = _("The list cannot have these columns: %(names)s.")
    next_step = _("Choose at least one column from the list, each only once.")


_ORDER_COLUMNS = (
    ExportColumn("orders.orders", "number", _("Number of orders"), _("Orders")),
    ExportColumn("orders.money", "money", _("Money spent so far"), _("Orders")),
    ExportColumn("orders.first_order_at", "instant", _("First order"), _("Orders")),
    ExportColumn("orders.last_order_at", "instant", _("Last order"), _("Orders")),
)
_PROFILE_ID = ExportColumn("profile_id", "text", _("Profile number"), _("Person"))


def columns(own: Sequence[RuleField] = ()) -> Sequence[ExportColumn]:
    """Every column to choose from, with the own fields of the workspace; other custom traits can be named besides."""
    fields = [field for field in (*trait_fields(), *own) if field.name != AGE]
    traits = [ExportColumn(f.name, f.kind, f.label, f.group) for f in fields]
    computed = [ExportColumn(f"{f.insight}.{f.name}", f.kind, f.label, f.group, f.choices) for f in insight_fields()]
    return [*traits, *_ORDER_COLUMNS, *computed, _PROFILE_ID]


def chosen(names: Sequence[str], own: Sequence[RuleField] = ()) -> tuple[ExportColumn, ...]:
    """The columns of these names, in this order; raises ColumnUnknown."""
    known = {column.name: column for column in columns(own)}
    custom = {
        name: ExportColumn(name, "text", trait_field(name).label, trait_field(name).group)
        for name in names
        if name not in known and is_field_name(name) and name != AGE
    }
    every = {**known, **custom}
    wrong = [name for name in names if name not in every]
    if wrong or not names or len(set(names)) != len(names):
        raise ColumnUnknown(names=", ".join(wrong or names) or "–")
    return tuple(every[name] for name in names)


def rows(ws: Context, members: ir.Table, wanted: Sequence[ExportColumn]) -> ir.Table:
    """The members with `profile_id` and one column `c0`, `c1`, … for each wanted one, by name of the person."""
    people = ws.lake.table("people").semi_join(members, "profile_id")
    tables = {room: _keyed(ws, room) for room in dict.fromkeys(_room(column) for column in wanted) if room}
    joined = people
    for room, table in tables.items():
        keyed = table.rename(lambda name, room=room: f"{room}__{name}")
        joined = joined.left_join(keyed, joined.profile_id == keyed[f"{room}__profile_id"])
    values = {f"c{number}": _value(joined, column) for number, column in enumerate(wanted)}
    table = joined.select("profile_id", sort_name=joined["name"], **values)
    order = [ibis.asc("sort_name", nulls_first=False), ibis.asc("profile_id", nulls_first=False)]
    return table.order_by(order).drop("sort_name")


def _room(column: ExportColumn) -> str:
    return column.name.partition(".")[0] if "." in column.name else ""


def _keyed(ws: Context, room: str) -> ir.Table:
    if room == ORDERS:
        return orders_per_profile(ws.lake.table("events"), currency=ws.config.workspace.currency)
    return stored(ws, room).table


def _value(table: ir.Table, column: ExportColumn) -> ir.Value:
    if "." in column.name:
        return table[column.name.replace(".", "__", 1)]
    if column.name in PEOPLE_COLUMNS or column.name == _PROFILE_ID.name:
        return table[column.name]
    return typed(json_text(table.traits, column.name), column.kind)
