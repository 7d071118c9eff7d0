"""Questions that a newer matching run took the place of: they come back when that run is taken back."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.identity.tables import replaced, reviews, runs
from habitue.kernel.register import bulk, insert_ignoring, upsert

_COLUMNS = [column.name for column in replaced.columns if column.name != "replaced_by"]


def put_aside(conn: Connection, run_id: str, asked: Collection[tuple[int, int]]) -> None:
    """Take the open questions of former runs out of the queue, and whatever stands where `asked` comes."""
    queue = conn.execute(sa.select(reviews).where(reviews.c.state.in_(("open", "settled")))).all()
    rows = [
        {"replaced_by": run_id, **{name: row._mapping[name] for name in _COLUMNS}}
        for row in queue
        if (row.a, row.b) in asked or (row.kind == "match" and row.state == "open")
    ]
    bulk(conn, insert_ignoring(conn, replaced), rows)
    conn.execute(sa.delete(reviews).where(reviews.c.kind == "match", reviews.c.state == "open"))


def bring_back(conn: Connection, run_id: str) -> None:
    """Forget what a run had asked; what it took the place of is settled now, for `settle` to ask what is still open.

    When a newer run stands, it would have taken their place instead.
    """
    conn.execute(sa.delete(replaced).where(replaced.c.run_id == run_id))
    rows = [dict(row._mapping) for row in conn.execute(sa.select(replaced).where(replaced.c.replaced_by == run_id))]
    conn.execute(sa.delete(replaced).where(replaced.c.replaced_by == run_id))
    newer = _newer(conn, run_id)
    if newer is not None:
        bulk(conn, insert_ignoring(conn, replaced), [{**row, "replaced_by": newer} for row in rows])
        return
    query = sa.select(reviews.c.a, reviews.c.b).where(reviews.c.state == "decided")
    decided = {(a, b) for a, b in conn.execute(query)} if rows else set()
    back = [
        {
            **{name: row[name] for name in _COLUMNS},
            "state": "decided" if (row["a"], row["b"]) in decided else "settled",
        }
        for row in rows
    ]
    bulk(conn, upsert(conn, reviews), back)


def _newer(conn: Connection, run_id: str) -> str | None:
    """The run that compared everybody next, and stands."""
    since = sa.select(runs.c.created_at).where(runs.c.run_id == run_id).scalar_subquery()
    stands = sa.and_(runs.c.kind == "bulk", runs.c.state == "done", runs.c.created_at >= since)
    query = sa.select(runs.c.run_id).where(stands, runs.c.run_id > run_id)
    return conn.scalar(query.order_by(runs.c.created_at, runs.c.run_id).limit(1))
