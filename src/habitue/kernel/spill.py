"""Folders for what an engine cannot hold in memory: each has one owner, and is gone with it.

What spills are facts about people, so nothing of it may stay: a lock tells whether an owner still lives, and whoever
makes the next folder takes away what a killed process left.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HELD = "held"


class Spill:
    """One folder below `root`; it is made when something spills, and may be taken away once its owner is gone."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root):
            _sweep(root)
            self._place = Path(tempfile.mkdtemp(dir=root))
            held = _locked(self._place / _HELD)
        assert held is not None, "nobody else knows the folder"
        self._held = held
        self.folder = self._place / "files"

    def belongs_to(self, owner: object) -> None:
        """Let the folder go with its owner, or with this process."""
        weakref.finalize(owner, _remove, self._place, self._held)


def sweep(root: Path) -> None:
    """Take away what processes left that were killed."""
    if root.is_dir():
        with _alone(root):
            _sweep(root)


def _sweep(root: Path) -> None:
    for folder in root.iterdir():
        if folder.is_dir() and (held := _locked(folder / _HELD)) is not None:
            _remove(folder, held)


def _remove(folder: Path, held: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(held)


def _locked(path: Path) -> int | None:
    """The descriptor of a file that is locked by us now; None when somebody else has it locked."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One at a time makes and takes away folders."""
    descriptor = os.open(root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
