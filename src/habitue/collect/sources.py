"""Where data comes from: one row per source, with the mapping that its files were read with last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from anyascii import anyascii
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.audit import ledger
from habitue.collect.envelope import BY_HAND, INTERNAL_SOURCE
from habitue.kernel.context import Context
from habitue.kernel.errors import NotFound
from habitue.kernel.register import Instant, metadata
from habitue.kernel.text import gettext_noop as _

sources = sa.Table(
    "collect_sources",
    metadata,
    sa.Column("source_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("mapping", sa.JSON),
)
RESERVED = frozenset({INTERNAL_SOURCE, BY_HAND})


@dataclass(frozen=True, slots=True)
class Source:
    """Where data comes from; `mapping` is the remembered reading of its files, plain data."""

    source_id: str
    name: str
    kind: str
    created_at: datetime
    created_by: str
    mapping: dict[str, object] | None


def slug(name: str) -> str:
    """The id of a source from its name: lower-case ASCII words joined by underscores."""
    text = re.sub(r"[^a-z0-9]+", "_", anyascii(name).lower()).strip("_")[:60]
    return text if text and text not in RESERVED else f"source_{text}".rstrip("_")


def ensure(ws: Context, *, name: str, kind: str = "file") -> Source:
    """The source of that name, made when it does not exist yet."""
    policy.require(ws.actor, "imports.run")
    with ws.register.write() as conn:
        row = conn.execute(sa.select(sources).where(sources.c.name == name)).first()
        if row is not None:
            return Source(**row._mapping)
        taken = set(conn.scalars(sa.select(sources.c.source_id)))
        source_id = base = slug(name)
        number = 2
        while source_id in taken:
            source_id, number = f"{base}_{number}", number + 1
        source = Source(source_id, name, kind, ws.clock.now(), ws.actor.actor_id, None)
        conn.execute(sa.insert(sources).values(**asdict(source)))
        details = {"kind": kind}
        ledger.record(conn, ws, verb="source.created", subject_kind="source", subject_id=source_id, details=details)
    return source


def named(ws: Context, name: str, *, kind: str) -> Source:
    """The source of that id or name, made when there is neither."""
    with ws.register.read() as conn:
        row = conn.execute(sa.select(sources).where(sources.c.source_id == name)).first()
    return ensure(ws, name=name, kind=kind) if row is None else Source(**row._mapping)


def get(conn: Connection, source_id: str) -> Source:
    """One source; NotFound when there is none of that id."""
    row = conn.execute(sa.select(sources).where(sources.c.source_id == source_id)).first()
    if row is None:
        raise NotFound(what=_("source"), key=source_id)
    return Source(**row._mapping)


def by_name(conn: Connection, name: str) -> Source | None:
    """The source of that name, if there is one."""
    row = conn.execute(sa.select(sources).where(sources.c.name == name)).first()
    return None if row is None else Source(**row._mapping)


def listing(conn: Connection) -> Sequence[Source]:
    """Every source, by name."""
    return [Source(**row._mapping) for row in conn.execute(sa.select(sources).order_by(sources.c.name))]


def remember_mapping(conn: Connection, source_id: str, mapping: dict[str, object]) -> None:
    """Keep the mapping for the next file of the source."""
    conn.execute(sa.update(sources).where(sources.c.source_id == source_id).values(mapping=mapping))
