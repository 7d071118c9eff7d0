"""The journal: frames with CRC in preallocated segments; what `append` has returned survives a crash.

A segment is `00000001.seg`, …: a header of eight bytes, then frames. The first segments are small and each is twice as
large as the one before, up to 64 MiB, so that a small workspace stays small on the disk. A frame is length (u32),
CRC32 of the rest (u32), received_at in microseconds (i64), body. A length of zero ends the segment; a frame whose CRC
does not fit ends it too and is overwritten by the next append.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol

from habitue.kernel.clock import Clock, micros

MAGIC = b"HABJRNL1"
SEGMENT_BYTES = 64 * 1024 * 1024
FIRST_SEGMENT_BYTES = 1024 * 1024
READ_BYTES = 256 * 1024
_HEAD = struct.Struct("<IIq")
_RECEIVED = struct.Struct("<q")


class Position(NamedTuple):
    """A place in the journal: segment number and byte offset of the next frame."""

    segment: int = 1
    offset: int = len(MAGIC)


class Frame(NamedTuple):
    """One appended body, when it was received (microseconds UTC), and the place right after it."""

    received_at: int
    body: bytes
    after: Position


class JournalLike(Protocol):
    """What the door, imports and the projector need of a journal, wherever it is kept.

    Several processes may append, one at a time: what is read has one order, in which nothing comes in between later.
    `is_shared` tells that doors on other machines append too.
    """

    is_shared: bool

    def append(self, bodies: Sequence[bytes]) -> Position:
        """Write bodies as one group and return the position after them, durable by then; OSError when they are not."""
        ...

    def tail(self) -> Position:
        """The position after the last whole frame."""
        ...

    def read(self, start: Position) -> Iterator[Frame]:
        """Whole frames from `start` on, until the end as it is now."""
        ...

    def drop_before(self, position: Position) -> int:
        """Take away what lies before `position` and can be taken away by itself; returns how many pieces."""
        ...

    def rotate(self, expected: Position) -> Position | None:
        """Begin anew, so that everything before can be dropped; None when there is something after `expected`."""
        ...

    def is_piece_between(self, start: Position, end: Position) -> bool:
        """Whether `drop_before` the end would find something after the start."""
        ...

    def bytes_between(self, start: Position, end: Position) -> int:
        """How many bytes were really written between two positions, 0 when `end` is not after `start`."""
        ...


class Journal:
    """Appends bodies durably and reads them in order; several processes may append, one at a time."""

    is_shared = False

    def __init__(self, folder: Path, clock: Clock, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.folder = folder
        self._clock = clock
        self._segment_bytes = segment_bytes
        self._tail = Position()
        self._is_doubtful = False

    def append(self, bodies: Sequence[bytes]) -> Position:
        """Write bodies as one group with one fdatasync and return the position after them, durable by then.

        Raises OSError when they are not; what follows then goes into a new segment, since the disk may have lost
        any part of what was written last.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        now = micros(self._clock.now())
        # The next head is zeroed with the frames, so that remains of a torn write never look like a frame.
        frames = b"".join([part for body in bodies for part in (_head(now, body), body)] + [bytes(_HEAD.size)])
        length = len(frames) - _HEAD.size
        with _Lock(self.folder / "append.lock"):
            tail = self.tail()
            size = segment_bytes(tail.segment, self._segment_bytes)
            is_full = tail.offset + len(frames) > size and tail.offset > len(MAGIC)
            if is_full or self._is_doubtful:
                self._close(tail)
                tail = Position(tail.segment + 1)
            self._is_doubtful = True
            self._write(tail, frames)
            self._is_doubtful = False
            self._tail = Position(tail.segment, tail.offset + length)
        return self._tail

    def tail(self) -> Position:
        """The position after the last whole frame."""
        # The newest segment is looked up: others may have begun several and dropped those before it meanwhile.
        newest = max((int(path.stem) for path in self.folder.glob("*.seg")), default=1)
        position = self._tail if self._tail.segment >= newest else Position(newest)
        for frame in self._frames(position):
            position = frame.after
        self._tail = position
        return position

    def read(self, start: Position) -> Iterator[Frame]:
        """Whole frames from `start` on, across segments, until the end as it is now."""
        position = start
        while True:
            # Asked before reading: what is appended between the last frame and the question would be passed over.
            is_closed = self.path(position.segment + 1).exists()
            for frame in self._frames(position):
                position = frame.after
                yield frame
            if not is_closed:
                return
            position = Position(position.segment + 1)

    def drop_before(self, position: Position) -> int:
        """Delete the segments that lie wholly before `position`; returns how many."""
        dropped = 0
        for path in sorted(self.folder.glob("*.seg")):
            if int(path.stem) < position.segment:
                path.unlink()
                dropped += 1
        return dropped

    def is_piece_between(self, start: Position, end: Position) -> bool:
        """Whether a whole segment lies before the end that did not lie before the start."""
        return end.segment > start.segment

    def bytes_between(self, start: Position, end: Position) -> int:
        """How many bytes were really written between two positions; segments that were dropped count for nothing."""
        if end <= start:
            return 0
        whole = 0
        for number in range(start.segment, end.segment):
            with contextlib.suppress(FileNotFoundError):
                whole += self.path(number).stat().st_size
        return max(0, whole + end.offset - start.offset)

    def rotate(self, expected: Position) -> Position | None:
        """Begin a new segment, so that the present one can be dropped once it is projected.

        None when the journal goes on beyond `expected`, up to which it was projected.
        """
        with _Lock(self.folder / "append.lock"):
            if next(self.read(expected), None) is not None:
                return None
            tail = Position(self.tail().segment + 1)
            self._write(tail, bytes(_HEAD.size))
            self._tail = tail
        return tail

    def path(self, segment: int) -> Path:
        """The file of a segment."""
        return self.folder / f"{segment:08d}.seg"

    def _close(self, tail: Position) -> None:
        """Give back the place that a segment does not use, since it ends here; its size tells then what it holds."""
        # Where the disk refuses even this, only the place is lost: what comes next decides whether it can be written.
        with contextlib.suppress(OSError):
            os.truncate(self.path(tail.segment), tail.offset)

    def _write(self, at: Position, frames: bytes) -> None:
        path = self.path(at.segment)
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if is_new:
                size = segment_bytes(at.segment, self._segment_bytes)
                _allocate(path, descriptor, max(size, at.offset + len(frames)))
            os.pwrite(descriptor, frames, at.offset)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            _sync_folder(self.folder)

    def _frames(self, start: Position) -> Iterator[Frame]:
        path = self.path(start.segment)
        if not path.exists():
            return
        with path.open("rb", READ_BYTES) as file:
            file.seek(start.offset)
            offset = start.offset
            while len(head := file.read(_HEAD.size)) == _HEAD.size:
                length, crc, received_at = _HEAD.unpack(head)
                if length == 0:
                    return
                body = file.read(length)
                if len(body) < length or zlib.crc32(body, zlib.crc32(head[8:])) != crc:
                    return
                offset += _HEAD.size + length
                yield Frame(received_at, body, Position(start.segment, offset))


def segment_bytes(segment: int, largest: int = SEGMENT_BYTES) -> int:
    """How many bytes segment number `segment` takes on the disk."""
    return min(largest, FIRST_SEGMENT_BYTES << min(segment - 1, 32))


class _Lock:
    """Holds a file lock for the length of a block."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)


def _number(path: Path) -> int:
    return int(path.stem)


def _head(received_at: int, body: bytes) -> bytes:
    """What stands before a body in its frame."""
    crc = zlib.crc32(body, zlib.crc32(_RECEIVED.pack(received_at)))
    return _HEAD.pack(len(body), crc, received_at)


def _allocate(path: Path, descriptor: int, size: int) -> None:
    """Take the place on the disk; a segment without a place of its own is no segment."""
    try:
        os.posix_fallocate(descriptor, 0, size)
        os.pwrite(descriptor, MAGIC, 0)
    except OSError:
        path.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
