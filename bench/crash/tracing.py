"""The door alone, below strace: what it asked of the disk, and what it had answered by then."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.crash.serving import bare_environment, children, free_port
from bench.figures import DataMissing

DOOR = """
import sys, uvicorn
from habitue.door.app import Door
from habitue.door.world import world_of
from habitue.kernel import logs
from habitue.workspace import open_workspace
ws = open_workspace(sys.argv[1])
logs.configure(ws.config.log)
uvicorn.run(Door(world_of(ws.context)), port=int(sys.argv[2]), log_config=None, access_log=False, lifespan="off")
"""
CALLS = "read,recvfrom,pwrite64,fdatasync,write,writev,sendto,sendmsg,close"
_DESCRIPTOR = re.compile(r"\d+")
_LINE = re.compile(r"^(\d+)\s+(?:<\.\.\. )?(\w+)(?:\((.*)| resumed>(.*))$")


@dataclass
class TracedDoor:
    """A door on one folder; `before` is what stands before its command, such as strace."""

    folder: Path
    url: str = ""
    before: Sequence[str] = ()
    code: str = DOOR
    log: Path | None = None
    port: int = field(default_factory=free_port)

    @contextlib.contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """The process, from when it takes connections; ended politely."""
        command = [*self.before, sys.executable, "-c", self.code, str(self.folder), str(self.port)]
        with contextlib.ExitStack() as stack:
            said = stack.enter_context(self.log.open("ab")) if self.log else subprocess.DEVNULL
            process = subprocess.Popen(command, env=bare_environment(self.url), stdout=said, stderr=said)
            try:
                self._wait(process)
                yield process
            finally:
                inner = children(process.pid) if self.before else []
                for pid in inner or [process.pid]:
                    subprocess.run(["kill", "-TERM", str(pid)], check=False)
                process.wait(60)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        give_up_at = time.monotonic() + 120
        while time.monotonic() < give_up_at and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the door did not start")


def strace(*arguments: str, output: Path) -> list[str]:
    """The command before a command; DataMissing where strace is not installed."""
    program = shutil.which("strace")
    if program is None:
        raise DataMissing("strace is not installed; on Debian and Ubuntu: apt-get install strace")
    return [program, "-f", "-q", "-o", str(output), *arguments]


def violations(lines: Iterator[str], mark: re.Pattern[str]) -> tuple[int, int]:
    """How many requests were answered with 200, and how many of them before their rows were synced.

    `mark` finds the id of a request in what a call carries. A request is known by the socket it was read from; its
    rows by the file that they were written to; they are durable when a sync of that file, begun after the write, has
    returned.
    """
    asked: dict[str, str] = {}
    written: dict[str, set[str]] = {}
    syncing: dict[str, tuple[str, set[str]]] = {}
    begun: dict[str, tuple[str, str]] = {}
    durable: set[str] = set()
    answered = early = 0
    for line in lines:
        found = _LINE.match(line.rstrip("\n"))
        if found is None:
            continue
        pid, call, arguments, rest = found.groups()
        is_begun, is_over = arguments is not None, True
        if is_begun:
            is_over = not arguments.endswith("<unfinished ...>")
            begun[pid] = (call, arguments)
        elif pid in begun:
            arguments = begun[pid][1].removesuffix("<unfinished ...>") + (rest or "")
        number = _DESCRIPTOR.match(arguments or "")
        descriptor = number[0] if number else ""
        if call in ("read", "recvfrom") and is_over:
            if told := mark.search(arguments or ""):
                asked[descriptor] = told[1]
        elif call == "pwrite64" and is_over and "= -1" not in (arguments or ""):
            written.setdefault(descriptor, set()).update(mark.findall(arguments or ""))
        elif call == "fdatasync":
            if is_begun:
                syncing[pid] = (descriptor, set(written.get(descriptor, set())))
            if is_over and (arguments or "").rstrip().endswith("= 0"):
                durable |= syncing.pop(pid, ("", set()))[1]
        elif call == "close" and is_begun:
            written.pop(descriptor, None)
        elif call in ("write", "writev", "sendto", "sendmsg") and is_begun and "HTTP/1.1 200" in (arguments or ""):
            answered += 1
            early += asked.pop(descriptor, "") not in durable
    return answered, early
