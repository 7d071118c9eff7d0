"""Questions that a newer matching run took the place of: they come back when that run is taken back.

Every run that stands may be taken back, so what each put aside has to be kept; but what the tenth run before the newest
put aside is asked again only once all ten are taken back. So only what the newest KEPT_RUNS put aside is kept, and of
that nothing about identifiers that are gone for good: as much as ten queues, however often runs are made.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.identity.tables import identifiers, numbers, replaced, reviews, runs
from habitue.kernel.register import bulk, insert_ignoring, upsert

KEPT_RUNS = 10
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
    _prune(conn, run_id)


def _prune(conn: Connection, newest: str) -> None:
    """Forget what nobody can ask again: of runs long replaced, and about numbers that nobody has or will be given."""
    stands = sa.or_(runs.c.run_id == newest, sa.and_(runs.c.kind == "bulk", runs.c.state == "done"))
    order = (runs.c.created_at.desc(), runs.c.run_id.desc())
    kept = conn.scalars(sa.select(runs.c.run_id).where(stands).order_by(*order).limit(KEPT_RUNS)).all()
    conn.execute(sa.delete(replaced).where(replaced.c.replaced_by.notin_([newest, *kept])))
    for number in (replaced.c.a, replaced.c.b):
        is_here = sa.select(identifiers.c.identifier_id).where(identifiers.c.identifier_id == number).exists()
        may_return = sa.select(numbers.c.identifier_id).where(numbers.c.identifier_id == number).exists()
        conn.execute(sa.delete(replaced).where(~is_here, ~may_return))


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
