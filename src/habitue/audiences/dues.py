"""When somebody is to be asked again, because time alone may change who they belong to: one row a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.audiences.stays import due
from habitue.kernel.clock import from_micros
from habitue.kernel.register import among, bulk, chunks, dialect_insert

AT_ONCE = 2_000
LONG_AGO = from_micros(0)
"""Due then is whoever moved in an audience that another one remembers, until that one has asked about them."""


def waiting(conn: Connection, now: datetime, limit: int) -> Mapping[str, datetime]:
    """The people whose time has come, with that time, the oldest first."""
    query = sa.select(due.c.profile_id, due.c.due_at).where(due.c.due_at <= now)
    return {row.profile_id: row.due_at for row in conn.execute(query.order_by(due.c.due_at).limit(limit))}


def next_one(conn: Connection, until: datetime) -> datetime | None:
    """The earliest time before `until`."""
    found: datetime | None = conn.scalar(sa.select(sa.func.min(due.c.due_at)).where(due.c.due_at < until))
    return found


def forget(conn: Connection, profile_ids: Sequence[str]) -> None:
    """Forget when to ask these people."""
    for part in chunks(profile_ids, AT_ONCE):
        conn.execute(sa.delete(due).where(among(conn, due.c.profile_id, part)))


def store(conn: Connection, found: Mapping[str, int]) -> None:
    """Note when to ask people again, in microseconds since 1970; who is noted for earlier stays so."""
    rows = [{"profile_id": profile_id, "due_at": from_micros(at)} for profile_id, at in found.items()]
    insert = dialect_insert(conn, due)
    noted = insert.on_conflict_do_update(
        index_elements=["profile_id"],
        set_={"due_at": insert.excluded.due_at},
        where=insert.excluded.due_at < due.c.due_at,
    )
    for part in chunks(rows, AT_ONCE):
        bulk(conn, noted, list(part))
