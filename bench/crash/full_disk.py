"""R3: the disk is full, on a small tmpfs, again and again: only 503 with Retry-After, and it recovers by itself."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.crash.counting import count
from bench.crash.pages import is_read, signs_in
from bench.crash.sending import Load, load
from bench.crash.serving import Served
from bench.figures import DataMissing, Figures
from habitue.web import accounts, project
from habitue.workspace import create_workspace

DISK_MB = 192
FREE_MB = 64
BACK_SECONDS = 10.0
EMAIL, PASSWORD = "owner@shop.example", "Drei Kannen am Morgen"


def run(figures: Figures, *, small: bool) -> None:
    """50 cycles; every other one leaves the promised rest free, the others leave nothing at all."""
    with _small_disk() as folder, create_workspace(folder / "shop", environ={}) as ws:
        key = ws.sources.create_key("Website", rate_per_minute=10**8).text
        project.configure(ws)
        project.migrate()
        accounts.create_owner(ws, EMAIL, "Owner", PASSWORD)
        settings = {"HABITUE_DOOR__FREE_MB": str(FREE_MB)}
        server = Served(ws.folder, settings=settings)
        server.start()
        with load(server.port, key, clients=2, pause=0.01) as clients:
            try:
                for number in range(4 if small else 50):
                    _cycle(figures, folder, server, clients, is_empty=number % 2 == 1)
            finally:
                clients.stop()
                server.stop()
        others = sum(many for status, many in clients.statuses.items() if status not in (200, 503))
        figures.add("R3: answers of 503", clients.statuses[503], "answers", goal=1, is_upper=False)
        figures.add("R3: answers other than 200 and 503", others, "answers", goal=0)
        figures.add("R3: answers of 503 without Retry-After", clients.without_retry_after, "answers", goal=0)
        count(figures, ws, "R3", clients.acknowledged, settings=settings)


def _cycle(figures: Figures, folder: Path, server: Served, clients: Load, *, is_empty: bool) -> None:
    before = clients.statuses[503]
    clients.first_after(time.monotonic(), BACK_SECONDS)
    ballast = folder / "ballast"
    _fill(ballast, 0 if is_empty else FREE_MB // 2)
    give_up_at = time.monotonic() + 10
    while clients.statuses[503] == before and time.monotonic() < give_up_at:
        time.sleep(0.05)
    what = "nothing is free" if is_empty else "the rest is free"
    _note(figures, f"R3: pages not shown while {what}", not is_read(server.url))
    _note(figures, f"R3: sign-ins that failed while {what}", not signs_in(server.url, EMAIL, PASSWORD))
    ballast.unlink()
    back = clients.first_after(time.monotonic(), 60)
    slowest = next((row for row in figures.rows if row.name == "R3: slowest recovery"), None)
    if slowest is None:
        figures.add("R3: slowest recovery", back, "s", goal=BACK_SECONDS)
    else:
        slowest.value = max(slowest.value, back)


def _note(figures: Figures, name: str, is_wrong: bool) -> None:
    row = next((row for row in figures.rows if row.name == name), None)
    if row is None:
        figures.add(name, 0, "times", goal=0)
        row = figures.rows[-1]
    row.value += is_wrong


def _fill(path: Path, rest_mb: int) -> None:
    """Leave so many megabytes free."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        disk = os.statvfs(path)
        size = disk.f_bavail * disk.f_frsize - rest_mb * 2**20
        if size > 0:
            with contextlib.suppress(OSError):
                os.posix_fallocate(descriptor, 0, size)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _small_disk() -> Iterator[Path]:
    """A tmpfs of its own; DataMissing where it cannot be mounted."""
    with tempfile.TemporaryDirectory(prefix="habitue-disk-") as folder:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder], check=False, capture_output=True
        )
        if mounted.returncode:
            raise DataMissing("a tmpfs cannot be mounted; run it as root")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)
