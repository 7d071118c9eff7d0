"""When which audience is to be asked again of whom, because time alone may change the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.audiences.stays import due
from habitue.kernel.register import among, chunks, upsert

AT_ONCE = 2_000


def waiting(conn: Connection, now: datetime, limit: int) -> set[tuple[str, str]]:
    """The pairs of audience and profile whose time has come, the oldest first."""
    query = sa.select(due.c.audience_id, due.c.profile_id).where(due.c.due_at <= now)
    rows = conn.execute(query.order_by(due.c.due_at).limit(limit))
    return {(row.audience_id, row.profile_id) for row in rows}


def forget(conn: Connection, audience_ids: Sequence[str], profile_ids: Sequence[str]) -> None:
    """Forget when to ask these audiences of these people."""
    for part in chunks(profile_ids, AT_ONCE):
        ours = among(conn, due.c.audience_id, audience_ids)
        conn.execute(sa.delete(due).where(ours, among(conn, due.c.profile_id, part)))


def store(conn: Connection, found: Mapping[tuple[str, str], datetime]) -> None:
    """Note when to ask again."""
    rows = [{"audience_id": key[0], "profile_id": key[1], "due_at": at} for key, at in found.items()]
    for part in chunks(rows, AT_ONCE):
        conn.execute(upsert(conn, due), list(part))
