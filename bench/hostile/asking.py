"""Sends requests to a door over a kept connection and remembers what came back."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections import Counter
from dataclasses import dataclass, field

IDLE_SECONDS = 2.0
SLOW_SECONDS = 2.0


@dataclass
class Heard:
    """What came back: statuses (0: no answer), codes, sizes, the slowest answer, and how many messages were taken."""

    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    sorts: Counter[str] = field(default_factory=Counter)
    sizes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    slow: int = 0
    accepted: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def bodies(self) -> int:
        """How many requests were sent."""
        return sum(self.statuses.values())

    @property
    def broken(self) -> int:
        """How many were answered with 500 and up, or not at all."""
        return sum(many for status, many in self.statuses.items() if status >= 500 or status == 0)


class Asker:
    """One connection to a door on this machine."""

    def __init__(self, port: int, heard: Heard) -> None:
        self._port = port
        self.heard = heard
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._asked_at = time.monotonic()

    def ask(self, sort: str, path: str, body: bytes, headers: dict[str, str]) -> int:
        """The status of one request."""
        heard = self.heard
        heard.sorts[sort] += 1
        heard.sizes[_size(len(body))] += 1
        begun = time.perf_counter()
        status, data = self._exchange(path, body, headers)
        took = time.perf_counter() - begun
        heard.seconds = max(heard.seconds, took)
        heard.slow += took > SLOW_SECONDS
        heard.statuses[status] += 1
        self._note(status, data)
        if (status >= 500 or status == 0) and len(heard.examples) < 5:
            heard.examples.append(f"{status} for {path} {body[:200]!r}")
        return status

    def _exchange(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        # A server closes a connection on which nothing comes for some seconds, and may do so in this very moment.
        if time.monotonic() - self._asked_at > IDLE_SECONDS:
            self._connection.close()
        try:
            self._connection.request("POST", path, body, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as problem:
            self._connection.close()
            self.heard.codes[f"no answer: {type(problem).__name__}"] += 1
            return 0, b""
        finally:
            self._asked_at = time.monotonic()

    def _note(self, status: int, data: bytes) -> None:
        with contextlib.suppress(ValueError):
            told = json.loads(data)
            if not isinstance(told, dict):
                return
            self.heard.accepted += int(told.get("accepted", 0))
            if "code" in told:
                self.heard.codes[str(told["code"])] += 1
            for each in told.get("rejected", []):
                self.heard.codes[str(each["code"])] += 1


def _size(count: int) -> str:
    for limit, name in (
        (100, "under 100 B"),
        (1_000, "under 1 KB"),
        (10_000, "under 10 KB"),
        (100_000, "under 100 KB"),
    ):
        if count < limit:
            return name
    return "100 KB and more"
