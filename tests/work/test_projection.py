"""Exactly once: a projection that dies in the middle is repeated wholly, and a message sent twice counts once."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from habitue import flow
from habitue.collect import projection
from habitue.collect.envelope import Event
from habitue.collect.message import encode_body
from habitue.workspace import Workspace, open_workspace
from tests.sending import identify, send, state_of


def test_a_message_that_arrives_twice_counts_once(ws: Workspace) -> None:
    first = identify("u1", email="anna@web.example") | {"messageId": "m-1"}
    send(ws, first, dict(first))
    before = state_of(ws)
    send(ws, dict(first))
    assert state_of(ws) == before
    (anna,) = ws.people.search("anna")
    assert len(ws.people.timeline(anna.profile_id)) == 1


def test_the_same_message_id_of_another_source_is_another_message(ws: Workspace) -> None:
    send(ws, identify("u1", email="anna@web.example") | {"messageId": "m-1"})
    send(ws, identify("u1", email="anna@web.example") | {"messageId": "m-1"}, source="app")
    (anna,) = ws.people.search("anna")
    assert len(ws.people.timeline(anna.profile_id)) == 2


def test_a_projection_that_fails_changes_nothing_and_is_repeated(ws: Workspace) -> None:
    journal = projection.journal(ws.context)
    journal.append([encode_body("shop", [identify("u1", email="anna@web.example")])])

    def fail(conn: Connection, events: Sequence[Event]) -> None:
        flow.project(ws.context, conn, events)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        projection.apply_pending(ws.context, fail)
    assert ws.people.count() == 0
    assert flow.catch_up(ws.context) == 1
    assert ws.people.count() == 1
    assert flow.catch_up(ws.context) == 0


def _die(folder: Path) -> None:
    ws = open_workspace(folder, environ={})

    def project(conn: Connection, events: Sequence[Event]) -> None:
        flow.project(ws.context, conn, events)
        os._exit(9)

    projection.apply_pending(ws.context, project)


def test_a_killed_projector_loses_and_doubles_nothing(sqlite_ws: Workspace) -> None:
    journal = projection.journal(sqlite_ws.context)
    journal.append([encode_body("shop", [identify(f"u{i}", email=f"u{i}@web.example") for i in range(20)])])
    worker = multiprocessing.get_context("spawn").Process(target=_die, args=(sqlite_ws.folder,))
    worker.start()
    worker.join()
    assert worker.exitcode == 9
    assert sqlite_ws.people.count() == 0
    flow.catch_up(sqlite_ws.context)
    assert sqlite_ws.people.count() == 20
