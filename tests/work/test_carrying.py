"""What becomes of a job whose work breaks off."""

from __future__ import annotations

import duckdb
import pytest

from habitue.kernel import jobs
from habitue.kernel.context import Context
from habitue.kernel.jobs import Job
from habitue.work.carrying import run_one
from habitue.workspace import Workspace


def _reading(_ws: Context, _job: Job) -> None:
    with duckdb.connect() as con:
        con.read_parquet("taken away.parquet")


def _broken(_ws: Context, _job: Job) -> None:
    raise ZeroDivisionError


def test_a_job_whose_files_were_taken_away_is_left_to_be_taken_up_again(ws: Workspace) -> None:
    job = jobs.enqueue(ws.context, kind="work", subject_id="x", args={})
    assert run_one(ws.context, {"work": _reading})
    assert jobs.get(ws.context, job.job_id).state == "running"


def test_any_other_error_is_told(ws: Workspace) -> None:
    jobs.enqueue(ws.context, kind="work", subject_id="x", args={})
    with pytest.raises(ZeroDivisionError):
        run_one(ws.context, {"work": _broken})
