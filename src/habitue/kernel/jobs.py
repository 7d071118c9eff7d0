"""Long work: one table, claimed by lease and kept by heartbeat, with progress, result and a cancel flag."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError, NotFound
from habitue.kernel.register import Instant, metadata
from habitue.kernel.text import gettext_noop as _

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
OPEN_STATES = ("queued", "running")

jobs = sa.Table(
    "kernel_jobs",
    metadata,
    sa.Column("job_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject_id", sa.Text, nullable=False, index=True),
    sa.Column("args", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("done", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("total", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("actor_id", sa.Text, nullable=False),
    sa.Column("actor_name", sa.Text, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("is_cancel_wanted", sa.Boolean, nullable=False),
    sa.Column("error", sa.JSON),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("started_at", Instant),
    sa.Column("lease_until", Instant),
    sa.Column("finished_at", Instant),
)


class JobCancelled(HabitueError):
    """Somebody cancelled the job."""

    code = "job_cancelled"
    message = _("This was cancelled.")
    next_step = _("Start it again when you want to; nothing is counted twice.")


class JobLost(HabitueError):
    """Another worker has taken the job over, since this one was silent for too long."""

    code = "job_lost"
    message = _("Another worker has taken this over.")
    next_step = _("Nothing is to do: the other worker brings it to its end.")


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work. States: queued, running, done, failed, cancelled; `done` of `total` are units of it."""

    job_id: str
    kind: str
    subject_id: str
    args: dict[str, Any]
    state: str
    done: int
    total: int
    actor_id: str
    actor_name: str
    roles: list[str]
    is_cancel_wanted: bool
    error: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    lease_until: datetime | None
    finished_at: datetime | None


def enqueue(ws: Context, *, kind: str, subject_id: str, args: Mapping[str, Any], is_claimed: bool = False) -> Job:
    """Put a job into the queue; it runs with the roles of the actor who asked for it.

    With `is_claimed` the caller carries it out at once, and no worker takes it unless the caller falls silent.
    """
    job_id = ws.ids.new()
    now = ws.clock.now()
    state = {"state": "running", "started_at": now, "lease_until": now + LEASE} if is_claimed else {"state": "queued"}
    with ws.register.write() as conn:
        conn.execute(
            sa.insert(jobs).values(
                job_id=job_id,
                kind=kind,
                subject_id=subject_id,
                args=dict(args),
                **state,
                actor_id=ws.actor.actor_id,
                actor_name=ws.actor.name,
                roles=sorted(ws.actor.roles),
                is_cancel_wanted=False,
                created_at=now,
            )
        )
    return get(ws, job_id)


def get(ws: Context, job_id: str) -> Job:
    """One job; NotFound when there is none of that id."""
    with ws.register.read() as conn:
        row = conn.execute(sa.select(jobs).where(jobs.c.job_id == job_id)).first()
    if row is None:
        raise NotFound(what=_("job"), key=job_id)
    return Job(**row._mapping)


def of_subject(ws: Context, subject_id: str) -> Sequence[Job]:
    """The jobs about one thing, newest first."""
    with ws.register.read() as conn:
        query = sa.select(jobs).where(jobs.c.subject_id == subject_id).order_by(jobs.c.created_at.desc())
        return [Job(**row._mapping) for row in conn.execute(query)]


def claim(ws: Context, kinds: Sequence[str]) -> Job | None:
    """The oldest job that waits, or whose worker fell silent; leased to the caller."""
    now = ws.clock.now()
    waiting = sa.or_(jobs.c.state == "queued", sa.and_(jobs.c.state == "running", jobs.c.lease_until < now))
    query = sa.select(jobs.c.job_id).where(waiting, jobs.c.kind.in_(kinds)).order_by(jobs.c.created_at).limit(1)
    with ws.register.write() as conn:
        job_id = conn.scalar(query.with_for_update(skip_locked=True))
        if job_id is None:
            return None
        change = {"state": "running", "started_at": now, "lease_until": now + LEASE}
        conn.execute(sa.update(jobs).where(jobs.c.job_id == job_id).values(**change))
    return get(ws, job_id)


def progress(ws: Context, job_id: str, *, done: int, total: int, claimed_at: datetime | None = None) -> None:
    """Renew the lease and tell how far the job is.

    `claimed_at` is the `started_at` of the caller's claim. Raises JobCancelled when somebody cancelled the job, and
    JobLost when another worker has claimed it since then.
    """
    with ws.register.write(synchronous="NORMAL") as conn:
        until = ws.clock.now() + LEASE
        change = sa.update(jobs).where(_is_ours(job_id, claimed_at))
        if not conn.execute(change.values(done=done, total=total, lease_until=until)).rowcount:
            raise JobLost()
        is_cancel_wanted = conn.scalar(sa.select(jobs.c.is_cancel_wanted).where(jobs.c.job_id == job_id))
    if is_cancel_wanted:
        raise JobCancelled()


@contextmanager
def kept(ws: Context, job_id: str, *, claimed_at: datetime | None, every: float = 20.0) -> Iterator[None]:
    """Renew the lease every so many seconds beside a computation that cannot tell how far it is."""
    is_over = threading.Event()

    def renew() -> None:
        while not is_over.wait(every):
            change = sa.update(jobs).where(_is_ours(job_id, claimed_at), jobs.c.state == "running")
            try:
                with ws.register.write(synchronous="NORMAL") as conn:
                    conn.execute(change.values(lease_until=ws.clock.now() + LEASE))
            except (OperationalError, InterfaceError) as error:
                log.warning("a lease could not be renewed", job_id=job_id, error=type(error).__name__)

    keeper = threading.Thread(target=renew, name=f"lease of {job_id}")
    keeper.start()
    try:
        yield
    finally:
        is_over.set()
        keeper.join()


def require_ours(conn: Connection, job_id: str, claimed_at: datetime | None) -> None:
    """Raise JobLost when another worker has claimed the job since then, inside the transaction that depends on it."""
    if conn.scalar(sa.select(jobs.c.job_id).where(_is_ours(job_id, claimed_at)).with_for_update()) is None:
        raise JobLost()


def finish(
    ws: Context, job_id: str, *, state: str, error: HabitueError | None = None, claimed_at: datetime | None = None
) -> None:
    """Close a job as done, failed or cancelled; with `claimed_at`, only while that claim holds."""
    problem = error.as_dict() if error else None
    with ws.register.write() as conn:
        values = {"state": state, "error": problem, "finished_at": ws.clock.now()}
        conn.execute(sa.update(jobs).where(_is_ours(job_id, claimed_at)).values(**values))


def _is_ours(job_id: str, claimed_at: datetime | None) -> sa.ColumnElement[bool]:
    is_it = jobs.c.job_id == job_id
    return is_it if claimed_at is None else sa.and_(is_it, jobs.c.started_at == claimed_at)


def cancel(ws: Context, job_id: str) -> bool:
    """Ask a job to stop; one that has not begun is cancelled at once. Returns whether it was that."""
    with ws.register.write() as conn:
        job = sa.update(jobs).where(jobs.c.job_id == job_id)
        conn.execute(job.where(jobs.c.state.in_(OPEN_STATES)).values(is_cancel_wanted=True))
        waiting = job.where(jobs.c.state == "queued")
        return conn.execute(waiting.values(state="cancelled", finished_at=ws.clock.now())).rowcount > 0
