"""A few megabytes that are given up when nothing at all is free, so that people can still sign in and look."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

MIB = 2**20
RESERVE_BYTES = 8 * MIB
NOTHING_BYTES = 2 * MIB
TIGHT = 4  # times what must stay free: before that a disk is roomy, and nothing is kept


def keep(folder: Path, *, free: int, wanted: int) -> None:
    """Hold the reserve where the disk is tight, give it up where it is full; `wanted` bytes must stay free.

    The door refuses messages long before, at `wanted`; but other programs fill disks too.
    """
    path = folder / "reserve"
    if free < NOTHING_BYTES or free >= TIGHT * wanted:
        path.unlink(missing_ok=True)
    elif free >= wanted and not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            with contextlib.suppress(OSError):
                os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        finally:
            os.close(descriptor)
