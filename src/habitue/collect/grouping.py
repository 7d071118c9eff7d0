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
    """Cuts a journal into groups: each twice as large as the one before for as long as more waits than fits.

    After a group that could not be applied they have half as many frames, until the frame that is to blame is alone.
    """

    def __init__(self, journal: JournalLike) -> None:
        self.journal = journal
        self.size = SMALLEST
        self._taken = 0
        self._at_most: int | None = None
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
        self._at, self._taken = None, 0
        while self._ahead is not None and messages < self.size and self._taken != self._at_most:
            received_at, data, after = self._ahead
            self._taken += 1
            body = decode_body(data)
            bodies.append((received_at, body))
            messages += len(body.batch)
            self._ahead = next(self._frames, None)
        self._at = after
        is_last = self._ahead is None
        if is_last:
            self._at_most = None
        self.size = SMALLEST if is_last else min(LARGEST, self.size * 2)
        return Group(bodies=bodies, after=after, is_last=is_last)

    def narrow(self) -> bool:
        """Take fewer frames after a group that failed; False when it had only one."""
        self._at = None
        if self._taken <= 1:
            self._at_most = None
            return False
        self._at_most = self._taken // 2
        return True

    def first(self, start: Position) -> Frame | None:
        """The frame at `start`, as it is."""
        return next(self.journal.read(start), None)
