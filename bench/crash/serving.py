"""A workspace served by real processes, as `habitue serve` starts them, that can be killed at any moment."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

START_SECONDS = 90.0
STOP_SECONDS = 60


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bare_environment(register_url: str = "", **more: str) -> dict[str, str]:
    """The environment without settings of this machine, with the register's address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HABITUE_")}
    register = {"HABITUE_REGISTER__URL": register_url} if register_url else {}
    return {**kept, **register, **more}


class Served:
    """`habitue serve` on one folder and one port: door and pages in one process, projector and worker beside it."""

    def __init__(
        self,
        folder: Path,
        *,
        register_url: str = "",
        settings: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
        log: Path | None = None,
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = bare_environment(register_url, **(settings or {}))
        self._before = list(before)
        self._log = log
        self.process: subprocess.Popen[bytes] | None = None
        self._orphans: list[int] = []

    def start(self, *, wait: bool = True) -> None:
        """Start it; with `wait` return when it is ready."""
        bind = f"127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "habitue.cli.main", "serve", "-w", str(self.folder), "--bind", bind]
        with contextlib.ExitStack() as stack:
            said = stack.enter_context(self._log.open("ab")) if self._log else subprocess.DEVNULL
            self.process = subprocess.Popen(
                [*self._before, *command], env=self._environment, stdout=said, stderr=said, stdin=subprocess.DEVNULL
            )
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Return when it says that it is ready; RuntimeError when it ends or takes too long."""
        give_up_at = time.monotonic() + seconds
        while not is_answered(f"{self.url}/ready"):
            if self.process is None or self.process.poll() is not None:
                raise RuntimeError("the server has ended")
            if time.monotonic() > give_up_at:
                raise RuntimeError("the server did not become ready")
            time.sleep(0.05)

    def kill(self) -> None:
        """End the server at once; projector and worker notice and end by themselves."""
        if self.process is not None:
            self._orphans += self.beside().values()
            self.process.kill()
            self.process.wait()

    def kill_beside(self, name: str) -> bool:
        """End one of the processes beside the server at once; returns whether there was one."""
        pid = self.beside().get(name)
        if pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return True

    def beside(self) -> dict[str, int]:
        """The processes that the server has started, by the names of their modules."""
        if self.process is None:
            return {}
        return {name: pid for pid in children(self.process.pid) if (name := module_of(pid))}

    def stop(self) -> None:
        """Ask it to end, and make it end; what servers that were killed before had started ends too."""
        if self.process is None:
            return
        for pid in self._orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            for pid in self.beside().values():
                os.kill(pid, signal.SIGKILL)
            self.kill()


@contextlib.contextmanager
def served(folder: Path, *, register_url: str = "", settings: Mapping[str, str] | None = None) -> Iterator[Served]:
    """A server that is ready, and stopped at the end."""
    server = Served(folder, register_url=register_url, settings=settings)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def children(pid: int) -> list[int]:
    """The processes that any thread of a process has started and that still run."""
    listed = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            listed += path.read_text().split()
    return [int(child) for child in listed]


def module_of(pid: int) -> str:
    """The last part of the module that a process runs, such as `worker`; empty when it runs none or is gone."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return ""
    return words[words.index("-m") + 1].rpartition(".")[2] if "-m" in words else ""


def is_answered(url: str) -> bool:
    """Whether an address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def memory_mb(pid: int, *, peak: bool = False) -> float:
    """The resident size of a process in megabytes, now or at its largest."""
    wanted = "VmHWM:" if peak else "VmRSS:"
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(wanted):
            return int(line.split()[1]) / 1024
    return 0.0
