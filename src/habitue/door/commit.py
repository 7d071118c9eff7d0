"""Group commit: what arrives while the disk is busy shares the next fdatasync."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from habitue.collect.journal import JournalLike, Position


class GroupCommit:
    """Appends bodies to the journal, all that wait with one fdatasync, in a thread of its own."""

    def __init__(self, journal: JournalLike) -> None:
        self._journal = journal
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self.held_bytes = 0
        self.groups = 0
        self.appended_bytes = 0
        self.tail = Position()

    async def append(self, body: bytes) -> None:
        """Return when `body` is durable; raises OSError when it is not."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, done))
        self.held_bytes += len(body)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        await done

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            problem: OSError | None = None
            try:
                self.tail = await loop.run_in_executor(self._thread, self._journal.append, [body for body, _ in group])
            except OSError as error:
                problem = error
            else:
                self.appended_bytes += sum(len(body) for body, _ in group)
            self.groups += 1
            for body, done in group:
                self.held_bytes -= len(body)
                if done.done():  # the client has gone
                    continue
                if problem is None:
                    done.set_result(None)
                else:
                    done.set_exception(problem)
