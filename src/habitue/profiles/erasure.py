"""The eraser of this room: everything that profiles hold about some identifiers."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.kernel.register import chunks
from habitue.profiles.tables import activity, events, superseded, values
from habitue.profiles.timeline import hang_on, note_rewrite


def erase(conn: Connection, identifier_ids: Iterable[int]) -> int:
    """Delete events, values and activity of some identifiers; returns the number of events.

    The cached profile and its search text go with the refresh that follows.
    """
    count = 0
    for part in chunks(sorted(identifier_ids), 10_000):
        met = hang_on(conn, part)
        seqs = sa.select(events.c.seq).where(met)
        conn.execute(sa.delete(superseded).where(sa.or_(superseded.c.seq.in_(seqs), superseded.c.by_seq.in_(seqs))))
        lowest = sa.select(sa.func.min(events.c.seq)).where(met)
        note_rewrite(conn, lowest)
        count += int(conn.execute(sa.delete(events).where(met)).rowcount)
        for table in (values, activity):
            conn.execute(sa.delete(table).where(table.c.identifier_id.in_(part)))
    return count
