"""The journal: every frame against its checksum, and the register's position in it."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from habitue.collect import office, projection
from habitue.collect.journal import MAGIC, Position
from habitue.kernel import state
from habitue.kernel.clock import micros
from habitue.kernel.text import gettext_noop as _
from habitue.quality import unreadable
from habitue.work.doctor.finding import Finding, Ground

_HEAD = struct.Struct("<IIq")
_WORKER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Walked:
    """One segment: whole frames, where they end, and whether a whole frame lies behind a damaged one."""

    frames: int
    end: int
    is_damaged: bool


def frames(ground: Ground) -> Finding:
    """Read every frame that is still kept."""
    name, found = "journal", 0
    with ground.ws.register.read() as conn:
        done = projection.position(conn)
    for path in sorted((ground.ws.folder / "journal").glob("*.seg")):
        walked = walk(path)
        found += walked.frames
        if walked.is_damaged:
            told = {"segment": path.name, "offset": walked.end}
            if Position(int(path.stem), walked.end) < done:
                message = _("A frame of the journal that was processed before is damaged (%(segment)s, %(offset)s).")
                return Finding(name, "warning", message, _("Look after the disk: it loses bytes."), told)
            message = _("A frame of the journal is damaged and hides those behind it (%(segment)s, %(offset)s).")
            step = _("Stop the server, keep a copy of the folder journal, and look after the disk.")
            return Finding(name, "problem", message, step, told)
    return Finding(name, "ok", _("Every frame of the journal fits its checksum (%(count)s)."), "", {"count": found})


def position(ground: Ground) -> Finding:
    """Whether the register's place in the journal exists, and whether somebody works on what waits."""
    name = "position"
    with ground.ws.register.read() as conn:
        # Whoever has the office works on the journal; without one the worker does.
        who = "projector_seen" if office.is_elsewhere(ground.ws) else "worker_seen"
        done, seen = projection.position(conn), state.read(conn, who)
    journal = projection.journal(ground.ws)
    tail = journal.tail()
    if done > tail:
        message = _("The register is ahead of the journal: the journal is older than the register.")
        step = _("Restore register and journal of the same backup; what was acknowledged in between is lost.")
        return Finding(name, "problem", message, step)
    waiting = sum(1 for _frame in journal.read(done))
    told = {"count": waiting}
    if waiting and micros(ground.ws.clock.now()) - seen > _WORKER_SECONDS * 1_000_000:
        message = _("%(count)s batches wait in the journal, and nobody works on them.")
        return Finding(name, "warning", message, _("Start the server: habitue serve"), told)
    return Finding(name, "ok", _("%(count)s batches wait in the journal."), "", told)


def set_aside(ground: Ground) -> Finding:
    """Whether frames could not be applied and were set aside."""
    name = "set_aside"
    with ground.ws.register.read() as conn:
        told = {"count": unreadable.count(conn)}
    if not told["count"]:
        return Finding(name, "ok", _("No batch of the journal had to be set aside."))
    message = _("%(count)s batches of the journal could not be processed and were set aside; nothing of them is lost.")
    step = _("Bring Habitué up to date, then try them again: habitue sources quarantine frames --retry")
    return Finding(name, "problem", message, step, told)


def walk(path: Path) -> Walked:
    """Check one segment; a damaged frame at its very end is a write that was never acknowledged."""
    data = path.read_bytes()
    offset, count = len(MAGIC), 0
    while (size := _frame_at(data, offset)) > 0:
        offset, count = offset + size, count + 1
    if size == 0 or offset + _HEAD.size > len(data):
        return Walked(count, offset, False)
    length = _HEAD.unpack_from(data, offset)[0]
    return Walked(count, offset, _frame_at(data, offset + _HEAD.size + length) > 0)


def _frame_at(data: bytes, offset: int) -> int:
    """The size of the whole frame at a place; 0 where the segment ends, -1 where the checksum does not fit."""
    if offset + _HEAD.size > len(data):
        return 0
    length, crc, _received_at = _HEAD.unpack_from(data, offset)
    if length == 0:
        return 0
    body = data[offset + 8 : offset + _HEAD.size + length]
    return _HEAD.size + length if len(body) == length + 8 and zlib.crc32(body) == crc else -1
