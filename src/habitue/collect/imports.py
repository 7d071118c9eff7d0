"""Imports of files: what was read, taken and set aside, and which record was last seen with which content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.kernel.errors import NotFound
from habitue.kernel.register import BigId, Instant, insert_ignoring, metadata
from habitue.kernel.text import gettext_noop as _

imports = sa.Table(
    "collect_imports",
    metadata,
    sa.Column("import_id", sa.Text, primary_key=True),
    sa.Column("source_id", sa.Text, nullable=False, index=True),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("byte_count", sa.BigInteger, nullable=False),
    sa.Column("columns", sa.JSON, nullable=False),
    sa.Column("mapping", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("rows_read", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("rows_taken", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("rows_unchanged", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("rows_set_aside", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("values_left_out", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("events", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("people_new", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("people_updated", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("actor_name", sa.Text, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
    sa.Column("undone_at", Instant),
    sa.Column("error", sa.Text),
)

records = sa.Table(
    "collect_records",
    metadata,
    sa.Column("source_id", sa.Text, primary_key=True),
    sa.Column("record_hash", BigId, primary_key=True, autoincrement=False),
    sa.Column("import_id", sa.Text, primary_key=True),
    sa.Column("content_hash", sa.BigInteger, nullable=False),
    sa.Index("ix_collect_records_import", "import_id"),
)

COUNTS = (
    "rows_read",
    "rows_taken",
    "rows_unchanged",
    "rows_set_aside",
    "values_left_out",
    "events",
    "people_new",
    "people_updated",
)


@dataclass(frozen=True, slots=True)
class Import:
    """One file that was brought in. States: running, done, cancelled, failed, undone."""

    import_id: str
    source_id: str
    file_name: str
    sha256: str
    byte_count: int
    columns: list[str]
    mapping: dict[str, Any]
    state: str
    rows_read: int
    rows_taken: int
    rows_unchanged: int
    rows_set_aside: int
    values_left_out: int
    events: int
    people_new: int
    people_updated: int
    actor_name: str
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    error: str | None


def begin(conn: Connection, values: Mapping[str, object]) -> None:
    """Enter a new import in state running."""
    conn.execute(sa.insert(imports).values(**values, state="running"))


def update(conn: Connection, import_id: str, values: Mapping[str, object]) -> None:
    """Change columns of an import."""
    conn.execute(sa.update(imports).where(imports.c.import_id == import_id).values(**values))


def is_undone(conn: Connection, import_id: str) -> bool:
    """Whether an import was taken back."""
    return conn.scalar(sa.select(imports.c.state).where(imports.c.import_id == import_id)) == "undone"


def get(conn: Connection, import_id: str) -> Import:
    """One import; NotFound when there is none of that id."""
    row = conn.execute(sa.select(imports).where(imports.c.import_id == import_id)).first()
    if row is None:
        raise NotFound(what=_("import"), key=import_id)
    return Import(**row._mapping)


def brought(conn: Connection) -> Mapping[str, tuple[int, datetime]]:
    """Events that files brought and the time of the newest import, by source; what was taken back does not count."""
    found = (
        sa.select(imports.c.source_id, sa.func.sum(imports.c.events), sa.func.max(imports.c.started_at))
        .where(imports.c.state != "undone")
        .group_by(imports.c.source_id)
    )
    return {row[0]: (int(row[1]), row[2]) for row in conn.execute(found)}


def listing(conn: Connection, *, source_id: str | None = None, offset: int = 0, limit: int = 50) -> Sequence[Import]:
    """Imports, newest first."""
    query = sa.select(imports).order_by(imports.c.started_at.desc(), imports.c.import_id.desc())
    if source_id:
        query = query.where(imports.c.source_id == source_id)
    return [Import(**row._mapping) for row in conn.execute(query.offset(offset).limit(limit))]


def known_contents(conn: Connection, source_id: str, *, without: str) -> dict[int, int]:
    """The content hash that each record of a source was last seen with in other imports, by record hash."""
    query = sa.select(records.c.record_hash, records.c.content_hash).where(
        records.c.source_id == source_id, records.c.import_id != without
    )
    return {row[0]: row[1] for row in conn.execute(query.order_by(records.c.import_id))}


def note_records(conn: Connection, source_id: str, import_id: str, seen: Iterable[tuple[int, int]]) -> None:
    """Keep (record hash, content hash) pairs of an import."""
    rows = [
        {"source_id": source_id, "record_hash": key, "import_id": import_id, "content_hash": content}
        for key, content in seen
    ]
    if rows:
        conn.execute(insert_ignoring(conn, records), rows)


def forget_records(conn: Connection, import_id: str) -> None:
    """Forget what an undone import saw; the former contents count again."""
    conn.execute(sa.delete(records).where(records.c.import_id == import_id))


def later_of_source(conn: Connection, import_id: str) -> Sequence[str]:
    """The ids of the imports that the source of an import had after it, without those undone."""
    source_id = sa.select(imports.c.source_id).where(imports.c.import_id == import_id).scalar_subquery()
    later = sa.and_(imports.c.source_id == source_id, imports.c.import_id > import_id, imports.c.state != "undone")
    return list(conn.scalars(sa.select(imports.c.import_id).where(later).order_by(imports.c.import_id)))


def hash64(text: str, key: bytes = b"") -> int:
    """A signed 64-bit hash, keyed where the text is personal."""
    return int.from_bytes(hashlib.blake2b(text.encode(), key=key, digest_size=8).digest(), "big", signed=True)
