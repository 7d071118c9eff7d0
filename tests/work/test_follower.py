"""Memberships follow the facts in a process of their own, whatever the worker is at."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from habitue import flow
from habitue.audiences import stays
from habitue.audiences.text import read
from habitue.kernel.rereading import READ_AGAIN_SECONDS
from habitue.work import follower
from habitue.workspace import Workspace, open_workspace
from tests.sending import identify, send


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def _inside(ws: Workspace, audience_id: str) -> set[tuple[str, str]]:
    with ws.register.read() as conn:
        return stays.members(conn, [audience_id])


def test_people_enter_what_was_just_published_and_what_is_known_of_already(ws: Workspace) -> None:
    send(ws, identify("old", city="Ulm"))
    stop = threading.Event()
    other = open_workspace(ws.folder, environ={"HABITUE_REGISTER__URL": ws.config.register.url})
    beside = threading.Thread(target=follower.run, args=(other.context, stop.is_set, stop.wait))
    beside.start()
    try:
        # The replica was never written: the follower brings it up itself before it asks everybody.
        audience = ws.audiences.create("Here", read('city is "Ulm"'))
        wait_until(lambda: len(_inside(ws, audience.audience_id)) == 1)
        send(ws, identify("new", city="Ulm"))
        wait_until(lambda: len(_inside(ws, audience.audience_id)) == 2)
        send(ws, identify("old", city="Bonn"))
        wait_until(lambda: len(_inside(ws, audience.audience_id)) == 1)
    finally:
        stop.set()
        beside.join()
        other.close()


def test_what_is_taken_away_while_it_is_read_is_read_again(ws: Workspace) -> None:
    send(ws, identify("old", city="Ulm"))
    flow.refresh(ws.context)
    audience = ws.audiences.create("Here", read('city is "Ulm"'))
    away = [path.rename(path.with_suffix(".away")) for path in map(Path, ws.context.lake.paths("people"))]
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        while away:
            path = away.pop()
            path.rename(path.with_suffix(".parquet"))

    follower.run(ws.context, lambda: bool(_inside(ws, audience.audience_id)) or len(waited) > 100, wait)
    assert len(_inside(ws, audience.audience_id)) == 1
    assert waited[0] == READ_AGAIN_SECONDS[0]
