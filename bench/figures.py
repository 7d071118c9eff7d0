"""Figures of a bench: measured beside each other, with their goals, the machine, and one JSON line at the end."""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from statistics import quantiles


class DataMissing(Exception):
    """A data set that the bench reads is not there."""


@dataclass
class Figure:
    """One measured value; `goal` is a bound, `is_upper` tells on which side it must stay."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    is_upper: bool = True

    @property
    def is_met(self) -> bool:
        """Whether the value is on the right side of its goal."""
        if self.goal is None:
            return True
        return self.value <= self.goal if self.is_upper else self.value >= self.goal


@dataclass
class Figures:
    """Everything that one bench measured; with `is_live` each figure is told on the error stream as it comes."""

    bench: str
    rows: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_live: bool = False

    def add(self, name: str, value: float, unit: str, *, goal: float | None = None, is_upper: bool = True) -> None:
        """Keep one figure."""
        self.rows.append(Figure(name, value, unit, goal, is_upper))
        if self.is_live:
            print(f"{name}: {value:,.3f} {unit}", file=sys.stderr, flush=True)

    def show(self) -> None:
        """Print the table, the notes, and as the last line one JSON object."""
        width = max(len(row.name) for row in self.rows)
        for row in self.rows:
            bound = "" if row.goal is None else f"  goal {'≤' if row.is_upper else '≥'} {row.goal:g}"
            mark = "" if row.is_met else "  MISSED"
            print(f"{row.name:<{width}}  {row.value:>14,.3f} {row.unit}{bound}{mark}")
        for note in self.notes:
            print(f"- {note}")
        with_goal = [row for row in self.rows if row.goal is not None]
        print(
            json.dumps(
                {
                    "bench": self.bench,
                    "figures": {row.name: round(row.value, 4) for row in self.rows},
                    "goals": {row.name: row.goal for row in with_goal},
                    "met": [row.name for row in with_goal if row.is_met],
                    "missed": [row.name for row in with_goal if not row.is_met],
                    "machine": machine(),
                },
                ensure_ascii=False,
            )
        )


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory, 1),
        "python": platform.python_version(),
        "load": round(load, 2),
    }


def data_file(name: str, *, origin: str, licence: str, figures: Figures) -> Path:
    """A real data set below $HABITUE_BENCH_DATA; its origin, licence and hash go into the notes."""
    root = os.environ.get("HABITUE_BENCH_DATA")
    path = Path(root or "", name)
    if not root or not path.exists():
        raise DataMissing(f"{name} is missing below $HABITUE_BENCH_DATA; it is public: {origin} ({licence}).")
    with path.open("rb") as file:
        figures.notes.append(f"{name}: {origin}, {licence}, SHA-256 {file_digest(file, 'sha256').hexdigest()}")
    return path


@dataclass
class Spent:
    """What a block of work took: wall and CPU seconds, child processes included."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0


@contextmanager
def spent() -> Iterator[Spent]:
    """Measure a block."""
    result = Spent()
    wall, cpu = time.perf_counter(), _cpu()
    yield result
    result.seconds, result.cpu_seconds = time.perf_counter() - wall, _cpu() - cpu


def cpu_seconds_of(pid: int) -> float:
    """The CPU seconds that a running process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory_mb() -> float:
    """The largest resident size of this process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def milliseconds(work: Callable[[object], object], inputs: Sequence[object]) -> tuple[float, float]:
    """The median and 95th percentile of one call in milliseconds, over all inputs."""
    times = []
    for item in inputs:
        begun = time.perf_counter()
        work(item)
        times.append((time.perf_counter() - begun) * 1_000)
    cuts = quantiles(times, n=20, method="inclusive")
    return cuts[9], cuts[18]


def _cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
