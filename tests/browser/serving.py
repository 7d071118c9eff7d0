"""Habitué as somebody starts it: a process of its own that answers on a free port until it is told to stop."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 180
STOP_SECONDS = 30
_OPEN = re.compile(r"Open (http://\S+) in your browser")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "habitue.cli.main", *map(str, arguments)]


def english() -> dict[str, str]:
    """The environment without settings of the machine, speaking English."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HABITUE_")}
    return {**own, "LANGUAGE": "en", "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"}


@contextmanager
def running(log: Path, *arguments: str | Path) -> Iterator[tuple[str, str]]:
    """The address and everything said so far; the process is stopped politely at the end."""
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=english(),
            cwd=log.parent,
        )
    try:
        yield _opened(process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _opened(process: subprocess.Popen[bytes], log: Path) -> tuple[str, str]:
    give_up_at = time.monotonic() + START_SECONDS
    while True:
        said = log.read_text(encoding="utf-8")
        found = _OPEN.search(said)
        if found and _answers(found[1]):
            return found[1], said
        assert process.poll() is None, said
        assert time.monotonic() < give_up_at, said
        time.sleep(0.1)


def _answers(url: str) -> bool:
    port = int(url.rstrip("/").rpartition(":")[2])
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
