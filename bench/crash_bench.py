"""What holds when processes, disks and databases fail: the lines of docs/reliability.md, one experiment each.

`python -m bench crash` runs all of them at full length (hours), `--small` in minutes, `--only R3` one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench.crash import database_stops, disk_errors, full_disk, kills, overload, syncs, writers
from bench.figures import Figures

LINES: Mapping[str, Callable[..., None]] = {
    "R1": kills.run,
    "R2": syncs.run,
    "R3": full_disk.run,
    "R4": disk_errors.run,
    "R5": database_stops.run,
    "R8": writers.run,
    "R12": overload.run,
}


def run(*, small: bool, only: str = "") -> Figures:
    """Run every line, or one."""
    figures = Figures("crash")
    for name in [only] if only else LINES:
        LINES[name](figures, small=small)
    return figures
