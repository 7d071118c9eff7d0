"""Every bench runs in its small edition and ends with one JSON line; the large one names the data it misses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench.__main__ import BENCHES
from bench.figures import Figure

OF_THE_DOOR = ("crash", "hostile")  # run by tests/door
ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a bench in a process of its own."""
    command = [sys.executable, "-m", "bench", *arguments]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HABITUE")}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**kept, **environ})


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in BENCHES if name not in OF_THE_DOOR])
def test_the_small_edition_prints_its_figures_and_one_json_line(name: str) -> None:
    done = run(name, "--small")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["bench"] == name
    assert told["figures"]
    assert set(told["met"]) | set(told["missed"]) == set(told["goals"])
    assert told["machine"]["cores"] >= 1


def test_without_its_data_a_bench_says_what_is_missing() -> None:
    done = run("import")
    assert done.returncode == 3
    assert "HABITUE_BENCH_DATA" in done.stderr


def test_a_missed_goal_is_called_missed() -> None:
    assert not Figure("slow", 61, "s", goal=60).is_met
    assert Figure("slow", 59, "s", goal=60).is_met
    assert not Figure("precision", 0.9, "", goal=1.0, is_upper=False).is_met
