"""The worker: projects what waits, carries jobs out, and keeps the replica and the insights fresh.

`python -m habitue.work.worker FOLDER` runs it until it is told to stop (SIGTERM or SIGINT).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping

import structlog
from sqlalchemy.exc import SQLAlchemyError

from habitue import flow
from habitue.access.actor import SYSTEM, Actor
from habitue.audiences.realtime import Follower
from habitue.kernel import jobs, logs, state
from habitue.kernel.clock import micros
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.profiles import matching
from habitue.quality import importing
from habitue.work import learning
from habitue.workspace import open_workspace

REFRESH_SECONDS = 2.0
IDLE_SECONDS = 0.1
SEEN_SECONDS = 10.0
HANDLERS: Mapping[str, Callable[[Context, jobs.Job], None]] = {
    importing.JOB_KIND: flow.run_import,
    matching.JOB_KIND: flow.run_matching,
}

log = structlog.get_logger()


def main() -> None:
    """Work on one folder until told to stop, or until the process that started it is gone."""
    stop = threading.Event()
    parent = os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def is_over() -> bool:
        return stop.is_set() or os.getppid() != parent

    with open_workspace(sys.argv[1], actor=SYSTEM) as ws:
        logs.configure(ws.config.log)
        logs.log_uncaught()
        learner = threading.Thread(target=learning.loop, args=(ws.context, is_over, stop.wait))
        learner.start()
        work(ws.context, is_over, stop.wait)
        learner.join()


def work(ws: Context, is_over: Callable[[], bool], wait: Callable[[float], object]) -> None:
    """Project, carry out jobs and refresh, until `is_over`; `wait` sleeps for some seconds when nothing is to do."""
    refreshed_at = seen_at = float("-inf")
    follower = Follower()
    while not is_over():
        if time.monotonic() - seen_at >= SEEN_SECONDS:
            seen(ws)
            seen_at = time.monotonic()
        is_busy = flow.catch_up(ws) > 0
        is_busy = flow.follow(ws, follower) or is_busy
        is_busy = run_one(ws) or is_busy
        if time.monotonic() - refreshed_at >= REFRESH_SECONDS:
            flow.refresh(ws)
            flow.settle(ws, follower)
            refreshed_at = time.monotonic()
        if not is_busy:
            wait(IDLE_SECONDS)


def seen(ws: Context) -> None:
    """Leave a sign of life in the register, for `/metrics` and `habitue doctor`."""
    with ws.register.write(synchronous="NORMAL") as conn:
        state.store(conn, {"worker_seen": micros(ws.clock.now())})


def run_one(ws: Context) -> bool:
    """Carry out the oldest waiting job with the roles of who asked for it; returns whether there was one."""
    job = jobs.claim(ws, list(HANDLERS))
    if job is None:
        return False
    actor = Actor(actor_id=job.actor_id, name=job.actor_name, roles=frozenset(job.roles))
    started = time.monotonic()
    try:
        HANDLERS[job.kind](ws.as_actor(actor), job)
    except HabitueError as error:
        jobs.finish(ws, job.job_id, state="failed", error=error, claimed_at=job.started_at)
        log.warning("job failed", kind=job.kind, job_id=job.job_id, code=error.code)
    except (OSError, SQLAlchemyError) as error:
        log.warning("job broke off and is taken up again", kind=job.kind, job_id=job.job_id, error=type(error).__name__)
    else:
        log.info("job ended", kind=job.kind, job_id=job.job_id, seconds=round(time.monotonic() - started, 2))
    return True


if __name__ == "__main__":
    main()
