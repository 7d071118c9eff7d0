"""Jobs: claimed once, resumed when their worker fell silent, cancelled when asked."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from habitue.kernel import jobs
from habitue.kernel.clock import FixedClock
from habitue.kernel.context import Context
from habitue.workspace import Workspace
from tests.conftest import NOW


def at(ws: Workspace, seconds: int) -> Context:
    from dataclasses import replace

    return replace(ws.context, clock=FixedClock(NOW + timedelta(seconds=seconds)))


def test_a_job_is_claimed_by_one_worker_only(ws: Workspace) -> None:
    job = jobs.enqueue(ws.context, kind="work", subject_id="x", args={"a": 1})
    claimed = jobs.claim(ws.context, ["work"])
    assert claimed is not None
    assert (claimed.job_id, claimed.state, claimed.args) == (job.job_id, "running", {"a": 1})
    assert jobs.claim(ws.context, ["work"]) is None


def test_a_job_whose_worker_fell_silent_is_claimed_again(ws: Workspace) -> None:
    jobs.enqueue(ws.context, kind="work", subject_id="x", args={})
    first = jobs.claim(ws.context, ["work"])
    assert first is not None
    jobs.progress(at(ws, 50), first.job_id, done=1, total=2)
    assert jobs.claim(at(ws, 100), ["work"]) is None
    again = jobs.claim(at(ws, 111), ["work"])
    assert again is not None
    assert again.job_id == first.job_id


def test_a_worker_that_slept_too_long_hears_that_its_job_is_another_ones(ws: Workspace) -> None:
    jobs.enqueue(ws.context, kind="work", subject_id="x", args={})
    sleeper = jobs.claim(ws.context, ["work"])
    other = jobs.claim(at(ws, 61), ["work"])
    assert sleeper is not None
    assert other is not None
    with pytest.raises(jobs.JobLost):
        jobs.progress(at(ws, 62), sleeper.job_id, done=1, total=2, claimed_at=sleeper.started_at)
    jobs.finish(at(ws, 63), sleeper.job_id, state="failed", claimed_at=sleeper.started_at)
    assert jobs.get(ws.context, other.job_id).state == "running"
    jobs.finish(at(ws, 64), other.job_id, state="done", claimed_at=other.started_at)
    assert jobs.get(ws.context, other.job_id).state == "done"


def test_a_cancelled_job_hears_of_it_at_its_next_progress(ws: Workspace) -> None:
    jobs.enqueue(ws.context, kind="work", subject_id="x", args={})
    job = jobs.claim(ws.context, ["work"])
    assert job is not None
    jobs.progress(ws.context, job.job_id, done=1, total=2)
    jobs.cancel(ws.context, job.job_id)
    with pytest.raises(jobs.JobCancelled):
        jobs.progress(ws.context, job.job_id, done=2, total=2)


def test_a_lease_is_renewed_beside_a_long_computation_and_only_while_the_job_is_ours(ws: Workspace) -> None:
    jobs.enqueue(ws.context, kind="work", subject_id="x", args={})
    job = jobs.claim(ws.context, ["work"])
    assert job is not None
    later = at(ws, 50)
    with jobs.kept(later, job.job_id, claimed_at=job.started_at, every=0.01):
        while jobs.get(ws.context, job.job_id).lease_until == job.lease_until:
            time.sleep(0.01)
    assert jobs.claim(at(ws, 100), ["work"]) is None
    other = jobs.claim(at(ws, 111), ["work"])
    assert other is not None
    with ws.register.write() as conn:
        jobs.require_ours(conn, other.job_id, other.started_at)
        with pytest.raises(jobs.JobLost):
            jobs.require_ours(conn, job.job_id, job.started_at)
