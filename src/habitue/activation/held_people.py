"""Which people an export file holds: a sorted list of digests beside the file, searched without reading it whole."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterable
from pathlib import Path

SUFFIX = ".people"
_SIZE = 16


def write(path: Path, profile_ids: Iterable[str]) -> None:
    """Write the list; it holds no personal value, only digests of profile ids."""
    path.write_bytes(b"".join(sorted(_digest(profile_id) for profile_id in profile_ids)))


def holds(path: Path, profile_ids: Iterable[str]) -> bool:
    """Whether one of the profiles is in the list; a missing list is taken to hold everybody."""
    if not path.is_file():
        return True
    if path.stat().st_size == 0:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as digests:
        return any(_found(digests, _digest(profile_id)) for profile_id in profile_ids)


def _found(digests: mmap.mmap, wanted: bytes) -> bool:
    low, high = 0, len(digests) // _SIZE
    while low < high:
        middle = (low + high) // 2
        if digests[middle * _SIZE : (middle + 1) * _SIZE] < wanted:
            low = middle + 1
        else:
            high = middle
    return digests[low * _SIZE : (low + 1) * _SIZE] == wanted


def _digest(profile_id: str) -> bytes:
    return hashlib.sha256(profile_id.encode()).digest()[:_SIZE]
