"""When the door must say: not now. Free disk and waiting journal are looked at once a second, beside the loop."""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from habitue.access.key_cache import KeyCache
from habitue.collect import journals
from habitue.collect.journal import Position
from habitue.door import reserve
from habitue.door.answer import Refused
from habitue.door.commit import GroupCommit
from habitue.door.world import World

LOOK_SECONDS = 1.0
STALE_SECONDS = 3.0
ASK_SECONDS = 0.25
MOST_ASKING = 50
RETRY_SECONDS = 5


class Pressure:
    """What the register and the disk said last; `look` renews it when it is older than a second."""

    def __init__(self, world: World, commit: GroupCommit) -> None:
        self._world = world
        self._commit = commit
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="register")
        self._looking: asyncio.Future[None] | None = None
        self._looked_at = self._begun_at = float("-inf")
        self._asking = 0
        self.free_bytes = 0
        self._projected = Position()
        # What waited at the last look, and how much had been appended by then.
        self._waiting, self._appended = 0, 0
        self.keys = KeyCache(world.register)

    async def look(self, *, is_forced: bool = False) -> None:
        """Look again when the last look is a second old: beside the requests, which wait only after a longer pause."""
        age = time.monotonic() - self._looked_at
        if not self._is_looking and (is_forced or age >= LOOK_SECONDS):
            self._looking = asyncio.get_running_loop().run_in_executor(self._thread, self._look)
        if self._looking is not None and (is_forced or age >= STALE_SECONDS):
            await asyncio.shield(self._looking)

    async def look_for_new_keys(self) -> None:
        """Return after a look that began later than this call: a key that was made this moment is known then.

        Such looks begin at most four times a second, and a crowd that asks with unknown keys is not kept waiting.
        """
        if self._asking >= MOST_ASKING:
            return
        self._asking += 1
        try:
            asked_at = time.monotonic()
            while self._begun_at <= asked_at:
                if not self._is_looking:
                    await asyncio.sleep(max(0.0, self._begun_at + ASK_SECONDS - time.monotonic()))
                await self.look(is_forced=True)
        finally:
            self._asking -= 1

    @property
    def _is_looking(self) -> bool:
        """Asked of the future itself: what its end sets would be set a moment later, and who asks in between waits
        for a look that is over."""
        return self._looking is not None and not self._looking.done()

    def check(self) -> None:
        """Refused with 503 where taking more would risk what was promised."""
        if not self.keys.is_usable:
            raise Refused(503, "register_unreachable", "The register cannot be reached.", RETRY_SECONDS)
        self.check_disk()
        self.check_backlog()
        if self.held_bytes > self._world.limits.held_bytes:
            raise Refused(503, "busy", "Too many requests at once.", 1)

    def check_disk(self) -> None:
        """Refused with 503 when the disk is nearly full."""
        if self.free_bytes < self._world.limits.free_bytes:
            raise Refused(503, "disk_full", "The disk is nearly full.", RETRY_SECONDS)

    def check_backlog(self) -> None:
        """Refused with 503 when too much of the journal waits."""
        if self.backlog_bytes > self._world.limits.backlog_bytes:
            raise Refused(503, "backlog", "Too much waits to be processed.", RETRY_SECONDS)

    @property
    def held_bytes(self) -> int:
        """How many bytes of requests wait for the disk."""
        return self._commit.held_bytes

    @property
    def backlog_bytes(self) -> int:
        """How much of the journal waits to be projected."""
        return self._waiting + self._commit.appended_bytes - self._appended

    def _look(self) -> None:
        self._begun_at = time.monotonic()
        folder = self._world.folder / "journal"
        folder.mkdir(parents=True, exist_ok=True)
        disk = os.statvfs(folder)
        self.free_bytes = disk.f_bavail * disk.f_frsize
        reserve.keep(folder, free=self.free_bytes, wanted=self._world.limits.free_bytes)
        if self._looked_at == float("-inf") and not self._world.journal.is_shared:
            self._commit.tail = max(self._commit.tail, self._world.journal.tail())
        try:
            with self._world.register.read() as conn:
                self._projected = journals.position(conn)
            if self._world.journal.is_shared:
                self._commit.tail = max(self._commit.tail, self._world.journal.tail())
            self.keys.load()
        except SQLAlchemyError:
            # The keys known so far hold for a minute; then `check` refuses.
            pass
        appended = self._commit.appended_bytes
        self._waiting = self._world.journal.bytes_between(self._projected, self._commit.tail)
        self._appended = appended
        self._looked_at = time.monotonic()
