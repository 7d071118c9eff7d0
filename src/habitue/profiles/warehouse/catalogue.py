"""The tables of the warehouse of a workspace by name, each with the way to read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import ibis.expr.types as ir

from habitue.kernel.context import Context
from habitue.kernel.lake import HasTables
from habitue.profiles.warehouse import tables
from habitue.profiles.warehouse.kinds import Kind
from habitue.profiles.warehouse.layout import Warehouse, warehouse
from habitue.profiles.warehouse.personal import looks_personal
from habitue.profiles.warehouse.shapes import renew, shapes


class Reading(Protocol):
    """A table as an expression over whatever gives the replica's tables."""

    def __call__(self, source: HasTables, *, is_masked: bool) -> ir.Table: ...


@dataclass(frozen=True, slots=True)
class Offered:
    """A table: its name, how to read it, the events in it, and how many properties have no column of their own.

    `is_personal` says whether somebody's name or contact data may stand in it.
    """

    name: str
    read: Reading
    events: tuple[str, ...] = ()
    left_out: int = 0
    is_personal: bool = True


def known(ws: Context, taken: Collection[str] = frozenset()) -> Warehouse:
    """The layout as it is now; looks into what is new first. No event has a table of a name that is `taken`."""
    renew(ws)
    facts = ws.lake.table("facts")
    named = ws.lake.con.to_pyarrow(facts.filter(facts.type == "track").select("name").distinct())
    return warehouse(shapes(ws), named.column("name").to_pylist(), taken)


def offered(ws: Context, layout: Warehouse) -> Mapping[str, Offered]:
    """The tables of messages, `tracks`, `users` and `accounts`."""
    spoken = {event: table.name for table in layout.tables.values() for event in table.events}
    own = _own_fields(ws)
    found = [
        Offered("tracks", partial(tables.tracks, spoken=spoken), layout.events_left_out),
        Offered("users", partial(tables.profiles, kind="person", own=own)),
        Offered("accounts", partial(tables.profiles, kind="company", own=own)),
        *(
            Offered(name, partial(tables.messages, layout=each), each.events, each.left_out)
            for name, each in layout.tables.items()
        ),
    ]
    return {table.name: table for table in found}


def _own_fields(ws: Context) -> tuple[tuple[str, Kind], ...]:
    rows = ws.lake.con.to_pyarrow(ws.lake.table("fields")).to_pylist()
    named = [row for row in rows if not looks_personal(str(row["name"]))]
    return tuple((row["name"], row["kind"]) for row in sorted(named, key=lambda row: str(row["name"])))
