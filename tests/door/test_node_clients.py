"""Node SDKs that others wrote, and a server that is killed in the middle of their burst."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bench.crash.serving import Served

from habitue.workspace import Workspace
from tests.clients.npm import FOLDER, modules
from tests.door.arrivals import arrived, url_of, wait_for

BURST = 5_000
ORDERED_AT = datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make_workspace", "sdk"), [("sqlite", "segment"), ("postgres", "rudder")], indirect=["make_workspace"]
)
def test_a_node_client_and_a_killed_server_lose_and_double_nothing(ws: Workspace, sdk: str) -> None:
    key = ws.sources.create_key("Website").text
    server = Served(ws.folder, register_url=url_of(ws))
    server.start()
    begun = datetime.now(UTC)
    try:
        _send(sdk, server, key)
        ended = datetime.now(UTC)
        wait_for(lambda: len(arrived(ws)) >= BURST + 6, seconds=60)
    finally:
        server.stop()
    found = arrived(ws)
    assert len({each.message_id for each in found}) == len(found) == BURST + 6
    assert Counter(each.name for each in found) == {
        "Page Viewed": 1,
        "alias": 1,
        "identify": 2,  # the second one: whose company it is
        "group": 1,
        "Order Completed": 1,
        "Product Viewed": BURST,
    }
    (order,) = (each for each in found if each.name == "Order Completed")
    assert abs(order.at - ORDERED_AT) <= ended - begun
    # A body that is sent again says when it was sent first: its times may be late by the length of the outage.
    assert all(begun - timedelta(seconds=1) <= each.at <= ended for each in found if each is not order)
    (anna,) = ws.people.search("anna@web.example")
    assert anna.company_name == "Kontor GmbH"
    assert {moment.name for moment in ws.people.timeline(anna.profile_id)} >= {"Page Viewed", "Order Completed"}
    assert ws.people.count() == 11
    visitors = [row for row in ws.people.listing().rows if row.profile_id != anna.profile_id]
    assert {row.event_count for row in visitors} == {BURST // 10}


def _send(sdk: str, server: Served, key: str) -> None:
    command = ["node", str(FOLDER / "send.cjs"), sdk, server.url, key, str(BURST)]
    environ = {"NODE_PATH": str(modules()), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True, cwd=Path("/")) as node:
        assert node.stdout is not None
        assert node.stdout.readline() == "half\n"
        server.kill()
        time.sleep(0.5)
        server.start(wait=False)
        assert node.stdout.readline() == "done\n"
    assert node.returncode == 0
