"""What an import said again unchanged: it became no events, unless the import that brought them first is undone.

A repeat keeps, for every message that a row would have become, a keyed hash of its record and name, and a place in a
range of sequence numbers that the journal set aside when the row came. So events can be handed over to where they
would stand if the first import had never happened.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.imports import hash64, imports
from habitue.kernel.register import BigId, Instant, insert_ignoring, metadata

repeats = sa.Table(
    "collect_repeats",
    metadata,
    sa.Column("import_id", sa.Text, primary_key=True),
    sa.Column("slot", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("message_hash", sa.BigInteger, nullable=False, index=True),
    # How many rows of the file stand behind it; told by the first message of a record, 0 for the others.
    sa.Column("row_count", sa.Integer, nullable=False),
)

reserved = sa.Table(
    "collect_reserved",
    metadata,
    sa.Column("first_seq", BigId, primary_key=True, autoincrement=False),
    sa.Column("import_id", sa.Text, nullable=False, index=True),
    sa.Column("first_slot", sa.BigInteger, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Repeat:
    """One message that came again: its place among those of its import, and the rows of the file behind it."""

    slot: int
    message_hash: int
    row_count: int


@dataclass(frozen=True, slots=True)
class Reserved:
    """Sequence numbers from `first_seq` on that belong to the slots of an import from `first_slot` on."""

    first_seq: int
    import_id: str
    first_slot: int
    size: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Heir:
    """The import that said a message again, and the sequence number and time that the message has there."""

    import_id: str
    slot: int
    seq: int
    received_at: datetime
    row_count: int


def message_hash(record: str, name: str, secret: bytes) -> int:
    """What a message is known by: the record that it tells of and what it is called."""
    return hash64(f"{record}\x1f{name}", secret)


def note(conn: Connection, import_id: str, found: Iterable[Repeat]) -> None:
    """Keep the repeats of an import; one that is known already, of an import taken up again, stays."""
    rows = [
        {"import_id": import_id, "slot": r.slot, "message_hash": r.message_hash, "row_count": r.row_count}
        for r in found
    ]
    if rows:
        conn.execute(insert_ignoring(conn, repeats), rows)


def reserve(conn: Connection, ranges: Sequence[Reserved]) -> None:
    """Keep ranges of sequence numbers that the journal set aside."""
    for each in ranges:
        values = {name: getattr(each, name) for name in Reserved.__slots__}
        conn.execute(sa.insert(reserved).values(**values))


def heirs(conn: Connection, import_id: str) -> Mapping[int, Sequence[Heir]]:
    """Who said again what an import may have brought, by message hash, the earliest first."""
    source_id = sa.select(imports.c.source_id).where(imports.c.import_id == import_id).scalar_subquery()
    later = sa.select(imports.c.import_id).where(
        imports.c.source_id == source_id, imports.c.import_id > import_id, imports.c.state != "undone"
    )
    found: dict[int, list[Heir]] = {}
    for later_id in conn.scalars(later.order_by(imports.c.import_id)):
        ranges = _ranges(conn, later_id)
        starts = [each.first_slot for each in ranges]
        met: set[int] = set()
        query = sa.select(repeats).where(repeats.c.import_id == later_id).order_by(repeats.c.slot)
        for row in conn.execute(query):
            place = _range_of(ranges, starts, row.slot)
            if place is None or row.message_hash in met:
                continue
            met.add(row.message_hash)
            seq = place.first_seq + row.slot - place.first_slot
            heir = Heir(later_id, row.slot, seq, place.received_at, row.row_count)
            found.setdefault(row.message_hash, []).append(heir)
    return found


def _ranges(conn: Connection, import_id: str) -> list[Reserved]:
    query = sa.select(reserved).where(reserved.c.import_id == import_id)
    rows = conn.execute(query.order_by(reserved.c.first_slot, reserved.c.first_seq.desc()))
    return [Reserved(**row._mapping) for row in rows]


def _range_of(ranges: Sequence[Reserved], starts: Sequence[int], slot: int) -> Reserved | None:
    """The range that holds a slot; an import that was taken up again may have set numbers aside twice."""
    for number in range(bisect_right(starts, slot) - 1, -1, -1):
        if ranges[number].first_slot + ranges[number].size > slot:
            return ranges[number]
    return None


def note_inherited(conn: Connection, taken: Sequence[Heir]) -> None:
    """Note that repeats have become events of their import: they are repeats no longer, and its rows were taken."""
    by_import: dict[str, list[Heir]] = {}
    for heir in taken:
        by_import.setdefault(heir.import_id, []).append(heir)
    gone = sa.delete(repeats).where(repeats.c.import_id == sa.bindparam("i"), repeats.c.slot == sa.bindparam("s"))
    for import_id, each in by_import.items():
        conn.execute(gone, [{"i": import_id, "s": heir.slot} for heir in each])
        rows = sum(heir.row_count for heir in each)
        change = {
            "rows_taken": imports.c.rows_taken + rows,
            "rows_unchanged": imports.c.rows_unchanged - rows,
            "events": imports.c.events + len(each),
        }
        conn.execute(sa.update(imports).where(imports.c.import_id == import_id).values(**change))


def forget(conn: Connection, import_id: str) -> None:
    """Forget what an undone import said again."""
    for table in (repeats, reserved):
        conn.execute(sa.delete(table).where(table.c.import_id == import_id))
