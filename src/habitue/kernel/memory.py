"""How much memory this machine lets us use, and the part of it that one engine may take."""

from __future__ import annotations

import os
from pathlib import Path

MIB = 2**20
MOST_MB = 1_536
# A container is told less than the machine has; version 2 of the control groups first, then version 1.
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def of_machine() -> int:
    """The bytes of memory of this machine, or of the container that we are in."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([physical, *(limit for path in _LIMITS if (limit := _limit(path)) is not None)])


def share_mb(memory: int) -> int:
    """What one engine may take of so many bytes, in MiB: half, and never more than MOST_MB."""
    return min(MOST_MB, memory // (2 * MIB))


def _limit(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        # Without control groups there is no file, without a limit it says "max".
        return None
