"""The ledger: every entry carries the hash of the one before it, so that a change of the past shows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.kernel.clock import micros
from habitue.kernel.context import Context
from habitue.kernel.register import BigId, Instant, metadata

entries = sa.Table(
    "audit_entries",
    metadata,
    sa.Column("entry_no", BigId, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor_id", sa.Text, nullable=False),
    sa.Column("actor_name", sa.Text, nullable=False),
    sa.Column("verb", sa.Text, nullable=False, index=True),
    sa.Column("subject_kind", sa.Text, nullable=False),
    sa.Column("subject_id", sa.Text, nullable=False, index=True),
    sa.Column("details", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)
FIRST_HASH = "0" * 64
REMOVED = "…"
_WRITER_LOCK = 7_105_391_842  # any number that no other advisory lock of ours has


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger."""

    entry_no: int
    at: datetime
    actor_id: str
    actor_name: str
    verb: str
    subject_kind: str
    subject_id: str
    details: Mapping[str, object]
    hash: str


def record(
    conn: Connection,
    ws: Context,
    *,
    verb: str,
    subject_kind: str,
    subject_id: str,
    details: Mapping[str, object] | None = None,
) -> None:
    """Append one entry inside the caller's transaction; `details` is plain data without personal values."""
    if conn.dialect.name == "postgresql":
        # Two writers that read the same last entry would give their own the same number; SQLite has one writer anyway.
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER_LOCK)))
    last = conn.execute(
        sa.select(entries.c.entry_no, entries.c.hash).order_by(entries.c.entry_no.desc()).limit(1)
    ).first()
    number, previous = (int(last[0]) + 1, str(last[1])) if last else (1, FIRST_HASH)
    at = ws.clock.now()
    text = msgspec.json.encode(details or {}, order="sorted").decode()
    conn.execute(
        sa.insert(entries).values(
            entry_no=number,
            at=at,
            actor_id=ws.actor.actor_id,
            actor_name=ws.actor.name,
            verb=verb,
            subject_kind=subject_kind,
            subject_id=subject_id,
            details=text,
            hash=_hash(previous, number, micros(at), ws.actor.actor_id, verb, subject_kind, subject_id, text),
        )
    )


def listing(
    conn: Connection,
    *,
    verb: str | None = None,
    subject_id: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> Sequence[Entry]:
    """Entries, newest first."""
    query = sa.select(entries).order_by(entries.c.entry_no.desc()).offset(offset).limit(limit)
    if verb:
        query = query.where(entries.c.verb == verb)
    if subject_id:
        query = query.where(entries.c.subject_id == subject_id)
    return [_entry(row) for row in conn.execute(query)]


def count(conn: Connection) -> int:
    """How many entries there are."""
    return int(conn.scalar(sa.select(sa.func.count()).select_from(entries)) or 0)


def first_broken(conn: Connection) -> int | None:
    """The number of the first entry that does not fit its hash, None when the chain is whole."""
    previous, expected = FIRST_HASH, 1
    for row in conn.execute(sa.select(entries).order_by(entries.c.entry_no)):
        wanted = _hash(
            previous,
            expected,
            micros(row.at),
            row.actor_id,
            row.verb,
            row.subject_kind,
            row.subject_id,
            row.details,
        )
        if row.entry_no != expected or row.hash != wanted:
            return expected
        previous, expected = row.hash, expected + 1
    return None


def _entry(row: sa.Row[tuple[object, ...]]) -> Entry:
    values = dict(row._mapping)
    values["details"] = msgspec.json.decode(values["details"])
    return Entry(**values)


def _hash(previous: str, *parts: object) -> str:
    text = msgspec.json.encode([previous, *parts])
    return hashlib.sha256(text).hexdigest()
