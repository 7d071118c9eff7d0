"""Who entered an audience and who left it, when and why: its stays as a list of what happened, the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.audiences.stays import stays
from habitue.identity import graph
from habitue.kernel.context import Context
from habitue.kernel.register import among
from habitue.profiles.tables import people


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody entered or left; `why` is a key of `stays.WHY`.

    `profile_id` is the id that the person has today, `name` and `email` what is known of them; all three are None for
    readers who may not see people.
    """

    at: datetime
    is_entry: bool
    why: str
    profile_id: str | None = None
    name: str | None = None
    email: str | None = None


def count(ws: Context, audience_id: str) -> int:
    """How often somebody entered an audience or left it."""
    policy.require(ws.actor, "audiences.read")
    query = sa.select(sa.func.count() + sa.func.count(stays.c.left_at)).where(stays.c.audience_id == audience_id)
    with ws.register.read() as conn:
        return int(conn.scalar(query) or 0)


def turns(ws: Context, audience_id: str, *, offset: int = 0, limit: int = 50) -> Sequence[Turn]:
    """Who entered and left, the newest first, page by page."""
    policy.require(ws.actor, "audiences.read")
    own = stays.c.audience_id == audience_id
    columns = (stays.c.stay_id, stays.c.profile_id)
    entered = sa.select(*columns, stays.c.entered_at.label("at"), stays.c.entered_why.label("why"), _IS_ENTRY)
    left = sa.select(*columns, stays.c.left_at.label("at"), stays.c.left_why.label("why"), _IS_EXIT)
    both = sa.union_all(entered.where(own), left.where(own, stays.c.left_at.is_not(None)))
    newest = both.order_by(sa.desc("at"), sa.asc("is_entry"), sa.desc("stay_id")).offset(offset).limit(limit)
    with ws.register.read() as conn:
        rows = conn.execute(newest).all()
        if not policy.allowed(ws.actor, "people.read"):
            return [Turn(row.at, bool(row.is_entry), row.why) for row in rows]
        known = _known(conn, {row.profile_id for row in rows})
    return [Turn(row.at, bool(row.is_entry), row.why, *known.get(row.profile_id, (row.profile_id,))) for row in rows]


_IS_ENTRY, _IS_EXIT = sa.literal(1).label("is_entry"), sa.literal(0).label("is_entry")


def _known(conn: Connection, profile_ids: set[str]) -> Mapping[str, tuple[str, str | None, str | None]]:
    """Id of today, name and address by the ids of then."""
    named = _named(conn, profile_ids)
    lost = profile_ids - set(named)
    today = {each: each for each in profile_ids} | (graph.heirs(conn, lost) if lost else {})
    named = {**named, **_named(conn, set(today.values()) - set(named))}
    return {then: (now, *named.get(now, (None, None))) for then, now in today.items()}


def _named(conn: Connection, profile_ids: set[str]) -> dict[str, tuple[str | None, str | None]]:
    columns = (people.c.profile_id, people.c.name, people.c.email)
    rows = conn.execute(sa.select(*columns).where(among(conn, people.c.profile_id, profile_ids)))
    return {row.profile_id: (row.name, row.email) for row in rows}
