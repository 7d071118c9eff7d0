"""Hands the journal to the flow in groups, each in one transaction with the journal's offset: exactly once."""

from __future__ import annotations

import fcntl
import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy.engine import Connection
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, ProgrammingError

from habitue.collect import office, repeats
from habitue.collect.dedupe import fresh
from habitue.collect.envelope import Event
from habitue.collect.grouping import Group, Groups
from habitue.collect.journal import Frame, Position
from habitue.collect.journals import journal, position
from habitue.collect.opening import events_of
from habitue.collect.repeats import Reserved
from habitue.kernel import state
from habitue.kernel.collector import collector_paused
from habitue.kernel.context import Context
from habitue.kernel.errors import WorkspaceBusy

__all__ = ["apply_pending", "forget_projected", "journal", "position", "wait_applied"]

WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.02
_LOCK_KEY = 0x4861_6269
_FAULTS_IN_A_ROW = 20
# No frame is to blame for these: they are tried again, or somebody has to put the program right.
_TROUBLE = (OSError, MemoryError, OperationalError, InterfaceError, InternalError, ProgrammingError, WorkspaceBusy)

Project = Callable[[Connection, Sequence[Event]], None]
End = Callable[[Connection, bool], None]


class Aside(Protocol):
    """Where frames wait that could not be applied."""

    def keep(self, conn: Connection, frame: Frame, problem: Exception) -> None:
        """Set a frame aside, in the transaction that passes it over."""

    def take(self, conn: Connection, frame_id: str) -> bool:
        """Take a frame from there that comes again, in the transaction that applies it; False when it is gone."""


def apply_pending(
    ws: Context,
    project: Project,
    end: End | None = None,
    *,
    aside: Aside | None = None,
    seconds: float = float("inf"),
) -> int:
    """Project what waits, for about `seconds`; returns the number of events, 0 when another process does it already.

    While another process holds the office of the projector, it is left to that one.
    `end` ends each transaction and is told whether nothing waits any more: for what can be put off under load.
    A frame that cannot be applied is given to `aside`, in the transaction that passes it over, so that those
    behind it do not wait for ever; without it, and after twenty of them in a row, its error is raised.
    """
    applied = 0
    if office.is_elsewhere(ws):
        return applied
    with _projector_lock(ws) as is_ours, collector_paused():
        groups = Groups(journal(ws))
        over_at, faults, is_fresh = time.monotonic() + seconds, 0, False
        while is_ours:
            try:
                if (count := _apply_group(ws, groups, project, end, aside)) is None:
                    break
                applied, faults = applied + count, 0
                if is_fresh:
                    groups.widen()
                    is_fresh = False
                gc.collect(1)
            except _TROUBLE:
                raise
            except Exception as problem:
                if aside is None or faults == _FAULTS_IN_A_ROW:
                    raise
                if groups.narrow():
                    continue
                if is_fresh:
                    _pass_over(ws, groups, aside, problem)
                    groups.widen()
                    faults += 1
                else:
                    # What the process remembers may be to blame.
                    ws.register.memory.forget()
                is_fresh = not is_fresh
            if time.monotonic() >= over_at:
                break
    return applied


def wait_applied(
    ws: Context, target: Position, project: Project, end: End | None = None, *, aside: Aside | None = None
) -> None:
    """Return when everything before `target` is projected, by whatever process.

    Raises WorkspaceBusy when nothing moves for a minute.
    """
    seen = Position()
    give_up_at = time.monotonic() + WAIT_SECONDS
    while True:
        apply_pending(ws, project, end, aside=aside)
        with ws.register.read() as conn:
            here = position(conn)
        if here >= target or next(iter(journal(ws).read(here)), None) is None:
            return
        if here > seen:
            seen, give_up_at = here, time.monotonic() + WAIT_SECONDS
        if time.monotonic() > give_up_at:
            raise WorkspaceBusy()
        time.sleep(_POLL_SECONDS)


def forget_projected(ws: Context) -> None:
    """Drop every journal segment that is projected, the present one too: for what must not be kept.

    Raises WorkspaceBusy when other processes kept the journal busy for a minute.
    """
    give_up_at = time.monotonic() + WAIT_SECONDS
    while not _forget_projected(ws):
        if time.monotonic() > give_up_at:
            raise WorkspaceBusy()
        time.sleep(_POLL_SECONDS)


def _forget_projected(ws: Context) -> bool:
    source = journal(ws)
    with _projector_lock(ws) as is_ours:
        if not is_ours:
            return False
        with ws.register.read() as conn:
            projected = position(conn)
        start = source.rotate(projected)
        if start is None:
            return False
        with ws.register.write() as conn:
            if not _is_alone(conn):
                return False
            state.store(conn, {"journal_segment": start.segment, "journal_offset": start.offset})
        source.drop_before(start)
    return True


def _apply_group(ws: Context, groups: Groups, project: Project, end: End | None, aside: Aside | None) -> int | None:
    with ws.register.read() as conn:
        here = position(conn)
    # Whoever finds nothing keeps nobody from writing.
    if not groups.is_waiting(here):
        return None
    with ws.register.write(synchronous="NORMAL") as conn:
        if not _is_alone(conn):
            return None
        start = position(conn)
        group = groups.next(start)
        if group is None:
            return None
        count = _apply(ws, conn, group, project, aside)
        if end is not None:
            end(conn, group.is_last)
    if groups.journal.is_piece_between(start, group.after):
        _drop_projected(ws, groups, group.after)
    return count


def _pass_over(ws: Context, groups: Groups, aside: Aside, problem: Exception) -> None:
    with ws.register.write() as conn:
        if not _is_alone(conn) or (frame := groups.first(position(conn))) is None:
            return
        aside.keep(conn, frame, problem)
        state.store(conn, {"journal_segment": frame.after.segment, "journal_offset": frame.after.offset})


def _apply(ws: Context, conn: Connection, group: Group, project: Project, aside: Aside | None) -> int:
    first = state.read(conn, "last_seq") + 1
    reserved: list[Reserved] = []
    bodies = (each for each in group.bodies if not (again := each[1].frame_id) or _taken(conn, aside, again))
    events = list(events_of(ws, bodies, first, reserved))
    numbers = len(events) + sum(each.size for each in reserved)
    repeats.reserve(conn, reserved)
    project(conn, fresh(conn, ws.register.memory, events))
    after = group.after
    last_seq = first + numbers - 1
    done = {"journal_segment": after.segment, "journal_offset": after.offset, "last_seq": last_seq}
    state.store(conn, {**done, "group_events": numbers})
    return numbers


def _taken(conn: Connection, aside: Aside | None, frame_id: str) -> bool:
    return aside is not None and aside.take(conn, frame_id)


def _drop_projected(ws: Context, groups: Groups, after: Position) -> None:
    """Old segments go only after the register has been synced: the projector writes without waiting for the disk.

    A transaction that does wait makes everything before it durable too.
    """
    with ws.register.write(synchronous="FULL") as conn:
        state.store(conn, {"journal_dropped": after.segment})
    groups.journal.drop_before(after)


def _is_alone(conn: Connection) -> bool:
    """On PostgreSQL projectors may run on several machines: one transaction at a time, whatever files tell."""
    if conn.dialect.name != "postgresql":
        return True
    lock = f"SELECT pg_try_advisory_xact_lock({_LOCK_KEY}, hashtext(current_schema()))"
    return bool(conn.exec_driver_sql(lock).scalar())


@contextmanager
def _projector_lock(ws: Context) -> Iterator[bool]:
    folder = ws.folder / "journal"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "projector.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)
