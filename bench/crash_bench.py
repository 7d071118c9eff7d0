"""What holds when processes, disks and databases fail: the lines of docs/reliability.md, one experiment each.

`python -m bench crash` runs all of them at full length (hours), `--small` in minutes, `--only R3` one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench.crash import kills
from bench.figures import Figures

LINES: Mapping[str, Callable[..., None]] = {
    "R1": kills.run,
}


def run(*, small: bool, only: str = "") -> Figures:
    """Run every line, or one."""
    figures = Figures("crash")
    for name in [only] if only else LINES:
        LINES[name](figures, small=small)
    return figures
