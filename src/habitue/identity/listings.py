"""Lists for people who look after identity: shared values and decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.identity.tables import blocks, decisions, identifiers, links, violations
from habitue.kernel.register import among, chunks

MOST = 500


@dataclass(frozen=True, slots=True)
class SharedValue:
    """A value that links nobody: since it met too many people, or because somebody said so."""

    identifier_id: int
    namespace: str
    value: str
    people: int
    is_decided: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: `verb` is same, different, matched, blocked, allowed or rules."""

    seq: int
    verb: str
    a: int
    b: int
    by: str
    by_name: str
    run_id: str | None
    score: float | None
    at: datetime


def shared_values(conn: Connection, *, limit: int = MOST) -> list[SharedValue]:
    """The values that link nobody, those that met most people first."""
    met = (
        sa.select(violations.c.left_out, sa.func.count(sa.distinct(violations.c.who)).label("people"))
        .group_by(violations.c.left_out)
        .subquery()
    )
    query = (
        sa.select(identifiers, blocks.c.state, met.c.people)
        .outerjoin(blocks, blocks.c.identifier_id == identifiers.c.identifier_id)
        .outerjoin(met, met.c.left_out == identifiers.c.identifier_id)
        .where(identifiers.c.blocked_seq.isnot(None))
        .order_by(met.c.people.desc().nulls_last(), identifiers.c.identifier_id)
    )
    return [
        SharedValue(row.identifier_id, row.namespace, row.value, int(row.people or 0), row.state is not None)
        for row in conn.execute(query.limit(limit))
    ]


def of_seqs(conn: Connection, seqs: Sequence[int]) -> list[Decision]:
    """Some decisions."""
    return _decisions(conn, among(conn, decisions.c.seq, seqs))


def of_run(conn: Connection, run_id: str) -> list[int]:
    """The sequence numbers of what a matching run decided."""
    return list(conn.scalars(sa.select(decisions.c.seq).where(decisions.c.run_id == run_id)))


def linked_by(conn: Connection, run_id: str, told: Iterable[tuple[int, int]]) -> int:
    """How many of some pairs a run has linked; the rules may have refused the others."""
    pairs = {(min(pair), max(pair)) for pair in told}
    found = 0
    for part in chunks(sorted({a for a, _ in pairs}), 10_000):
        query = sa.select(links.c.a, links.c.b).where(among(conn, links.c.a, part), links.c.run_id == run_id)
        found += sum((a, b) in pairs for a, b in conn.execute(query.where(links.c.state == "active")))
    return found


def between(conn: Connection, *, by: str, since: datetime, until: datetime) -> list[Decision]:
    """What one person decided in a span of time, the newest first; matching runs and rules are not among it."""
    is_theirs = sa.and_(decisions.c.by == by, decisions.c.at >= since, decisions.c.at < until)
    return _decisions(conn, sa.and_(is_theirs, decisions.c.verb.notin_(("matched", "rules"))))


def newest(conn: Connection, *, limit: int = 50) -> list[Decision]:
    """The newest decisions of people."""
    return _decisions(conn, decisions.c.verb != "matched", limit=limit)


def _decisions(conn: Connection, where: sa.ColumnElement[bool], *, limit: int = 100_000) -> list[Decision]:
    query = sa.select(decisions).where(where).order_by(decisions.c.seq.desc()).limit(limit)
    return [Decision(**row._mapping) for row in conn.execute(query)]
