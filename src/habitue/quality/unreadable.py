"""Frames of the journal that could not be applied: kept whole with the reason, until they are applied after all.

The door checks what it takes in, so a frame of this kind comes from an error of a program. Those behind it must not
wait for it, and it must not be lost: it waits here, and `again` puts it back into the journal. There it names itself,
and whoever applies it takes it from here in the same transaction: once, however often it was put back.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.audit import ledger
from habitue.collect import imports, projection
from habitue.collect.journal import Frame, Position
from habitue.kernel.clock import from_micros, micros
from habitue.kernel.context import Context
from habitue.kernel.register import Instant, metadata
from habitue.quality.quarantine import erase_where, searched

READ, EDIT = "sources.read", "sources.edit"
_CELLS = re.compile(r'["\s,:{}\[\]\x00-\x1f]+')
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_IMPORT = re.compile(rb'"import_id"\s*:\s*"([^"\\]+)"')
_FRAME = re.compile(rb'^\{"frame_id":"([0-9a-f]+)"')
_NAMED = re.compile(rb"^\s*\{\s*")

unreadable = sa.Table(
    "quality_unreadable_frames",
    metadata,
    sa.Column("frame_id", sa.Text, primary_key=True),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("at", Instant, nullable=False),
    # The kind of the error alone: its text may tell of a person.
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("import_id", sa.Text),
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


class Aside:
    """The place of a workspace where such frames wait."""

    def __init__(self, ws: Context) -> None:
        self._ws = ws

    def keep(self, conn: Connection, frame: Frame, problem: Exception) -> None:
        """Set a frame aside, in the transaction that passes it over; one that came again waits already."""
        error = type(problem).__name__
        if not _waits(conn, frame.body):
            brought = _IMPORT.search(frame.body)
            row = {
                "frame_id": self._ws.ids.new(),
                "received_at": from_micros(frame.received_at),
                "at": self._ws.clock.now(),
                "error": error,
                "import_id": brought and brought[1].decode("utf-8", "replace"),
                "body": frame.body,
                "searched": searched(_texts(frame.body)),
            }
            conn.execute(unreadable.insert().values(row))
        log.error("a frame of the journal could not be applied and was set aside", error=error)

    def take(self, conn: Connection, frame_id: str) -> bool:
        """Take a frame that comes again from here; False when it is gone, or is of an import that was undone."""
        where = unreadable.c.frame_id == frame_id
        import_id = conn.scalar(sa.select(unreadable.c.import_id).where(where))
        is_here = conn.execute(unreadable.delete().where(where)).rowcount > 0
        return is_here and (import_id is None or not imports.is_undone(conn, import_id))


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

    Those that still cannot be applied go on waiting; what is no JSON object could not even be named and stays here.
    """
    policy.require(ws.actor, EDIT)
    with ws.register.read() as conn:
        found = conn.execute(sa.select(unreadable.c.frame_id, unreadable.c.received_at, unreadable.c.body)).all()
    bodies = [named for row in found if (named := _named(bytes(row.body), row.frame_id, row.received_at))]
    if not bodies:
        return 0, None
    with ws.register.write() as conn:
        details = {"frames": len(bodies)}
        ledger.record(conn, ws, verb="frames.replayed", subject_kind="journal", subject_id="journal", details=details)
    return len(bodies), projection.journal(ws).append(bodies)


def forget(conn: Connection, *, import_id: str) -> int:
    """Delete what was set aside of an import; how many frames they were."""
    return conn.execute(unreadable.delete().where(unreadable.c.import_id == import_id)).rowcount


def erase_matching(conn: Connection, needles: Sequence[str]) -> int:
    """Delete the frames that hold an identifier of an erased person in any spelling; how many they were."""
    return erase_where(conn, unreadable, needles)


def _named(body: bytes, frame_id: str, received_at: datetime) -> bytes | None:
    """A frame with its name and time before what it said, which is left as it was written; None for no object."""
    opening = _NAMED.match(body)
    if opening is None:
        return None
    rest = body[opening.end() :]
    comma = b"" if rest.startswith(b"}") else b","
    return b'{"frame_id":"%s","received_at":%d' % (frame_id.encode(), micros(received_at)) + comma + rest


def _waits(conn: Connection, body: bytes) -> bool:
    name = _FRAME.match(body)
    where = unreadable.c.frame_id == (name[1].decode() if name else "")
    return conn.scalar(sa.select(unreadable.c.frame_id).where(where)) is not None


def _texts(body: bytes) -> Iterator[str]:
    """Every text of a frame, as a whole and in pieces, with its escapes undone: an erasure finds a person by them."""
    told = body.decode("utf-8", "replace")
    yield from _CELLS.split(told)
    for quoted in _QUOTED.findall(told):
        with contextlib.suppress(ValueError):
            text = str(json.loads(quoted, strict=False))
            # Half of a pair of letters is no text that a database takes.
            yield text.encode("utf-8", "replace").decode()
