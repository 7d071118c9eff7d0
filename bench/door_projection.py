"""The projection part of the door's bench: frames straight into the journal, projected by a process of its own.

What is measured is that process alone: its CPU time, the bytes it hands to the disk and its memory. Meanwhile profiles
with their last 50 events are read from here. At each mark of the growth curve the rows are counted.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import sqlalchemy as sa

from bench.door_load import BATCH, Load
from bench.figures import Figures
from habitue.collect import projection
from habitue.profiles.tables import events
from habitue.workspace import Workspace, create_workspace

STEP = 100_000
FRAMES_AT_ONCE = 50
LAST = 50
PROJECTOR = """
import json, sys, time
from habitue import flow
from habitue.workspace import open_workspace
url = sys.argv[2]
ws = open_workspace(sys.argv[1], environ={"HABITUE_REGISTER__URL": url} if url else {})
def told(name, what):
    return int(next(line for line in open("/proc/self/" + name) if line.startswith(what)).split()[1])
def written():
    return told("io", "write_bytes")
for _ in sys.stdin:
    wall, cpu, disk = time.perf_counter(), time.process_time(), written()
    count = flow.catch_up(ws.context)
    # Not ru_maxrss: that begins with what the process had that started this one.
    memory = told("status", "VmHWM") / 1024
    spent = [count, time.perf_counter() - wall, time.process_time() - cpu, written() - disk, memory]
    print(json.dumps(spent), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of the growth curve: what was spent since the mark before."""

    events: int
    per_second: float
    cpu_micros: float
    written_bytes: float
    memory_mb: float


class Projector:
    """The process that projects when it is told to."""

    def __init__(self, folder: Path, url: str = "") -> None:
        command = [sys.executable, "-c", PROJECTOR, str(folder), url]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def catch_up(self) -> tuple[int, float, float, float, float]:
        """Events, wall and CPU seconds, bytes written, and the largest memory so far in megabytes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        count, wall, cpu, written, memory = json.loads(self._process.stdout.readline())
        return count, wall, cpu, written, memory

    def close(self) -> None:
        """End it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()


class Readers(threading.Thread):
    """Reads profiles with their last events while the projector writes; keeps how many milliseconds each took."""

    def __init__(self, ws: Workspace, profile_ids: Sequence[str]) -> None:
        super().__init__()
        self._ws, self._profile_ids = ws, profile_ids
        self._is_over = threading.Event()
        self.waits: list[float] = []

    def run(self) -> None:
        """Read until told to stop."""
        chance = random.Random(1)
        while not self._is_over.is_set():
            profile_id = chance.choice(self._profile_ids)
            begun = time.perf_counter()
            self._ws.people.get(profile_id)
            self._ws.people.timeline(profile_id, limit=LAST)
            self.waits.append((time.perf_counter() - begun) * 1_000)
            self._is_over.wait(0.01)

    def end(self) -> list[float]:
        """Stop, and what was measured."""
        self._is_over.set()
        self.join()
        return self.waits


def grow(
    figures: Figures,
    marks: Sequence[int],
    *,
    seconds: float,
    url: str = "",
    reached: Callable[[Mark], None],
    is_small: bool = False,
) -> None:
    """The growth curve up to the last mark that is reached within some seconds; rows are counted at its end."""
    begun = time.monotonic()
    environ = {"HABITUE_REGISTER__URL": url} if url else {}
    with tempfile.TemporaryDirectory() as folder, create_workspace(Path(folder) / "shop", environ=environ) as ws:
        projector, load, waits = Projector(ws.folder, url), Load("website"), list[float]()
        try:
            for mark in marks:
                if time.monotonic() - begun > seconds:
                    figures.notes.append(f"stopped before {mark:,} events: {seconds:.0f} s had passed")
                    break
                reached(_until(ws, projector, load, mark, waits))
        finally:
            projector.close()
        with ws.register.read() as conn:
            rows = int(conn.scalar(sa.select(sa.func.count()).select_from(events)) or 0)
        where = "PostgreSQL: " if url else ""
        figures.add(f"{where}events lost or doubled of {load.count:,}", abs(rows - load.count), "events", goal=0)
        if waits and not url:
            cuts = quantiles(waits, n=100, method="inclusive")
            goals = (None, None) if is_small else (1, 10)
            figures.add("profile with last 50 events while loading p50", cuts[49], "ms", goal=goals[0])
            figures.add("profile with last 50 events while loading p99", cuts[98], "ms", goal=goals[1])


def _until(ws: Workspace, projector: Projector, load: Load, mark: int, waits: list[float]) -> Mark:
    total = [0.0, 0.0, 0.0, 0.0]
    memory = 0.0
    while load.count < mark:
        append(ws, load, min(STEP, mark - load.count))
        readers = Readers(ws, found) if (found := _some_people(ws)) else None
        if readers is not None:
            readers.start()
        *spent, memory = projector.catch_up()
        total = [one + other for one, other in zip(total, spent, strict=True)]
        if readers is not None:
            waits.extend(readers.end())
    count, wall, cpu, written = total
    return Mark(load.count, count / wall, cpu / count * 1e6, written / count, memory)


def append(ws: Workspace, load: Load, messages: int) -> None:
    """Append messages to the journal as the door does, and wait until the disk has them."""
    journal = projection.journal(ws.context)
    frames: list[bytes] = []
    for frame in load.frames(max(messages, BATCH)):
        frames.append(frame)
        if len(frames) == FRAMES_AT_ONCE:
            journal.append(frames)
            frames = []
    if frames:
        journal.append(frames)
    os.sync()


def _some_people(ws: Workspace) -> Sequence[str]:
    return [row.profile_id for row in ws.people.listing(sort="-events", limit=500).rows]


def show(figures: Figures, mark: Mark, goals: Mapping[str, Any], where: str = "") -> None:
    """The figures of one point of a growth curve."""
    name = f"{where}at {mark.events / 1e6:g} M events"
    figures.add(f"{name}: fully processed", mark.per_second, "events/s", goal=goals.get("rate"), is_upper=False)
    figures.add(f"{name}: CPU of the projector", mark.cpu_micros, "µs/event", goal=goals.get("cpu"))
    figures.add(f"{name}: written", mark.written_bytes, "B/event", goal=goals.get("written"))
    figures.add(f"{name}: memory of the projector", mark.memory_mb, "MB", goal=goals.get("memory"))
