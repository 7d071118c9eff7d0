"""The worker keeps audiences moving while a long job is carried out, and ends when one of its parts does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from habitue import flow
from habitue.audiences import stays
from habitue.audiences.text import read
from habitue.collect import projection
from habitue.collect.message import encode_body
from habitue.kernel import jobs
from habitue.kernel.context import Context
from habitue.work import worker
from habitue.workspace import Workspace, open_workspace
from tests.sending import identify


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def _inside(ws: Workspace, audience_id: str) -> set[tuple[str, str]]:
    with ws.register.read() as conn:
        return stays.members(conn, [audience_id])


def test_people_enter_audiences_while_a_job_is_still_at_work(
    sqlite_ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = sqlite_ws
    started, may_end, stop = threading.Event(), threading.Event(), threading.Event()

    def long_one(context: Context, job: jobs.Job) -> None:
        started.set()
        may_end.wait(60)
        jobs.finish(context, job.job_id, state="done", claimed_at=job.started_at)

    monkeypatch.setattr(worker, "HANDLERS", {"long": long_one})
    audience = ws.audiences.create("Here", read('city is "Ulm"'))
    flow.refresh(ws.context)
    flow.settle(ws.context)
    jobs.enqueue(ws.context, kind="long", subject_id="long", args={})
    other = open_workspace(ws.folder, environ={})
    parts = [
        threading.Thread(target=part, args=(other.context, stop.is_set, stop.wait))
        for part in (worker.work, worker.carry_out)
    ]
    for part in parts:
        part.start()
    try:
        assert started.wait(60)
        told = identify("nora", city="Ulm") | {"messageId": "nora"}
        projection.journal(ws.context).append([encode_body("shop", [told])])
        wait_until(lambda: len(_inside(ws, audience.audience_id)) == 1)
        assert not may_end.is_set()
    finally:
        may_end.set()
        stop.set()
        for part in parts:
            part.join()
        other.close()


def test_a_part_that_breaks_ends_the_worker() -> None:
    stop = threading.Event()

    def breaks(*_args: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        worker._until_one_ends(breaks, None, stop.is_set, stop)  # type: ignore[arg-type]  # the part does not look
    assert stop.is_set()
