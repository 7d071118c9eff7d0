"""One process projects at a time: beside a running projector the others wait, and every group is applied once."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from habitue import flow
from habitue.collect import office, projection
from habitue.collect.message import encode_body
from habitue.kernel import state
from habitue.profiles.tables import events
from habitue.work import projector
from habitue.workspace import Workspace, open_workspace
from tests.sending import identify

MESSAGES = 40


def another(ws: Workspace) -> Workspace:
    """The same workspace as another process opens it."""
    return open_workspace(ws.folder, environ={"HABITUE_REGISTER__URL": ws.config.register.url})


@contextmanager
def projecting(ws: Workspace) -> Iterator[threading.Event]:
    """A projector beside us, in office; setting the event ends it."""
    stop = threading.Event()
    other = another(ws)
    thread = threading.Thread(target=projector.run, args=(other.context, stop.is_set, stop.wait))
    thread.start()
    try:
        wait_until(lambda: office.is_elsewhere(ws.context))
        yield stop
    finally:
        stop.set()
        thread.join()
        other.close()


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


def append(ws: Workspace, name: str) -> projection.Position:
    message = identify(name, email=f"{name}@web.example") | {"messageId": name}
    return projection.journal(ws.context).append([encode_body("shop", [message])])


def stored(ws: Workspace) -> list[str]:
    with ws.register.read() as conn:
        return list(conn.scalars(sa.select(events.c.message_id).order_by(events.c.seq)))


def test_beside_a_projector_nobody_else_projects_and_whoever_waits_sees_its_own(ws: Workspace) -> None:
    with projecting(ws) as stop:
        applied = 0
        for number in range(MESSAGES):
            tail = append(ws, f"u{number}")
            applied += flow.catch_up(ws.context)
        flow.catch_up(ws.context, tail)
        assert applied == 0
        assert stored(ws) == [f"u{number}" for number in range(MESSAGES)]
        with ws.register.read() as conn:
            assert state.read(conn, projector.SEEN) > 0
        stop.set()
        wait_until(lambda: not office.is_elsewhere(ws.context))
        append(ws, "late")
        assert flow.catch_up(ws.context) == 1, "without a projector everybody may"


def test_a_second_projector_takes_over_when_the_first_has_ended(sqlite_ws: Workspace) -> None:
    with projecting(sqlite_ws) as first, projecting(sqlite_ws):
        first.set()
        flow.catch_up(sqlite_ws.context, append(sqlite_ws, "u1"))
        assert stored(sqlite_ws) == ["u1"]
        wait_until(lambda: office.is_elsewhere(sqlite_ws.context))


def test_an_import_beside_a_projector_ends_with_all_of_its_rows(ws: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"{number},Anna{number},a{number}@web.example\n" for number in range(300))
    (tmp_path / "people.csv").write_text("number,first name,email\n" + rows)
    done: list[tuple[int, int]] = []
    with projecting(ws):
        item = ws.imports.run(tmp_path / "people.csv", progress=lambda *told: done.append(told))
        assert (item.state, item.rows_taken, item.people_new) == ("done", 300, 300)
        assert done[-1][0] == 300
        assert ws.people.count() == 300


@pytest.mark.parametrize("processes", [4])
def test_several_that_project_at_the_same_time_apply_everything_once(ws: Workspace, processes: int) -> None:
    others = [another(ws) for _ in range(processes)]
    is_over = threading.Event()

    def project(own: Workspace) -> None:
        while not is_over.is_set():
            flow.catch_up(own.context)

    threads = [threading.Thread(target=project, args=(each,)) for each in others]
    for thread in threads:
        thread.start()
    for number in range(MESSAGES):
        tail = append(ws, f"u{number}")
    flow.catch_up(ws.context, tail)
    is_over.set()
    for thread in threads:
        thread.join()
    for each in others:
        each.close()
    assert stored(ws) == [f"u{number}" for number in range(MESSAGES)]


@pytest.mark.slow
def test_a_projector_carries_no_learners_and_no_pages() -> None:
    heavy = "{'sklearn', 'pandas', 'duckdb', 'django', 'pyspark', 'splink'}"
    code = f"import sys, habitue.work.projector; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
