"""People whose history in audiences has to be told anew, since what was undone or kept apart had changed it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.kernel.register import Instant, among, chunks, metadata, upsert

PART = 5_000

corrections = sa.Table(
    "audiences_corrections",
    metadata,
    sa.Column("profile_id", sa.Text, primary_key=True),
    sa.Column("since", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Some people, and since when their history may be wrong."""

    profile_ids: tuple[str, ...]
    since: datetime


def note(conn: Connection, profile_ids: Iterable[str], since: datetime) -> None:
    """The history of these people is to be told anew from `since` on, or from earlier where that waits already."""
    for part in chunks(sorted(profile_ids), PART):
        mine = among(conn, corrections.c.profile_id, part)
        query = sa.select(corrections.c.profile_id).where(mine, corrections.c.since <= since)
        earlier = set(conn.scalars(query))
        rows = [{"profile_id": profile_id, "since": since} for profile_id in part if profile_id not in earlier]
        if rows:
            conn.execute(upsert(conn, corrections), rows)


def waiting(conn: Connection) -> Waiting | None:
    """Those who wait with the earliest time; None when nobody does."""
    since = conn.scalar(sa.select(sa.func.min(corrections.c.since)))
    if since is None:
        return None
    ids = conn.scalars(sa.select(corrections.c.profile_id).where(corrections.c.since == since))
    return Waiting(tuple(sorted(ids)), since)


def forget(conn: Connection, profile_ids: Iterable[str]) -> None:
    """These people wait no more."""
    for part in chunks(sorted(profile_ids), PART):
        conn.execute(sa.delete(corrections).where(among(conn, corrections.c.profile_id, part)))
