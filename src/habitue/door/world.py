"""What the door needs of a workspace, and the limits that it keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from habitue.collect import journals
from habitue.collect.journal import JournalLike
from habitue.kernel.clock import Clock
from habitue.kernel.context import Context
from habitue.kernel.ids import Ids
from habitue.kernel.register import Register

KIB, MIB, GIB = 2**10, 2**20, 2**30


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one message, one request, and of everything together; sizes in bytes.

    `free_bytes` is how much of the disk must stay free, `backlog_bytes` how much of the journal may wait to be
    projected, `held_bytes` how much may be in memory.
    """

    body_bytes: int = 500 * KIB
    message_bytes: int = 32 * KIB
    messages: int = 2_500
    message_id: int = 99
    identifier: int = 500
    name: int = 500
    fields: int = 300
    depth: int = 20
    keys: int = 2_000
    free_bytes: int = 256 * MIB
    backlog_bytes: int = GIB
    held_bytes: int = 64 * MIB


@dataclass(frozen=True, slots=True)
class World:
    """Register, journal, clock and ids of one workspace; `sdk_folder` holds the SDK files that are served."""

    register: Register
    journal: JournalLike
    clock: Clock
    ids: Ids
    folder: Path
    limits: Limits = field(default_factory=Limits)
    sdk_folder: Path | None = None


def world_of(ws: Context, limits: Limits | None = None) -> World:
    """The world of a workspace that is open in this process."""
    door = ws.config.door
    chosen = limits or Limits(free_bytes=door.free_mb * MIB, backlog_bytes=door.backlog_mb * MIB)
    folder = ws.folder / door.sdk_folder if door.sdk_folder else None
    return World(ws.register, journals.journal(ws), ws.clock, ws.ids, ws.folder, chosen, folder)
