"""Groups of journal frames: small when little waits, so that it is visible at once; large when much does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from habitue.collect.journal import Frame, JournalLike, Position
from habitue.collect.message import Body, decode_body

SMALLEST = 500
LARGEST = 20_000


@dataclass(slots=True)
class Group:
    """What one transaction projects: bodies with when they were received (microseconds).

    They are read one after another, once, so that each is gone before the next one comes; then `after` is where the
    group ends, and `is_last` says that nothing waits behind it.
    """

    bodies: Iterator[tuple[int, Body]]
    after: Position
    is_last: bool = False


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
        group = Group(bodies=iter(()), after=start)
        group.bodies = self._bodies(group)
        self._at, self._taken = None, 0
        return group

    def _bodies(self, group: Group) -> Iterator[tuple[int, Body]]:
        messages = 0
        while self._ahead is not None and messages < self.size and self._taken != self._at_most:
            received_at, data, group.after = self._ahead
            self._taken += 1
            body = decode_body(data)
            messages += len(body.batch)
            self._ahead = next(self._frames, None)
            yield received_at, body
        self._at = group.after
        group.is_last = self._ahead is None
        if group.is_last:
            self._at_most = None
        self.size = SMALLEST if group.is_last else min(LARGEST, self.size * 2)

    def narrow(self) -> bool:
        """Take fewer frames after a group that failed; False when it had only one."""
        self._at = None
        if self._taken <= 1:
            self._at_most = 1
            return False
        self._at_most = self._taken // 2
        return True

    def widen(self) -> None:
        """Take as many frames as before: the one that was to blame is behind."""
        self._at_most = None

    def first(self, start: Position) -> Frame | None:
        """The frame at `start`, as it is."""
        return next(self.journal.read(start), None)
