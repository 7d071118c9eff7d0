"""Where a run's time goes: each stage with the seconds that it took."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Tell = Callable[["Stage"], None]
ORDER = (
    "columns",
    "search for keys",
    "first pairs",
    "first training",
    "keys tried",
    "pairs",
    "training",
    "weights",
    "groups",
)
"""The stages of a long run; a short one leaves some out."""


@dataclass(frozen=True)
class Stage:
    """One part of a run: wall seconds, and the CPU seconds of this process in them."""

    name: str
    seconds: float
    cpu_seconds: float


class Stages:
    """The stages of a run one after the other; `tell` hears of each as it ends."""

    def __init__(self, tell: Tell | None = None) -> None:
        self.done: list[Stage] = []
        self._tell = tell
        self._begun = self._now()

    def end(self, name: str) -> None:
        """The stage that ran until now is over."""
        now = self._now()
        wall, cpu = (after - before for after, before in zip(now, self._begun, strict=True))
        self._begun = now
        stage = Stage(name, round(wall, 3), round(cpu, 3))
        self.done.append(stage)
        if self._tell is not None:
            self._tell(stage)

    @staticmethod
    def _now() -> tuple[float, float]:
        return time.perf_counter(), time.process_time()
