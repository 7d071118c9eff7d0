"""Hands the events of an import that is undone over to later imports that said the same again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import namespace_kind
from habitue.collect.files.headings import key as plain_key
from habitue.collect.repeats import Heir, message_hash
from habitue.profiles.tables import events, superseded
from habitue.profiles.timeline import note_rewrite

OF_COMPANY = ":company"
_decode = msgspec.json.Decoder().decode
_COLUMNS = ("seq", "source_id", "record", "type", "name", "at", "received_at", "identifiers", "facts")


@dataclass(frozen=True, slots=True)
class _Move:
    """An event of the undone import, the heir that gets it, and the record that it tells of there."""

    row: Any
    heir: Heir
    record: str


def hand_over(
    conn: Connection, import_id: str, heirs: Mapping[int, Sequence[Heir]], *, secret: bytes
) -> Sequence[Heir]:
    """Give events to the first later import that repeated them, at its place and time; returns who got one.

    An import that came after another version of the same record repeated that version, so it inherits nothing.
    """
    if not heirs:
        return ()
    until = _next_versions(conn, import_id)
    query = sa.select(*(events.c[name] for name in _COLUMNS))
    chosen = query.where(events.c.import_id == import_id, events.c.record.isnot(None)).order_by(events.c.seq)
    moves: list[_Move] = []
    companies = []
    for row in conn.execute(chosen):
        if row.type == "group" and row.record.endswith(OF_COMPANY):
            companies.append(row)
            continue
        found = heirs.get(message_hash(row.record.partition("/")[2], row.name, secret), ())
        heir = next(iter(found), None)
        if heir is not None and heir.import_id < until.get(row.record, "~"):
            moves.append(_Move(row, heir, row.record))
    moves.extend(_companies(companies, moves, heirs, _told(conn, heirs), secret))
    if moves:
        _apply(conn, moves)
    return [move.heir for move in moves]


def _next_versions(conn: Connection, import_id: str) -> dict[str, str]:
    """The first later import that brought another version of a record, by record."""
    own, other = events.alias(), events.alias()
    query = (
        sa.select(own.c.record, sa.func.min(other.c.import_id))
        .join(other, sa.and_(other.c.record == own.c.record, other.c.import_id > own.c.import_id))
        .where(own.c.import_id == import_id)
        .group_by(own.c.record)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def _told(conn: Connection, heirs: Mapping[int, Sequence[Heir]]) -> set[tuple[str, str]]:
    """The companies that the heirs named themselves, by import and identifiers."""
    later = sorted({heir.import_id for each in heirs.values() for heir in each})
    query = sa.select(events.c.import_id, events.c.identifiers).where(
        events.c.import_id.in_(later), events.c.type == "group", events.c.record.like(f"%{OF_COMPANY}")
    )
    return {(row.import_id, _company_of(row.identifiers)) for row in conn.execute(query)}


def _companies(
    rows: Iterable[Any],
    moves: Sequence[_Move],
    heirs: Mapping[int, Sequence[Heir]],
    told: set[tuple[str, str]],
    secret: bytes,
) -> Iterator[_Move]:
    """An import names a company once, with the first row of it: that row is another one for the heir."""
    first: dict[str, dict[str, _Move]] = {}
    for move in sorted(moves, key=lambda move: move.heir.seq):
        name = _decode(move.row.facts).get("company_name") if move.row.type == "identify" else None
        if not isinstance(name, str):
            continue
        record = f"{_row_of(move.row.identifiers)}{OF_COMPANY}"
        for heir in heirs.get(message_hash(record, "group", secret), ()):
            if heir.import_id == move.heir.import_id:
                place = _Move(move.row, heir, f"{move.row.source_id}/{record}")
                first.setdefault(f"name:{plain_key(name)}", {}).setdefault(heir.import_id, place)
    for row in rows:
        company = _company_of(row.identifiers)
        places = first.get(company, {})
        free = [import_id for import_id in sorted(places) if (import_id, company) not in told]
        if free:
            yield _Move(row, places[free[0]].heir, places[free[0]].record)


def _company_of(identifiers: str) -> str:
    return next((str(value) for namespace, value in _decode(identifiers)[0] if namespace == "company"), "")


def _row_of(identifiers: str) -> str:
    return next((str(v) for namespace, v in _decode(identifiers)[0] if namespace_kind(namespace) == "record"), "")


def _apply(conn: Connection, moves: Sequence[_Move]) -> None:
    note_rewrite(conn, sa.select(sa.literal(min(move.row.seq for move in moves))))
    change = sa.update(events).where(events.c.seq == sa.bindparam("old"))
    columns = {"seq": "new", "import_id": "into", "record": "told", "received_at": "received", "at": "happened"}
    given: dict[str, sa.BindParameter[Any]] = {name: sa.bindparam(key) for name, key in columns.items()}
    conn.execute(change.values(given), [_values(move) for move in moves])
    pairs = [{"old": move.row.seq, "new": move.heir.seq} for move in moves]
    for name in ("seq", "by_seq"):
        renumbered = sa.update(superseded).where(superseded.c[name] == sa.bindparam("old"))
        conn.execute(renumbered.values({name: sa.bindparam("new")}), pairs)


def _values(move: _Move) -> dict[str, Any]:
    """A row without a date happened, as far as anybody knows, when it was read."""
    row, heir = move.row, move.heir
    return {
        "old": row.seq,
        "new": heir.seq,
        "into": heir.import_id,
        "told": move.record,
        "received": heir.received_at,
        "happened": heir.received_at if row.at == row.received_at else row.at,
    }
