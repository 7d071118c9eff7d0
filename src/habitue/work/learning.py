"""The part of the worker that learns insights anew: once a day after changes, and when somebody asks.

It runs beside the projector, because learning takes minutes where projecting takes milliseconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from habitue import flow
from habitue.audiences import alike
from habitue.insights import store
from habitue.kernel import jobs
from habitue.kernel.context import Context
from habitue.work import carrying

JOB_KIND = "insights"
RUNS = {JOB_KIND: flow.run_learning, alike.JOB_KIND: flow.run_alike}
EVERY_SECONDS = 3.0
QUIET_SECONDS = 20.0

log = structlog.get_logger()


@dataclass(slots=True)
class Quiet:
    """Since when the facts have not changed, on a clock that only goes forward."""

    sequence: int = -1
    since: float = 0.0

    def holds(self, sequence: int, now: float) -> bool:
        """Whether nothing has changed for a while, so that no import is under way."""
        if sequence != self.sequence:
            self.sequence, self.since = sequence, now
        return now - self.since >= QUIET_SECONDS


def loop(ws: Context, is_over: Callable[[], bool], wait: Callable[[float], object]) -> None:
    """Learn whenever something is due, until `is_over`."""
    quiet = Quiet()
    while not is_over():
        try:
            if not run_one(ws) and quiet.holds(ws.lake.sequence(), time.monotonic()) and store.due(ws):
                jobs.enqueue(ws, kind=JOB_KIND, subject_id=JOB_KIND, args={})
        except (OperationalError, InterfaceError) as error:
            log.warning("the register cannot be used now", error=type(error).__name__)
        wait(EVERY_SECONDS)
    ws.lake.close()


def run_one(ws: Context) -> bool:
    """Carry out the oldest waiting learning; returns whether there was one."""
    return carrying.run_one(ws, RUNS)
