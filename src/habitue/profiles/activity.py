"""When somebody was first and last seen, and how often: folded from the events, at once when nothing else waits.

Under load it is put off: a hundred thousand events then change the row of a person once and not in every transaction.
How far it has been folded is a sequence number in the register, so a crash in between loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable

from habitue.collect.envelope import INTERNAL_SOURCE
from habitue.identity.tables import identifiers
from habitue.kernel import state
from habitue.kernel.register import Instant, chunks, dialect_insert
from habitue.profiles.tables import activity, events, people
from habitue.profiles.timeline import hang_on

PUT_OFF_EVENTS = 200_000
_FOLDED = "activity_seq"

# What some events add to their identifiers: counted once for identifiers and people, and empty again at the end.
_added = sa.Table(
    "profiles_added",
    sa.MetaData(),
    sa.Column("identifier_id", sa.BigInteger, nullable=False),
    sa.Column("first_at", Instant, nullable=False),
    sa.Column("last_at", Instant),
    sa.Column("event_count", sa.BigInteger, nullable=False),
    prefixes=["TEMPORARY"],
)


def fold(conn: Connection, *, upto: int, is_due: bool = True) -> bool:
    """Fold the events after the last fold up to `upto`; with `is_due` false only when many wait. Whether it did."""
    since = state.read(conn, _FOLDED)
    if upto <= since or (not is_due and upto - since < PUT_OFF_EVENTS):
        return False
    with _counting(conn, sa.and_(events.c.seq > since, events.c.seq <= upto)):
        _add(conn)
        _touch(conn, upto)
    state.store(conn, {_FOLDED: upto})
    return True


def counted(conn: Connection) -> int:
    """The sequence number up to which people are counted as their events say."""
    return state.read(conn, _FOLDED)


def recount(conn: Connection, identifier_ids: Iterable[int]) -> None:
    """Count some identifiers anew from all of their events."""
    ids = sorted(identifier_ids)
    forget(conn, ids)
    for part in chunks(ids, 10_000):
        with _counting(conn, hang_on(conn, part)):
            _add(conn)


def forget(conn: Connection, identifier_ids: Iterable[int]) -> None:
    """Delete the first and last time of some identifiers."""
    for part in chunks(sorted(identifier_ids), 10_000):
        conn.execute(sa.delete(activity).where(activity.c.identifier_id.in_(part)))


@contextmanager
def _counting(conn: Connection, chosen: sa.ColumnElement[bool]) -> Iterator[None]:
    """Count some events by identifier; a row of a file without a date does not say when somebody was last here.

    Neither does an event that its sender calls inactive, such as one that a server tells in somebody's name.
    """
    is_undated = sa.and_(events.c.import_id.isnot(None), events.c.at == events.c.received_at)
    seen_at = sa.case((is_undated, None), (_is_inactive(conn), None), else_=events.c.at)
    query = (
        sa.select(events.c.identifier_id, sa.func.min(events.c.at), sa.func.max(seen_at), sa.func.count())
        .where(chosen, events.c.source_id != INTERNAL_SOURCE)
        .group_by(events.c.identifier_id)
    )
    conn.execute(CreateTable(_added, if_not_exists=True))
    conn.execute(sa.insert(_added).from_select([column.name for column in _added.columns], query))
    yield
    conn.execute(sa.delete(_added))


def _add(conn: Connection) -> None:
    """Add what was counted to the identifiers."""
    # The condition tells SQLite that what follows is no join.
    query = sa.select(_added).where(sa.true())
    insert = dialect_insert(conn, activity).from_select([column.name for column in activity.columns], query)
    new, old = insert.excluded, activity.c
    least, greatest = _least_and_greatest(conn)
    statement = insert.on_conflict_do_update(
        index_elements=["identifier_id"],
        set_={
            "first_at": least(old.first_at, new.first_at),
            "last_at": greatest(sa.func.coalesce(old.last_at, new.last_at), sa.func.coalesce(new.last_at, old.last_at)),
            "event_count": old.event_count + new.event_count,
        },
    )
    conn.execute(statement)


def _is_inactive(conn: Connection) -> sa.ColumnElement[bool]:
    kept, mark = events.c.kept, '"active":false'
    if conn.dialect.name == "postgresql":
        told = sa.func.jsonb_extract_path(sa.cast(kept, postgresql.JSONB), "active")
        is_false = told == sa.literal_column("'false'::jsonb")
    else:
        is_false = sa.func.json_type(kept, "$.active") == "false"
    # The text is looked through before it is read as JSON, which costs more.
    return sa.case((kept.is_(None), False), (sa.not_(kept.contains(mark)), False), else_=is_false)


def _touch(conn: Connection, seq: int) -> None:
    """Add what was counted to the people: the row of each says what those of its identifiers say together."""
    told = (
        sa.select(
            identifiers.c.profile_id,
            sa.func.min(_added.c.first_at).label("first_at"),
            sa.func.max(_added.c.last_at).label("last_at"),
            sa.func.sum(_added.c.event_count).label("event_count"),
        )
        .join(_added, _added.c.identifier_id == identifiers.c.identifier_id)
        .group_by(identifiers.c.profile_id)
        .subquery()
    )
    old, new = people.c, told.c
    least, greatest = _least_and_greatest(conn)
    conn.execute(
        sa.update(people)
        .where(old.profile_id == new.profile_id)
        .values(
            first_seen_at=least(sa.func.coalesce(old.first_seen_at, new.first_at), new.first_at),
            last_seen_at=greatest(
                sa.func.coalesce(old.last_seen_at, new.last_at), sa.func.coalesce(new.last_at, old.last_seen_at)
            ),
            event_count=old.event_count + new.event_count,
            changed_seq=seq,
        )
    )


def _least_and_greatest(conn: Connection) -> tuple[Any, Any]:
    """The functions that say which of two values is the smaller, and which the greater."""
    if conn.dialect.name == "postgresql":
        return sa.func.least, sa.func.greatest
    return sa.func.min, sa.func.max
