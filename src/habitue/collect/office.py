"""The projector's office: whoever holds it alone applies the journal, and the other processes wait for it.

While nobody holds it, any process may project what it needs, one at a time. It is a file lock, so it is free again at
once when its holder is killed.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from habitue.kernel.context import Context

_FILE = "projector.office"
_POLL_SECONDS = 0.5


class _Ours:
    """Whether this process holds the office of a register."""

    is_of_process = True
    is_held = False


@contextmanager
def held(ws: Context, is_over: Callable[[], bool], wait: Callable[[float], object]) -> Iterator[bool]:
    """Hold the office for the length of the block, after whoever holds it now; False when `is_over` came before."""
    descriptor = _open(ws)
    ours = ws.register.memory.of(_Ours)
    try:
        while not (is_held := _lock(descriptor, fcntl.LOCK_EX)) and not is_over():
            wait(_POLL_SECONDS)
        ours.is_held = is_held
        yield is_held
    finally:
        ours.is_held = False
        os.close(descriptor)


def is_elsewhere(ws: Context) -> bool:
    """Whether another process holds the office."""
    if ws.register.memory.of(_Ours).is_held:
        return False
    descriptor = _open(ws)
    try:
        return not _lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _open(ws: Context) -> int:
    folder = ws.folder / "journal"
    folder.mkdir(parents=True, exist_ok=True)
    return os.open(folder / _FILE, os.O_RDWR | os.O_CREAT, 0o600)


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
