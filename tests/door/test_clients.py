"""Clients that others wrote, against a real server: every message arrives once, on the right person."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rudderstack.analytics.client
import segment.analytics.client
import sqlalchemy as sa

from habitue.profiles.tables import events
from habitue.workspace import Workspace

BURST = 5_000
Connect = Callable[[str, str, list[object]], Any]


def _segment(key: str, address: str, errors: list[object]) -> Any:
    return segment.analytics.client.Client(
        key, host=address, gzip=True, max_queue_size=2 * BURST, on_error=lambda error, _: errors.append(error)
    )


def _rudder(key: str, address: str, errors: list[object]) -> Any:
    return rudderstack.analytics.client.Client(
        key, host=address, gzip=False, max_queue_size=2 * BURST, on_error=lambda error, _: errors.append(error)
    )


@pytest.fixture
def address(ws: Workspace) -> Iterator[str]:
    """A server of the workspace, as `habitue serve` starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "habitue.cli.main", "serve", "-w", str(ws.folder), "--bind", bind]
    process = subprocess.Popen(command, env=_environment(ws), stdout=subprocess.DEVNULL)
    try:
        _wait(lambda: process.poll() is None and _is_up(f"http://{bind}/ready"), seconds=90)
        yield f"http://{bind}"
    finally:
        process.terminate()
        process.wait(60)


def _environment(ws: Workspace) -> dict[str, str]:
    import os

    given = {key: value for key, value in os.environ.items() if not key.startswith("HABITUE_")}
    return given if ws.register.is_sqlite else {**given, "HABITUE_REGISTER__URL": ws.config.register.url}


def _is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _wait(is_done: Callable[[], bool], *, seconds: float) -> None:
    give_up_at = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < give_up_at
        time.sleep(0.1)


def _stored(ws: Workspace) -> list[tuple[str, str, str]]:
    with ws.register.read() as conn:
        found = conn.execute(sa.select(events.c.type, events.c.name, events.c.message_id))
        return [(str(row[0]), str(row[1]), str(row[2])) for row in found]


@pytest.mark.slow
@pytest.mark.parametrize("connect", [_segment, _rudder], ids=["segment", "rudderstack"])
def test_an_official_client_works_unchanged(ws: Workspace, address: str, connect: Connect, tmp_path: Path) -> None:
    key = ws.sources.create_key("Website").text
    errors: list[object] = []
    client = connect(key, address, errors)
    client.page(anonymous_id="a1", name="Home", properties={"url": "https://shop.example/"})
    client.alias("a1", "u1")
    client.identify("u1", {"email": "anna@web.example", "firstName": "Anna", "lastName": "Bérg 💚"})
    client.group("u1", "g1", {"name": "Kontor GmbH"})
    client.track("u1", "Order Completed", {"order_id": "O1", "total": "12.50", "currency": "EUR"})
    for number in range(BURST):
        client.track(f"v{number % 10}", "Product Viewed", {"sku": f"T{number}"}, message_id=f"b{number}")
    client.flush()
    client.join()
    assert errors == []
    _wait(lambda: len(_stored(ws)) >= BURST + 6, seconds=60)
    stored = _stored(ws)
    ids = [message_id for *_, message_id in stored]
    assert len(ids) == len(set(ids)) == BURST + 6
    kinds = Counter((kind, name) for kind, name, _ in stored)
    assert kinds == {
        ("page", "Page Viewed"): 1,
        ("alias", "alias"): 1,
        ("identify", "identify"): 2,
        ("group", "group"): 1,
        ("track", "Order Completed"): 1,
        ("track", "Product Viewed"): BURST,
    }
    (anna,) = ws.people.search("anna@web.example")
    assert anna.company_name == "Kontor GmbH"
    moments = ws.people.timeline(anna.profile_id)
    assert {moment.name for moment in moments} >= {"Page Viewed", "Order Completed", "alias"}
    assert all(abs((moment.at - moment.at.now(moment.at.tzinfo)).total_seconds()) < 600 for moment in moments)
    assert ws.people.count() == 11
    visitors = [row for row in ws.people.listing().rows if row.profile_id != anna.profile_id]
    assert {row.event_count for row in visitors} == {BURST // 10}
