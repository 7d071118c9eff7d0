"""Hands the journal to the flow in groups, each in one transaction with the journal's offset: exactly once."""

from __future__ import annotations

import fcntl
import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from habitue.collect import repeats
from habitue.collect.dedupe import fresh
from habitue.collect.envelope import Event, to_event
from habitue.collect.journal import Frame, Journal, Position
from habitue.collect.member import member
from habitue.collect.message import Body, decode_body
from habitue.collect.proof import CLAIMED, is_proven, secret_name
from habitue.collect.repeats import Reserved
from habitue.kernel import state
from habitue.kernel.clock import from_micros
from habitue.kernel.context import Context
from habitue.kernel.errors import WorkspaceBusy

GROUP_EVENTS = 4_000
WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.02

Project = Callable[[Connection, Sequence[Event]], None]


def journal(ws: Context) -> Journal:
    """The journal of a workspace."""
    return Journal(ws.folder / "journal", ws.clock)


def position(conn: Connection) -> Position:
    """How far the journal has been projected."""
    segment, offset = state.read(conn, "journal_segment"), state.read(conn, "journal_offset")
    return Position(segment, offset) if segment else Position()


def apply_pending(ws: Context, project: Project) -> int:
    """Project everything that waits; returns the number of events, 0 when another process does it already."""
    applied = 0
    with _projector_lock(ws) as is_ours:
        while is_ours and (count := _apply_group(ws, project)):
            applied += count
    return applied


def wait_applied(ws: Context, target: Position, project: Project) -> None:
    """Return when everything before `target` is projected, by whatever process; WorkspaceBusy after a minute."""
    give_up_at = time.monotonic() + WAIT_SECONDS
    while True:
        apply_pending(ws, project)
        with ws.register.read() as conn:
            if position(conn) >= target:
                return
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
            state.store(conn, {"journal_segment": start.segment, "journal_offset": start.offset})
        source.drop_before(start)
    return True


def _apply_group(ws: Context, project: Project) -> int:
    with _collector_paused(), ws.register.write(synchronous="NORMAL") as conn:
        start = position(conn)
        group = list(_group(journal(ws), start))
        if not group:
            return 0
        first = state.read(conn, "last_seq") + 1
        reserved: list[Reserved] = []
        events = list(_events(ws, group, first, reserved))
        numbers = len(events) + sum(each.size for each in reserved)
        repeats.reserve(conn, reserved)
        project(conn, fresh(conn, events))
        after = group[-1][0].after
        state.store(
            conn,
            {
                "journal_segment": after.segment,
                "journal_offset": after.offset,
                "last_seq": first + numbers - 1,
                "group_events": numbers,
            },
        )
    if after.segment > start.segment:
        _drop_projected(ws, after)
    return numbers


@contextmanager
def _collector_paused() -> Iterator[None]:
    """A group makes many objects and no cycles: looking for cycles meanwhile cost a third of the time (measured)."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _group(source: Journal, start: Position) -> Iterator[tuple[Frame, Body]]:
    count = 0
    for frame in source.read(start):
        body = decode_body(frame.body)
        yield frame, body
        count += len(body.batch)
        if count >= GROUP_EVENTS:
            return


def _events(
    ws: Context, group: Sequence[tuple[Frame, Body]], first_seq: int, reserved: list[Reserved]
) -> Iterator[Event]:
    """The events of a group, numbered from `first_seq` on; numbers that are set aside are put into `reserved`."""
    seq = first_seq
    for frame, body in group:
        received_at = from_micros(frame.received_at)
        gaps = {gap.index: gap for gap in body.gaps}
        for index, message in enumerate((*body.batch, None)):
            gap = gaps.get(index)
            if gap is not None and body.import_id is not None:
                reserved.append(Reserved(seq, body.import_id, gap.first_slot, gap.size, received_at))
                seq += gap.size
            if message is None:
                break
            about_member = None if body.is_checked else member(message)
            for each in (message,) if about_member is None else (message, about_member):
                event = to_event(each, seq=seq, body=body, received_at=received_at)
                given = each.about.proof
                if given and event.proof == CLAIMED:
                    secret = ws.secret(secret_name(body.source_id))
                    event.proof = "proven" if is_proven(secret, given, event.identifiers) else CLAIMED
                yield event
                seq += 1


def _drop_projected(ws: Context, after: Position) -> None:
    """Old segments go only after the register has been synced: the projector writes without waiting for the disk."""
    if ws.register.is_sqlite:
        with ws.register.engine.connect() as conn:
            conn.exec_driver_sql("COMMIT")
            conn.exec_driver_sql("PRAGMA wal_checkpoint(FULL)")
            conn.exec_driver_sql("BEGIN")
    journal(ws).drop_before(after)


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
