"""What holds when processes, disks and databases fail: the lines of docs/reliability.md, one experiment each.

`python -m bench crash` runs all of them at full length (hours), `--small` in minutes, `--only R3` one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench.crash import database_stops, disk_errors, full_disk, overload, rebuild, syncs, writers
from bench.crash import kills as killing
from bench.figures import Figures

LINES: Mapping[str, Callable[..., None]] = {
    "R1": killing.run,
    "R2": syncs.run,
    "R3": full_disk.run,
    "R4": disk_errors.run,
    "R5": database_stops.run,
    "R8": writers.run,
    "R10": rebuild.run,
    "R12": overload.run,
}


def run(*, small: bool, only: str = "", kills: int | None = None) -> Figures:
    """Run every line, or one; `kills` is how many kills R1 takes on each register."""
    figures = Figures("crash")
    for name in [only] if only else LINES:
        more = {"kills": kills} if name == "R1" and kills else {}
        LINES[name](figures, small=small, **more)
    return figures
