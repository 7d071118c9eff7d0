"""When somebody was first and last seen, and how often: folded from the events, at once when nothing else waits.

Under load it is put off: a hundred thousand events then change the row of a person once and not in every transaction.
How far it has been folded is a sequence number in the register, so a crash in between loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from habitue.collect.envelope import INTERNAL_SOURCE
from habitue.identity.tables import identifiers
from habitue.kernel import state
from habitue.kernel.register import chunks, dialect_insert
from habitue.profiles.tables import activity, events, people
from habitue.profiles.timeline import hang_on

PUT_OFF_EVENTS = 200_000
_FOLDED = "activity_seq"


def fold(conn: Connection, *, upto: int, is_due: bool = True) -> bool:
    """Fold the events after the last fold up to `upto`; with `is_due` false only when many wait. Whether it did."""
    since = state.read(conn, _FOLDED)
    if upto <= since or (not is_due and upto - since < PUT_OFF_EVENTS):
        return False
    span = sa.and_(events.c.seq > since, events.c.seq <= upto)
    _count(conn, span)
    met = sa.select(events.c.identifier_id).where(span)
    owners = sa.select(identifiers.c.profile_id).where(identifiers.c.identifier_id.in_(met)).distinct()
    _touch(conn, owners, upto)
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
        _count(conn, hang_on(conn, part))


def forget(conn: Connection, identifier_ids: Iterable[int]) -> None:
    """Delete the first and last time of some identifiers."""
    for part in chunks(sorted(identifier_ids), 10_000):
        conn.execute(sa.delete(activity).where(activity.c.identifier_id.in_(part)))


def _count(conn: Connection, chosen: sa.ColumnElement[bool]) -> None:
    """Add some events to their identifiers; a row of a file without a date does not say when somebody was last here.

    Neither does an event that its sender calls inactive, such as one that a server tells in somebody's name.
    """
    is_undated = sa.and_(events.c.import_id.isnot(None), events.c.at == events.c.received_at)
    seen_at = sa.case((is_undated, None), (_is_inactive(conn), None), else_=events.c.at)
    query = (
        sa.select(events.c.identifier_id, sa.func.min(events.c.at), sa.func.max(seen_at), sa.func.count())
        .where(chosen, events.c.source_id != INTERNAL_SOURCE)
        .group_by(events.c.identifier_id)
    )
    insert = dialect_insert(conn, activity).from_select([column.name for column in activity.columns], query)
    new, old = insert.excluded, activity.c
    is_postgresql = conn.dialect.name == "postgresql"
    least, greatest = (sa.func.least, sa.func.greatest) if is_postgresql else (sa.func.min, sa.func.max)
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


def _touch(conn: Connection, owners: sa.Select[tuple[str]], seq: int) -> None:
    """Renew first seen, last seen and event count of some people."""
    told = (
        sa.select(
            identifiers.c.profile_id,
            sa.func.min(activity.c.first_at).label("first_at"),
            sa.func.max(activity.c.last_at).label("last_at"),
            sa.func.sum(activity.c.event_count).label("event_count"),
        )
        .join(activity, activity.c.identifier_id == identifiers.c.identifier_id)
        .where(identifiers.c.profile_id.in_(owners))
        .group_by(identifiers.c.profile_id)
        .subquery()
    )
    is_different = sa.or_(
        people.c.event_count != told.c.event_count,
        people.c.first_seen_at.is_distinct_from(told.c.first_at),
        people.c.last_seen_at.is_distinct_from(told.c.last_at),
    )
    conn.execute(
        sa.update(people)
        .where(people.c.profile_id == told.c.profile_id, is_different)
        .values(
            first_seen_at=told.c.first_at,
            last_seen_at=told.c.last_at,
            event_count=told.c.event_count,
            changed_seq=seq,
        )
    )
