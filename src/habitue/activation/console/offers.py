"""The tables that analysts are offered: the warehouse, consents, relations, members of audiences, insights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import ibis.expr.types as ir

from habitue.insights.catalogue import insights
from habitue.insights.store import PREFIX
from habitue.kernel.context import Context
from habitue.kernel.lake import HasTables
from habitue.kernel.unbound import Unbound
from habitue.profiles.warehouse import catalogue
from habitue.profiles.warehouse.catalogue import Offered
from habitue.profiles.warehouse.layout import Warehouse

_MORE: Mapping[str, str] = {"consents": "consents", "relations": "relations", "audience_members": "stays"}
_FIRST = ("users", "accounts", "tracks", "identifies", "pages", "screens", "groups", "aliases")
_KINDS = {
    "string": "text",
    "int": "number",
    "decimal": "money",
    "float": "number",
    "boolean": "yes/no",
    "date": "day",
    "timestamp": "time",
    "array": "list",
}


@dataclass(frozen=True, slots=True)
class ColumnOffer:
    """A column as it is listed: its name and what it holds (text, number, money, yes/no, day, time, list)."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class TableOffer:
    """A table as it is listed; `left_out` counts properties without a column of their own."""

    name: str
    columns: tuple[ColumnOffer, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Offers:
    """Everything that may be asked; `events_left_out` have no table of their own and stand in `tracks`."""

    tables: Mapping[str, Offered]
    events_left_out: tuple[str, ...]


def offers(ws: Context, layout: Warehouse | None = None) -> Offers:
    """The tables by name, those of the layout first, then events, then what was computed."""
    known = layout or catalogue.known(ws, insights())
    found = dict(catalogue.offered(ws, known))
    for name, inner in _MORE.items():
        if ws.lake.has(inner) or inner != "stays":
            found[name] = Offered(name, partial(_as_it_is, inner=inner), is_personal=False)
    for name in insights():
        if ws.lake.has(PREFIX + name) and name not in found:
            found[name] = Offered(name, partial(_as_it_is, inner=PREFIX + name), is_personal=False)
    order = {name: number for number, name in enumerate(_FIRST)}
    names = sorted(found, key=lambda name: (order.get(name, len(order)), not found[name].events, name))
    return Offers({name: found[name] for name in names}, known.events_left_out)


def listed(ws: Context, offered: Offers, *, is_masked: bool) -> Sequence[TableOffer]:
    """The tables with their columns, to be shown beside a query."""
    source = Unbound(ws.lake)
    found = []
    for name, table in offered.tables.items():
        key = (repr(table), is_masked)
        if key not in _listed:
            if len(_listed) >= _MOST_KEPT:
                _listed.clear()
            columns = tuple(_columns(table.read(source, is_masked=is_masked)))
            _listed[key] = TableOffer(name, columns, table.left_out)
        found.append(_listed[key])
    return found


# To write an expression costs tens of milliseconds, and the same tables are listed again and again.
_listed: dict[tuple[str, bool], TableOffer] = {}
_MOST_KEPT = 2_000


def _columns(table: ir.Table) -> Sequence[ColumnOffer]:
    return [ColumnOffer(str(name), _kind(str(kind))) for name, kind in table.schema().items()]


def _kind(name: str) -> str:
    plain = name.lstrip("!")
    return next((kind for start, kind in _KINDS.items() if plain.startswith(start)), "text")


def _as_it_is(source: HasTables, *, inner: str, is_masked: bool) -> ir.Table:
    """A table that names nobody."""
    return source.table(inner)
