"""An engine of the lake takes its share of the memory, goes on in a folder beyond it, and leaves nothing there."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

from habitue.kernel.lake import SPILL
from habitue.kernel.memory import MIB, MOST_MB, of_machine, share_mb
from habitue.kernel.spill import Spill, sweep
from habitue.workspace import Workspace, open_workspace

LARGER_THAN_ITS_MEMORY = """
    SELECT count(*) AS people, max(place) AS last FROM (
        SELECT number, row_number() OVER (ORDER BY hash(number)) AS place FROM range(4000000) AS rows(number)
    )
"""


def _left(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.is_dir())


def test_an_engine_takes_half_of_a_small_machine_and_a_bounded_part_of_a_large_one() -> None:
    assert share_mb(1024 * MIB) == 512
    assert share_mb(64 * 1024 * MIB) == MOST_MB
    assert 0 < share_mb(of_machine()) <= MOST_MB


def test_what_does_not_fit_into_memory_is_answered_all_the_same(sqlite_ws: Workspace) -> None:
    environ = {"HABITUE_LAKE__MEMORY_MB": "60"}
    with open_workspace(sqlite_ws.folder, environ=environ) as ws:
        root = ws.context.lake.path / SPILL
        con = ws.context.lake.engine()
        assert con.con.execute("SELECT current_setting('memory_limit')").fetchone() == ("60.0 MiB",)
        assert con.con.execute(LARGER_THAN_ITS_MEMORY).fetchone() == (4_000_000, 4_000_000)
        assert len(_left(root)) == 1
        con.disconnect()
        del con
        gc.collect()
        assert _left(root) == []


def _killed(root: Path) -> None:
    """A process that was killed while something of it was put aside."""
    code = (
        "import os, sys; from pathlib import Path; from habitue.kernel.spill import Spill\n"
        "spill = Spill(Path(sys.argv[1])); spill.folder.mkdir(); (spill.folder / 'facts').write_text('x')\n"
        "os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(root)], check=False)


def test_what_a_killed_process_left_is_taken_away_by_the_next(tmp_path: Path) -> None:
    _killed(tmp_path)
    assert len(_left(tmp_path)) == 1
    alive = Spill(tmp_path)
    assert _left(tmp_path) == [alive.folder.parent.name]


def test_what_a_killed_process_left_goes_with_the_files_that_nobody_lists(sqlite_ws: Workspace) -> None:
    root = sqlite_ws.context.lake.path / SPILL
    _killed(root)
    assert len(_left(root)) == 1
    sqlite_ws.context.lake.sweep()
    assert _left(root) == []


def test_whoever_lives_keeps_what_they_have(tmp_path: Path) -> None:
    first, second = Spill(tmp_path), Spill(tmp_path)
    sweep(tmp_path)
    assert _left(tmp_path) == sorted([first.folder.parent.name, second.folder.parent.name])
