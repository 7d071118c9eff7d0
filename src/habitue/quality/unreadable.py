"""Frames of the journal that could not be applied: kept whole with the reason, until they are applied after all.

The door checks what it takes in, so a frame of this kind comes from an error of a program. Those behind it must not
wait for it, and it must not be lost: it waits here, and `again` puts it back into the journal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.audit import ledger
from habitue.collect import projection
from habitue.collect.journal import Frame, Position
from habitue.kernel.clock import from_micros, micros
from habitue.kernel.context import Context
from habitue.kernel.register import Instant, metadata
from habitue.quality.quarantine import erase_where, searched

READ, EDIT = "sources.read", "sources.edit"
_CELLS = re.compile(r'["\s,:{}\[\]\x00-\x1f]+')

unreadable = sa.Table(
    "quality_unreadable_frames",
    metadata,
    sa.Column("frame_id", sa.Text, primary_key=True),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("at", Instant, nullable=False),
    # The kind of the error alone: its text may tell of a person.
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("searched", sa.Text, nullable=False),
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class UnreadableFrame:
    """One frame that was set aside: when it came and was set aside, the kind of error, and its bytes."""

    frame_id: str
    received_at: datetime
    at: datetime
    error: str
    size: int


def keep(ws: Context, conn: Connection, frame: Frame, problem: Exception) -> None:
    """Set a frame aside, in the transaction that passes it over."""
    error = type(problem).__name__
    row = {
        "frame_id": ws.ids.new(),
        "received_at": from_micros(frame.received_at),
        "at": ws.clock.now(),
        "error": error,
        "body": frame.body,
        "searched": searched(_CELLS.split(frame.body.decode("utf-8", "replace"))),
    }
    conn.execute(unreadable.insert().values(row))
    log.error("a frame of the journal could not be applied and was set aside", frame=row["frame_id"], error=error)


def listing(ws: Context) -> Sequence[UnreadableFrame]:
    """What was set aside, in the order in which it came."""
    policy.require(ws.actor, READ)
    t = unreadable.c
    size = sa.func.length(t.body)
    query = sa.select(t.frame_id, t.received_at, t.at, t.error, size).order_by(t.received_at, t.frame_id)
    with ws.register.read() as conn:
        return [UnreadableFrame(*row) for row in conn.execute(query)]


def count(conn: Connection) -> int:
    """How many frames were set aside."""
    return conn.scalar(sa.select(sa.func.count()).select_from(unreadable)) or 0


def again(ws: Context) -> tuple[int, Position | None]:
    """Put every frame back into the journal, with the time at which it came; how many, and the place to wait for.

    Those that still cannot be applied are set aside anew; messages that came in meanwhile are known by their ids.
    """
    policy.require(ws.actor, EDIT)
    with ws.register.read() as conn:
        found = conn.execute(sa.select(unreadable.c.frame_id, unreadable.c.received_at, unreadable.c.body)).all()
    if not found:
        return 0, None
    position = projection.journal(ws).append([_dated(bytes(row.body), row.received_at) for row in found])
    with ws.register.write() as conn:
        conn.execute(unreadable.delete().where(unreadable.c.frame_id.in_([row.frame_id for row in found])))
        details = {"frames": len(found)}
        ledger.record(conn, ws, verb="frames.replayed", subject_kind="journal", subject_id="journal", details=details)
    return len(found), position


def erase_matching(conn: Connection, needles: Sequence[str]) -> int:
    """Delete the frames that hold an identifier of an erased person in any spelling; how many they were."""
    return erase_where(conn, unreadable, needles)


def _dated(body: bytes, received_at: datetime) -> bytes:
    try:
        told = json.loads(body)
    except ValueError:
        return body
    if not isinstance(told, dict):
        return body
    return json.dumps({"received_at": micros(received_at), **told}, ensure_ascii=False).encode()
