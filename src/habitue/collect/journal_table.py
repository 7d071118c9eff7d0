"""The journal as a table of PostgreSQL, for several doors on several machines.

Offsets are handed out by one row of `kernel_state`, which stays locked until the group that took them is committed.
So the order of offsets is the order of commits: who reads one frame reads all before it, and no gap is filled later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from habitue.collect.journal import Frame, Position
from habitue.kernel.clock import Clock, micros
from habitue.kernel.register import Register, bulk, metadata
from habitue.kernel.state import state

PAGE = 200
_TAIL = "journal_tail"
_FRAME_BYTES = 16  # what a frame costs beside its body, as in a file

frames = sa.Table(
    "collect_journal",
    metadata,
    sa.Column("begins_at", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)


class TableJournal:
    """Appends bodies durably and reads them in order; offsets count bytes, as in a file of one endless segment."""

    is_shared = True

    def __init__(self, register: Register, clock: Clock) -> None:
        self._register = register
        self._clock = clock

    def append(self, bodies: Sequence[bytes]) -> Position:
        """Write bodies in one transaction and return the position after them, durable by then.

        Raises OSError when that is not certain; they may be there all the same, and a retry is found by its ids.
        """
        now = micros(self._clock.now())
        try:
            with self._register.write() as conn:
                conn.exec_driver_sql("SET LOCAL synchronous_commit = on")
                end = self._take(conn, sum(len(body) + _FRAME_BYTES for body in bodies))
                rows, begins_at = [], end - sum(len(body) + _FRAME_BYTES for body in bodies)
                for body in bodies:
                    ends_at = begins_at + len(body) + _FRAME_BYTES
                    rows.append({"begins_at": begins_at, "ends_at": ends_at, "received_at": now, "body": body})
                    begins_at = ends_at
                bulk(conn, sa.insert(frames), rows)
        except SQLAlchemyError as problem:
            raise OSError(f"the journal table did not take it: {type(problem).__name__}") from problem
        return Position(1, end)

    def tail(self) -> Position:
        """The position after the last frame."""
        with self._register.read() as conn:
            end = conn.scalar(sa.select(state.c.value).where(state.c.key == _TAIL))
        return Position() if end is None else Position(1, int(end))

    def read(self, start: Position) -> Iterator[Frame]:
        """Frames from `start` on, until the end as it is now."""
        offset = start.offset
        while True:
            with self._register.read() as conn:
                query = sa.select(frames).where(frames.c.begins_at >= offset).order_by(frames.c.begins_at).limit(PAGE)
                rows = conn.execute(query).all()
            for row in rows:
                offset = row.ends_at
                yield Frame(row.received_at, bytes(row.body), Position(1, offset))
            if len(rows) < PAGE:
                return

    def drop_before(self, position: Position) -> int:
        """Delete the frames before `position`; returns how many."""
        with self._register.write() as conn:
            return int(conn.execute(sa.delete(frames).where(frames.c.begins_at < position.offset)).rowcount)

    def is_piece_between(self, start: Position, end: Position) -> bool:
        """Whether there is any frame between."""
        return end > start

    def bytes_between(self, start: Position, end: Position) -> int:
        """How many bytes lie between two positions, since offsets count them."""
        return max(0, end.offset - start.offset)

    def rotate(self, expected: Position) -> Position | None:
        """The same place, since every frame can be deleted by itself; None when there is one after it."""
        return None if next(self.read(expected), None) is not None else expected

    @staticmethod
    def _take(conn: Connection, size: int) -> int:
        """The end of the next `size` bytes; whoever comes meanwhile waits here until this transaction has ended."""
        insert = postgresql.insert(state).values(key=_TAIL, value=Position().offset + size)
        change = insert.on_conflict_do_update(index_elements=["key"], set_={"value": state.c.value + size})
        return int(conn.execute(change.returning(state.c.value)).scalar_one())
