"""What came to the door from each source: messages by minute and outcome, and the last refusals with their reason.

The door counts in memory and writes twice a second. A door that is killed may lose the counts of that moment, never
an accepted message; and every sender was told the reason at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.kernel.register import Instant, dialect_insert, metadata

ACCEPTED = "accepted"
NOBODY = ""
MINUTES_KEPT = timedelta(days=7)
REFUSALS_KEPT = 200
_LONG_ENOUGH = 8

minutes = sa.Table(
    "collect_traffic",
    metadata,
    sa.Column("source_id", sa.Text, primary_key=True),
    sa.Column("minute", Instant, primary_key=True),
    sa.Column("outcome", sa.Text, primary_key=True),
    sa.Column("messages", sa.BigInteger, nullable=False),
)
totals = sa.Table(
    "collect_outcomes",
    metadata,
    sa.Column("source_id", sa.Text, primary_key=True),
    sa.Column("outcome", sa.Text, primary_key=True),
    sa.Column("messages", sa.BigInteger, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
)
refusals = sa.Table(
    "collect_refusals",
    metadata,
    sa.Column("refusal_id", sa.Text, primary_key=True),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text),
    sa.Index("ix_collect_refusals_source", "source_id", "refusal_id"),
)
Counts = Mapping[tuple[str, datetime, str], int]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message, or a whole request, that the door did not take; nothing of its contents is kept."""

    refusal_id: str
    source_id: str
    key_id: str
    at: datetime
    code: str
    reason: str
    message_id: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many messages of a source ended like this so far, and when the last one did."""

    messages: int
    last_at: datetime


def add(conn: Connection, counts: Counts, refused: Sequence[Refusal], now: datetime) -> None:
    """Add to the counts by (source, minute, outcome), and keep the last refusals of each source."""
    if not counts and not refused:
        return
    _add(conn, minutes, [{"source_id": s, "minute": m, "outcome": o, "messages": n} for (s, m, o), n in counts.items()])
    summed: Counter[tuple[str, str]] = Counter()
    for (source_id, _minute, outcome), number in counts.items():
        summed[source_id, outcome] += number
    rows = [{"source_id": s, "outcome": o, "messages": n, "last_at": now} for (s, o), n in summed.items()]
    _add(conn, totals, rows)
    if refused:
        conn.execute(sa.insert(refusals), [asdict(each) for each in refused])
        for source_id in {each.source_id for each in refused}:
            _keep_last(conn, source_id)


def prune(conn: Connection, now: datetime) -> None:
    """Forget the minutes of more than a week ago; the totals stay."""
    conn.execute(sa.delete(minutes).where(minutes.c.minute < now - MINUTES_KEPT))


def by_minute(conn: Connection, source_ids: Collection[str], since: datetime) -> Mapping[str, Mapping[datetime, int]]:
    """How many messages each source sent in each minute from `since` on, whatever became of them."""
    number = sa.func.sum(minutes.c.messages)
    query = sa.select(minutes.c.source_id, minutes.c.minute, number)
    query = query.where(minutes.c.source_id.in_(list(source_ids)), minutes.c.minute >= since)
    found: dict[str, dict[datetime, int]] = {}
    for source_id, minute, count in conn.execute(query.group_by(minutes.c.source_id, minutes.c.minute)):
        found.setdefault(source_id, {})[minute] = int(count)
    return found


def outcomes(conn: Connection, source_id: str | None = None) -> Mapping[str, Mapping[str, Outcome]]:
    """What became of the messages of each source so far: by `accepted` or the code of the refusal."""
    query = sa.select(totals) if source_id is None else sa.select(totals).where(totals.c.source_id == source_id)
    found: dict[str, dict[str, Outcome]] = {}
    for row in conn.execute(query.order_by(totals.c.messages.desc(), totals.c.outcome)):
        found.setdefault(row.source_id, {})[row.outcome] = Outcome(int(row.messages), row.last_at)
    return found


def last_refusals(conn: Connection, source_id: str, *, limit: int = 50) -> list[Refusal]:
    """The newest refusals of a source, newest first; those of unknown keys are under NOBODY."""
    query = sa.select(refusals).where(refusals.c.source_id == source_id)
    query = query.order_by(refusals.c.at.desc(), refusals.c.refusal_id.desc()).limit(limit)
    return [Refusal(**row._mapping) for row in conn.execute(query)]


def erase_matching(conn: Connection, needles: Sequence[str]) -> int:
    """Delete the refusals whose message number holds an identifier of an erased person; how many they were."""
    number = sa.func.lower(refusals.c.message_id)
    held = [number.contains(needle.lower(), autoescape=True) for needle in needles if len(needle) >= _LONG_ENOUGH]
    held += [number == needle.lower() for needle in needles if needle]
    return sum(conn.execute(sa.delete(refusals).where(each)).rowcount for each in held)


def forget(conn: Connection, source_id: str) -> None:
    """Delete everything that is counted of a source."""
    for table in (minutes, totals, refusals):
        conn.execute(sa.delete(table).where(table.c.source_id == source_id))


def _add(conn: Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    if not rows:
        return
    insert = dialect_insert(conn, table)
    sums = {"messages": table.c.messages + insert.excluded.messages}
    if "last_at" in table.c:
        sums["last_at"] = insert.excluded.last_at
    keys = [column.name for column in table.primary_key.columns]
    conn.execute(insert.on_conflict_do_update(index_elements=keys, set_=sums), list(rows))


def _keep_last(conn: Connection, source_id: str) -> None:
    mine = sa.select(refusals.c.refusal_id).where(refusals.c.source_id == source_id)
    oldest = mine.order_by(refusals.c.refusal_id.desc()).offset(REFUSALS_KEPT).limit(1)
    edge = conn.scalar(oldest)
    if edge is not None:
        conn.execute(sa.delete(refusals).where(refusals.c.source_id == source_id, refusals.c.refusal_id <= edge))
