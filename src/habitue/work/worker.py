"""The worker: carries jobs out, keeps the replica and the insights fresh, and projects where no projector runs.

Audiences have a process of their own, the follower, because a job or the replica would make them wait.

`python -m habitue.work.worker FOLDER [PARENT]` runs it until it is told to stop (SIGTERM or SIGINT).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from habitue import flow
from habitue.kernel.context import Context
from habitue.kernel.rereading import again
from habitue.profiles import matching
from habitue.profiles.weighing import Weigher
from habitue.quality import importing
from habitue.work import learning
from habitue.work.carrying import Handlers, run_one
from habitue.work.process import SignOfLife, run_process

SEEN = "worker_seen"
REFRESH_SECONDS = 2.0
IDLE_SECONDS = 0.1
AGAIN_SECONDS = 1.0
HANDLERS: Handlers = {
    importing.JOB_KIND: flow.run_import,
    matching.JOB_KIND: flow.run_matching,
}

log = structlog.get_logger()


def main() -> None:
    """Work on one folder until told to stop, or until the process that started it is gone."""
    run_process(_run)


def _run(ws: Context, is_over: Callable[[], bool], stop: threading.Event) -> None:
    learner = threading.Thread(target=learning.loop, args=(ws, is_over, stop.wait))
    learner.start()
    try:
        work(ws, is_over, stop.wait)
    finally:
        # Whatever ended the work ends the process: whoever started it starts another one.
        stop.set()
        learner.join()


def work(ws: Context, is_over: Callable[[], bool], wait: Callable[[float], object]) -> None:
    """Project, carry out jobs and refresh, until `is_over`; `wait` sleeps for some seconds when nothing is to do."""
    due = _Due()
    while not is_over():
        try:
            is_busy = _turn(ws, due)
        except (OperationalError, InterfaceError) as error:
            # A database that restarts, or a full disk: both come back without us.
            log.warning("the register cannot be used now", error=type(error).__name__)
            wait(AGAIN_SECONDS)
            continue
        if not is_busy:
            wait(IDLE_SECONDS)


@dataclass(slots=True)
class _Due:
    """When the replica is due, by the steady clock; the sign of life; and the known records."""

    refreshed_at: float = float("-inf")
    sign: SignOfLife = field(default_factory=lambda: SignOfLife(SEEN))
    weigher: Weigher = field(default_factory=Weigher)


def _turn(ws: Context, due: _Due) -> bool:
    """One round; returns whether there was anything to do."""
    due.sign.leave(ws)
    is_busy = flow.catch_up(ws, seconds=REFRESH_SECONDS) > 0
    is_busy = flow.weigh(ws, due.weigher) or is_busy
    is_busy = run_one(ws, HANDLERS) or is_busy
    if time.monotonic() - due.refreshed_at >= REFRESH_SECONDS:
        again(lambda: flow.refresh(ws))
        due.refreshed_at = time.monotonic()
    return is_busy


if __name__ == "__main__":
    main()
