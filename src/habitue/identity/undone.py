"""What has to be replayed when a decision comes or goes."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.identity import commands, replay, returning, review
from habitue.identity.tables import decisions, identifiers, links, replaced, reviews, rulebooks
from habitue.kernel.register import chunks


def around(conn: Connection, decision: commands.Decision) -> replay.Closure:
    """Everything that depends on a decision which holds from the beginning; on other rules everybody depends."""
    if isinstance(decision, commands.ChangeRules):
        return replay.closure(conn, conn.scalars(sa.select(identifiers.c.identifier_id)).all())
    return replay.closure(conn, commands.met(decision))


def met_by(conn: Connection, seqs: Sequence[int]) -> set[int]:
    """The identifiers that some decisions are about; everybody when rules are among them."""
    found: set[int] = set()
    for part in chunks(sorted(seqs), 5_000):
        rows = conn.execute(sa.select(decisions).where(decisions.c.seq.in_(part))).all()
        if any(row.verb == "rules" for row in rows):
            return set(conn.scalars(sa.select(identifiers.c.identifier_id)))
        found.update(identifier_id for row in rows for identifier_id in (row.a, row.b))
        for a, b in conn.execute(sa.select(links.c.a, links.c.b).where(links.c.seq.in_(part))):
            found.update((a, b))
    return found - {0}


def forget(conn: Connection, seqs: Sequence[int]) -> list[int]:
    """Delete the record of some decisions; returns the sequence numbers of those that there were."""
    known: list[int] = []
    for part in chunks(sorted(seqs), 5_000):
        rows = conn.execute(sa.select(decisions).where(decisions.c.seq.in_(part))).all()
        known += [row.seq for row in rows]
        conn.execute(sa.delete(decisions).where(decisions.c.seq.in_(part)))
        conn.execute(sa.delete(rulebooks).where(rulebooks.c.seq.in_(part)))
        review.unanswer(conn, [(row.a, row.b) for row in rows if row.verb in ("same", "different")])
    return known


def forget_about(conn: Connection, identifier_ids: Sequence[int]) -> list[int]:
    """Delete the record of all decisions about people who are erased; their row numbers are never given again."""
    found: list[int] = []
    for part in chunks(sorted(identifier_ids), 5_000):
        about = sa.or_(decisions.c.a.in_(part), decisions.c.b.in_(part))
        found += conn.scalars(sa.select(decisions.c.seq).where(about))
        for table in (reviews, replaced):
            conn.execute(sa.delete(table).where(sa.or_(table.c.a.in_(part), table.c.b.in_(part))))
    replay.keep_numbers(conn)
    returning.forget(conn, identifier_ids)
    return forget(conn, found)
