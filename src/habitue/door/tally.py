"""Counts what the door answers, and writes the counts down beside the requests, twice a second."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from habitue.access.api_keys import ApiKey
from habitue.collect import traffic
from habitue.collect.traffic import ACCEPTED, NOBODY, Refusal
from habitue.door.answer import Refused
from habitue.door.checking import Rejected
from habitue.door.world import World

FLUSH_SECONDS = 0.5
_QUOTED = re.compile(r"'[^']*'")
_Counted = tuple[Counter[tuple[str, datetime, str]], list[Refusal]]
PRUNE_FLUSHES = 2_000
MOST_REFUSALS = traffic.REFUSALS_KEPT


class Tally:
    """The counts since the last write; what cannot be written now is written with the next."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._counts: Counter[tuple[str, datetime, str]] = Counter()
        self._refused: list[Refusal] = []
        self._is_due = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tally")
        self._flushes = 0

    def answered(self, key: ApiKey, accepted: int, rejected: Sequence[Rejected]) -> None:
        """Count the messages of a request that was taken."""
        now = self._world.clock.now()
        minute = now.replace(second=0, microsecond=0)
        if accepted:
            self._counts[key.source_id, minute, ACCEPTED] += accepted
        for each in rejected:
            self._counts[key.source_id, minute, each.code] += 1
            self._remember(key, now, each.code, each.reason, each.message_id)
        self._flush_soon()

    def refused(self, key: ApiKey | None, refused: Refused, messages: int) -> None:
        """Count a request that was refused as a whole, by its messages where they could be told."""
        now = self._world.clock.now()
        source_id = NOBODY if key is None else key.source_id
        self._counts[source_id, now.replace(second=0, microsecond=0), refused.code] += max(1, messages)
        self._remember(key, now, refused.code, refused.reason, None)
        self._flush_soon()

    def flush(self) -> None:
        """Write the counts down and return when they are written: when the door ends, and after a trial."""
        self._keep(self._thread.submit(self._write, *self._take()).result())

    def _take(self) -> _Counted:
        """What was counted since the last write; taken on the loop's own thread, which counts."""
        taken = self._counts, self._refused
        self._counts, self._refused = Counter(), []
        return taken

    def _write(self, counts: Counter[tuple[str, datetime, str]], refused: list[Refusal]) -> _Counted:
        """Write counts down; returns what could not be written."""
        try:
            with self._world.register.write(synchronous="NORMAL") as conn:
                now = self._world.clock.now()
                traffic.add(conn, counts, refused, now)
                if self._flushes % PRUNE_FLUSHES == 0:
                    traffic.prune(conn, now)
        except SQLAlchemyError:
            return counts, refused
        self._flushes += 1
        return Counter(), []

    def _keep(self, left: _Counted) -> None:
        """Count what could not be written with the next."""
        self._counts.update(left[0])
        self._refused = [*left[1], *self._refused][-MOST_REFUSALS:]

    def _remember(self, key: ApiKey | None, now: datetime, code: str, reason: str, message_id: str | None) -> None:
        if len(self._refused) >= MOST_REFUSALS:
            return  # more than a page shows within half a second: they are counted, but not told one by one
        source_id, key_id = (NOBODY, "") if key is None else (key.source_id, key.key_id)
        told = None if message_id is None else message_id.encode("utf-8", "replace").decode().replace("\0", "")
        self._refused.append(Refusal(self._world.ids.new(), source_id, key_id, now, code, _readable(reason), told))

    def _flush_soon(self) -> None:
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._flush_beside)

    def _flush_beside(self) -> None:
        written = asyncio.get_running_loop().run_in_executor(self._thread, self._write, *self._take())
        written.add_done_callback(self._flushed)

    def _flushed(self, done: asyncio.Future[_Counted]) -> None:
        self._is_due = False
        self._keep(done.result())
        if self._counts:
            self._flush_soon()


def _readable(reason: str) -> str:
    """The reason without what the sender wrote: values may be anything, also about people."""
    return _QUOTED.sub("'…'", reason).encode("utf-8", "replace").decode().replace("\0", "")[:300]
