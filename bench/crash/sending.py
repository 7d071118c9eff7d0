"""Clients that send until they are told to stop, and send again whatever was not acknowledged."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType

AGAIN_SECONDS = 0.02
NO_ANSWER = 0


@dataclass
class Told:
    """What one client heard: acknowledged ids, how often each status (0: none), and 503s without Retry-After."""

    acknowledged: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    without_retry_after: int = 0
    acknowledged_at: list[float] = field(default_factory=list)


class Client(threading.Thread):
    """One client with one connection; message ids are `c<number>-<serial>`, its person is `u<number>`."""

    def __init__(self, port: int, key: str, number: int, *, batch: int, pause: float) -> None:
        super().__init__(daemon=True)
        self._port, self._key, self._number = port, key, number
        self._batch, self._pause = batch, pause
        self.over = threading.Event()
        self.told = Told()
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        """Send batches until told to stop."""
        serial = 0
        while not self.over.is_set():
            ids = [f"c{self._number}-{serial + place}" for place in range(self._batch)]
            serial += self._batch
            self._until_taken(ids)
            self.over.wait(self._pause)

    def _until_taken(self, ids: Sequence[str]) -> None:
        body = batch_of(self._key, f"u{self._number}", ids)
        while True:
            status = self._post(body)
            self.told.statuses[status] += 1
            if status == 200:
                self.told.acknowledged.extend(ids)
                self.told.acknowledged_at.append(time.monotonic())
                return
            if self.over.wait(AGAIN_SECONDS):
                return

    def _post(self, body: bytes) -> int:
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
            self._connection.request("POST", "/v1/batch", body)
            answer = self._connection.getresponse()
            answer.read()
            if answer.status in (429, 503) and not answer.getheader("Retry-After"):
                self.told.without_retry_after += 1
            return answer.status
        except (OSError, http.client.HTTPException):
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            return NO_ANSWER


class Load:
    """Several clients at once."""

    def __init__(self, port: int, key: str, *, clients: int = 4, batch: int = 20, pause: float = 0.0) -> None:
        self.clients = [Client(port, key, number, batch=batch, pause=pause) for number in range(clients)]

    def __enter__(self) -> Load:
        for client in self.clients:
            client.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Return when the last request has ended."""
        for client in self.clients:
            client.over.set()
        for client in self.clients:
            client.join()

    @property
    def acknowledged(self) -> list[str]:
        """Every id that was answered with 200."""
        return [each for client in self.clients for each in client.told.acknowledged]

    @property
    def statuses(self) -> Counter[int]:
        """How often each status was heard."""
        return sum((client.told.statuses for client in self.clients), Counter())

    @property
    def without_retry_after(self) -> int:
        """Answers of 429 or 503 that did not say when to come again."""
        return sum(client.told.without_retry_after for client in self.clients)

    def first_after(self, moment: float, seconds: float) -> float:
        """Seconds from a moment to the first acknowledgement after it; as long as waited when there is none."""
        while time.monotonic() - moment < seconds:
            heard = [at for client in self.clients for at in client.told.acknowledged_at[-50:] if at >= moment]
            if heard:
                return min(heard) - moment
            time.sleep(0.02)
        return seconds


def batch_of(key: str, person: str, ids: Sequence[str]) -> bytes:
    """The body of a batch of events of one person."""
    batch = [{"type": "track", "event": "Seen", "userId": person, "messageId": each} for each in ids]
    return json.dumps({"writeKey": key, "batch": batch}).encode()


@contextlib.contextmanager
def load(port: int, key: str, **how: float) -> Iterator[Load]:
    """Clients that send meanwhile, and are stopped at the end."""
    with Load(port, key, **how) as running:  # type: ignore[arg-type]  # counts and a pause
        yield running
