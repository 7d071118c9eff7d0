"""What is new in the register since a sequence number: whose profile changed, and what it may have changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.audiences.topics import News
from habitue.collect.envelope import TRAIT_TYPES
from habitue.identity.tables import identifiers, links
from habitue.insights.orders import CANCELLED
from habitue.kernel import state
from habitue.kernel.register import among
from habitue.privacy.consents import consents
from habitue.profiles import activity
from habitue.profiles.tables import events, people


@dataclass(frozen=True, slots=True)
class Heard:
    """The news up to the sequence number `until`, the profiles that it is about, and those that are new."""

    news: News
    profile_ids: tuple[str, ...]
    until: int
    new_ids: frozenset[str] = frozenset()


def since(conn: Connection, seq: int, limit: int) -> Heard:
    """News of about `limit` people after `seq`; `until` is lower than the newest when more are waiting."""
    # Under load people are counted some time after their events came; until then nobody is asked about.
    newest = activity.counted(conn)
    is_new = sa.and_(people.c.changed_seq > seq, people.c.changed_seq <= newest)
    query = sa.select(people.c.profile_id, people.c.changed_seq).where(is_new)
    rows = conn.execute(query.order_by(people.c.changed_seq).limit(limit)).all()
    until = newest
    if len(rows) == limit:
        # Everybody of the last sequence number, since they changed together.
        until = rows[-1].changed_seq
        last = query.where(people.c.changed_seq == until)
        rows = [*(row for row in rows if row.changed_seq < until), *conn.execute(last)]
    heard = _news(conn, seq, until)
    ids = {row.profile_id for row in rows}
    if CANCELLED in heard.events:
        ids |= _who_ordered(conn, seq, until)
    return Heard(heard, tuple(sorted(ids)), until, _new_people(conn, ids, seq))


def _new_people(conn: Connection, profile_ids: Collection[str], seq: int) -> frozenset[str]:
    """Those of whom nothing was known before: every identifier is new."""
    owner, first = identifiers.c.profile_id, sa.func.min(identifiers.c.first_seq)
    query = sa.select(owner).where(among(conn, owner, profile_ids)).group_by(owner).having(first > seq)
    return frozenset(conn.scalars(query))


def _who_ordered(conn: Connection, seq: int, until: int) -> set[str]:
    """Whose orders were cancelled, under whatever name."""
    placed = events.alias()
    query = (
        sa.select(identifiers.c.profile_id)
        .join(placed, placed.c.identifier_id == identifiers.c.identifier_id)
        .join(events, events.c.order_id == placed.c.order_id)
        .where(events.c.seq > seq, events.c.seq <= until, events.c.name == CANCELLED, events.c.order_id.isnot(None))
    )
    return set(conn.scalars(query.distinct()))


def _news(conn: Connection, seq: int, until: int) -> News:
    span = sa.and_(events.c.seq > seq, events.c.seq <= until)
    rows = conn.execute(sa.select(events.c.type, events.c.name).where(span).distinct()).all()
    is_told = sa.select(consents.c.seq).where(consents.c.seq > seq, consents.c.seq <= until).limit(1)
    # An undone import, an erasure, a decision about who is who: nothing of it is an ordinary event.
    is_whole = state.read(conn, "decisions_seq") > seq
    return News(
        events=frozenset(row.name for row in rows if row.name),
        traits=any(row.type in TRAIT_TYPES or row.type != "track" for row in rows),
        consents=conn.execute(is_told).first() is not None,
        whole=is_whole or _has_new_links(conn, seq),
    )


def _has_new_links(conn: Connection, seq: int) -> bool:

    return conn.execute(sa.select(links.c.seq).where(links.c.seq > seq).limit(1)).first() is not None
