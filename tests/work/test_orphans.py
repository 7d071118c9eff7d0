"""A worker whose server is gone ends, also when the server died while the worker was still starting."""

from __future__ import annotations

import subprocess
import sys

import pytest

from habitue.cli.session import environment
from habitue.workspace import Workspace


@pytest.mark.slow
@pytest.mark.parametrize("module", ["worker", "projector"])
def test_whoever_was_started_by_a_process_that_is_gone_ends_at_once(sqlite_ws: Workspace, module: str) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    command = [sys.executable, "-m", f"habitue.work.{module}", str(sqlite_ws.folder), str(gone.pid)]
    assert subprocess.run(command, env=environment(), timeout=120, check=False).returncode == 0
