"""Who belonged to which audience from when to when, and why: written once, closed once, never recomputed away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.audiences import corrections
from habitue.identity import graph
from habitue.identity.tables import identifiers
from habitue.kernel import lake, state
from habitue.kernel.context import Context
from habitue.kernel.register import Instant, among, bulk, chunks, metadata, stored_instant, write_rows
from habitue.kernel.text import gettext_noop as _
from habitue.profiles.tables import people

Why = Literal["published", "facts", "time", "insight", "added", "merged", "removed"]
WHY: Mapping[str, str] = {
    "published": _("the rule was published"),
    "facts": _("something new is known"),
    "time": _("time went by"),
    "insight": _("an insight was computed anew"),
    "added": _("added by hand"),
    "merged": _("joined with another profile"),
    "removed": _("taken out by hand"),
}
PART = 5_000

stays = sa.Table(
    "audiences_stays",
    metadata,
    sa.Column("stay_id", sa.Text, primary_key=True),
    sa.Column("audience_id", sa.Text, nullable=False),
    sa.Column("profile_id", sa.Text, nullable=False),
    sa.Column("entered_at", Instant, nullable=False),
    sa.Column("entered_why", sa.Text, nullable=False),
    sa.Column("left_at", Instant),
    sa.Column("left_why", sa.Text),
    sa.Index("ix_audiences_stays_person", "profile_id", "audience_id"),
    sa.Index("ix_audiences_stays_audience", "audience_id", "left_at"),
    sa.Index(
        "ix_audiences_stays_open",
        "profile_id",
        "audience_id",
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    ),
)
due = sa.Table(
    "audiences_dues",
    metadata,
    sa.Column("profile_id", sa.Text, primary_key=True),
    sa.Column("due_at", Instant, nullable=False, index=True),
)
_LEAVE = (
    sa.update(stays)
    .where(
        stays.c.audience_id == sa.bindparam("of_audience"),
        stays.c.profile_id == sa.bindparam("of_profile"),
        stays.c.left_at.is_(None),
    )
    .values(left_at=sa.bindparam("left_at"), left_why=sa.bindparam("left_why"))
)
HISTORY = pa.schema(
    [
        ("audience_id", pa.string()),
        ("profile_id", pa.string()),
        ("entered_at", lake.instant()),
        ("left_at", lake.instant()),
    ]
)
lake.declare("stays", HISTORY)
CHANGES = "stays_changes"


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay in an audience; `left_at` is None while it lasts, the reasons are keys of WHY."""

    audience_id: str
    profile_id: str
    entered_at: datetime
    entered_why: str
    left_at: datetime | None
    left_why: str | None


def members(conn: Connection, audience_ids: Iterable[str], profile_ids: Sequence[str] | None = None) -> set[
    tuple[str, str]
]:  # fmt: skip
    """The pairs of audience and profile that hold now, of everybody or of some profiles."""
    wanted = [stays.c.left_at.is_(None), among(conn, stays.c.audience_id, audience_ids)]
    query = sa.select(stays.c.audience_id, stays.c.profile_id).where(*wanted)
    if profile_ids is None:
        return {(audience_id, profile_id) for audience_id, profile_id in conn.execute(query).all()}
    found: set[tuple[str, str]] = set()
    for part in chunks(profile_ids, PART):
        rows = conn.execute(query.where(among(conn, stays.c.profile_id, part))).all()
        found.update((audience_id, profile_id) for audience_id, profile_id in rows)
    return found


def size(conn: Connection, audience_id: str) -> int:
    """How many profiles belong to an audience now."""
    query = sa.select(sa.func.count()).where(stays.c.audience_id == audience_id, stays.c.left_at.is_(None))
    return int(conn.scalar(query) or 0)


def enter(conn: Connection, ws: Context, pairs: Iterable[tuple[str, str]], why: Why) -> None:
    """Begin a stay for each pair of audience and profile."""
    now = stored_instant(conn)(ws.clock.now())
    several = sorted(pairs)
    ids = ws.ids.several(len(several))
    rows = ((stay_id, *pair, now, why) for stay_id, pair in zip(ids, several, strict=True))
    write_rows(conn, stays, ("stay_id", "audience_id", "profile_id", "entered_at", "entered_why"), rows)
    _note(conn, len(several))


def leave(conn: Connection, ws: Context, pairs: Iterable[tuple[str, str]], why: Why) -> None:
    """End the stay of each pair of audience and profile."""
    now = ws.clock.now()
    rows = [
        {"left_at": now, "left_why": why, "of_audience": audience_id, "of_profile": profile_id}
        for audience_id, profile_id in sorted(pairs)
    ]
    bulk(conn, _LEAVE, rows)
    _note(conn, len(rows))


def of_person(conn: Connection, profile_id: str) -> Sequence[Stay]:
    """Every stay of a person, the newest first."""
    query = sa.select(*(stays.c[name] for name in Stay.__dataclass_fields__)).where(stays.c.profile_id == profile_id)
    order = (stays.c.entered_at.desc(), stays.c.stay_id.desc())
    return [Stay(**row._mapping) for row in conn.execute(query.order_by(*order))]


def gone(conn: Connection, limit: int = PART) -> Mapping[str, str | None]:
    """Profiles that are in an audience and no longer exist, each with the profile it became a part of, if any."""
    is_open = sa.select(stays.c.profile_id).where(stays.c.left_at.is_(None)).distinct()
    missing = is_open.outerjoin(people, people.c.profile_id == stays.c.profile_id).where(people.c.profile_id.is_(None))
    missing = missing.with_only_columns(stays.c.profile_id)
    ids = list(conn.scalars(missing.limit(limit)))
    return {**dict.fromkeys(ids), **graph.heirs(conn, ids)}


def erase_person(conn: Connection, identifier_ids: Iterable[int], profile_id: str) -> None:
    """Delete everything that is kept here about a person, under every profile id that they ever had."""
    own = conn.scalars(sa.select(identifiers.c.own_id).where(among(conn, identifiers.c.identifier_id, identifier_ids)))
    ids = [profile_id, *own]
    for table in (stays, due):
        conn.execute(sa.delete(table).where(among(conn, table.c.profile_id, ids)))
    corrections.forget(conn, ids)
    _note(conn, 1)


def history_table(
    conn: Connection, profile_ids: Sequence[str] | None = None, audience_ids: Iterable[str] | None = None
) -> pa.Table:
    """Stays in the form of the lake, of everybody or of some profiles, in every audience or in some."""
    query = sa.select(*(stays.c[name] for name in HISTORY.names)).order_by(stays.c.stay_id)
    if profile_ids is not None:
        query = query.where(among(conn, stays.c.profile_id, profile_ids))
    if audience_ids is not None:
        query = query.where(among(conn, stays.c.audience_id, audience_ids))
    rows = conn.execute(query).all()
    return pa.Table.from_pylist([dict(row._mapping) for row in rows], schema=HISTORY)


def refresh_lake(ws: Context) -> None:
    """Bring the lake's table of stays up to the register."""
    with ws.register.read() as conn:
        wanted = state.read(conn, CHANGES)
        if ws.lake.has("stays") and ws.lake.sequence("stays") == wanted:
            return
        table = history_table(conn)
    ws.lake.write("stays", table, seq=wanted)


def note_change(conn: Connection) -> None:
    """The lake's table of stays is behind the register's."""
    _note(conn, 1)


def _note(conn: Connection, changes: int) -> None:
    if changes:
        state.store(conn, {CHANGES: state.read(conn, CHANGES) + 1})
