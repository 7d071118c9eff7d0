"""Groups of journal frames: small when little waits, so that it is visible at once; large when much does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from habitue.collect.journal import Frame, JournalLike, Position
from habitue.collect.message import Body, decode_body

SMALLEST = 500
LARGEST = 20_000


@dataclass(frozen=True, slots=True)
class Group:
    """What one transaction projects: bodies with when they were received (microseconds); `is_last`: nothing waits."""

    bodies: Sequence[tuple[int, Body]]
    after: Position
    is_last: bool


class Groups:
    """Cuts a journal into groups: each twice as large as the one before for as long as more waits than fits."""

    def __init__(self, journal: JournalLike) -> None:
        self.journal = journal
        self.size = SMALLEST
        self._frames: Iterator[Frame] = iter(())
        self._ahead: Frame | None = None
        self._at: Position | None = None

    def is_waiting(self, start: Position) -> bool:
        """Whether there is any frame from `start` on."""
        if start != self._at or self._ahead is None:
            self._frames = self.journal.read(start)
            self._ahead = next(self._frames, None)
            self._at = start
        return self._ahead is not None

    def next(self, start: Position) -> Group | None:
        """The frames from `start` on, up to the present size; None when there are none."""
        if not self.is_waiting(start):
            return None
        bodies: list[tuple[int, Body]] = []
        messages, after = 0, start
        while self._ahead is not None and messages < self.size:
            received_at, data, after = self._ahead
            body = decode_body(data)
            bodies.append((received_at, body))
            messages += len(body.batch)
            self._ahead = next(self._frames, None)
        self._at = after
        is_last = self._ahead is None
        self.size = SMALLEST if is_last else min(LARGEST, self.size * 2)
        return Group(bodies=bodies, after=after, is_last=is_last)
