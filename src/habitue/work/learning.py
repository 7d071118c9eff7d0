"""The part of the worker that learns insights anew: once a day after changes, and when somebody asks.

It runs beside the projector, because learning takes minutes where projecting takes milliseconds. It also looks up the
columns of the tables for analysts when new facts have come, so that nobody waits for that.
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
from habitue.kernel.lake import engine_errors
from habitue.profiles import replica
from habitue.work import carrying

JOB_KIND = "insights"
RUNS = {JOB_KIND: flow.run_learning, alike.JOB_KIND: flow.run_alike}
EVERY_SECONDS = 3.0
QUIET_SECONDS = 20.0
COLUMNS_SECONDS = 600.0
"""How long the columns of the tables may stay as they are while facts keep coming."""

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


@dataclass(slots=True)
class Columns:
    """Up to which fact the columns of the tables were looked up, and when."""

    sequence: int = 0
    at: float = float("-inf")

    def are_due(self, sequence: int, now: float, *, is_quiet: bool) -> bool:
        """Whether there are new facts, and either no more are coming or it was long ago; from then on it is done."""
        if sequence == self.sequence or not (is_quiet or now - self.at >= COLUMNS_SECONDS):
            return False
        self.sequence, self.at = sequence, now
        return True


def loop(ws: Context, is_over: Callable[[], bool], wait: Callable[[float], object]) -> None:
    """Learn whenever something is due, until `is_over`."""
    quiet, columns = Quiet(), Columns()
    while not is_over():
        try:
            is_busy, sequence, now = run_one(ws), replica.sequence(ws), time.monotonic()
            is_quiet = quiet.holds(sequence, now)
            if columns.are_due(sequence, now, is_quiet=is_quiet):
                _look_into_columns(ws)
            if not is_busy and is_quiet and store.due(ws):
                jobs.enqueue(ws, kind=JOB_KIND, subject_id=JOB_KIND, args={})
        except (OperationalError, InterfaceError) as error:
            log.warning("the register cannot be used now", error=type(error).__name__)
        wait(EVERY_SECONDS)
    ws.lake.close()


def _look_into_columns(ws: Context) -> None:
    problems: tuple[type[Exception], ...] = (*engine_errors(), OSError)
    try:
        flow.look_into_columns(ws)
    except problems as error:
        # A file that was replaced meanwhile: the page looks itself, and so does the next round.
        log.warning("the columns of the tables were not looked up", error=type(error).__name__)


def run_one(ws: Context) -> bool:
    """Carry out the oldest waiting learning; returns whether there was one."""
    return carrying.run_one(ws, RUNS)
