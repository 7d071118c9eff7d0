"""Carries one waiting job out, whatever its kind."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import structlog
from sqlalchemy.exc import SQLAlchemyError

from habitue.access.actor import Actor
from habitue.kernel import jobs
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.kernel.lake import is_file_gone

Handlers = Mapping[str, Callable[[Context, jobs.Job], None]]

log = structlog.get_logger()


def run_one(ws: Context, handlers: Handlers) -> bool:
    """Carry out the oldest waiting job of the kinds that have handlers, with the roles of who asked for it.

    Returns whether there was one.
    """
    job = jobs.claim(ws, list(handlers))
    if job is None:
        return False
    actor = Actor(actor_id=job.actor_id, name=job.actor_name, roles=frozenset(job.roles))
    started = time.monotonic()
    try:
        handlers[job.kind](ws.as_actor(actor), job)
    except HabitueError as error:
        jobs.finish(ws, job.job_id, state="failed", error=error, claimed_at=job.started_at)
        log.warning("job failed", kind=job.kind, job_id=job.job_id, code=error.code)
    except Exception as error:
        if not isinstance(error, OSError | SQLAlchemyError) and not is_file_gone(error):
            raise
        log.warning("job broke off and is taken up again", kind=job.kind, job_id=job.job_id, error=type(error).__name__)
    else:
        log.info("job ended", kind=job.kind, job_id=job.job_id, seconds=round(time.monotonic() - started, 2))
    return True
