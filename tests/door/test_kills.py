"""The door is killed under load and the client retries: nothing that was answered is lost, nothing comes twice."""

from __future__ import annotations

import http.client
import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from habitue import flow
from habitue.profiles.tables import events
from habitue.workspace import Workspace

KILLS = 10
CLIENTS = 4
BATCH = 20
SERVER = """
import sys, uvicorn
from habitue.door.app import Door
from habitue.door.world import world_of
from habitue.workspace import open_workspace
ws = open_workspace(sys.argv[1], environ={"HABITUE_REGISTER__URL": sys.argv[3]} if sys.argv[3] else {})
uvicorn.run(Door(world_of(ws.context)), port=int(sys.argv[2]), log_level="critical", lifespan="off")
"""


class Client(threading.Thread):
    """Sends batches until told to stop; what gets no 200 is sent again."""

    def __init__(self, port: int, key: str, number: int, stop: threading.Event) -> None:
        super().__init__()
        self.port, self.key, self.number, self.stop = port, key, number, stop
        self.acknowledged: list[str] = []
        self.statuses: set[int] = set()

    def run(self) -> None:
        serial = 0
        while not self.stop.is_set():
            ids = [f"c{self.number}-{serial + place}" for place in range(BATCH)]
            serial += BATCH
            self._until_taken(ids)

    def _until_taken(self, ids: list[str]) -> None:
        person = f"u{self.number}"
        batch = [{"type": "track", "event": "Seen", "userId": person, "messageId": each} for each in ids]
        body = json.dumps({"writeKey": self.key, "batch": batch})
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("POST", "/v1/batch", body)
                self.statuses.add(status := connection.getresponse().status)
                connection.close()
                if status == 200:
                    self.acknowledged.extend(ids)
                    return
            except (OSError, http.client.HTTPException):
                pass
            if self.stop.is_set():
                return
            time.sleep(0.01)


def _start(ws: Workspace, port: int, url: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(ws.folder), str(port), url])
    give_up_at = time.monotonic() + 60
    while time.monotonic() < give_up_at:
        assert process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process
        except OSError:
            time.sleep(0.02)
    raise AssertionError("the door did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.slow
def test_ten_kills_lose_nothing_and_double_nothing(ws: Workspace, tmp_path: Path) -> None:
    url = "" if ws.register.is_sqlite else ws.config.register.url
    key = ws.sources.create_key("Website").text
    port, stop, chance = _free_port(), threading.Event(), random.Random(5)
    clients = [Client(port, key, number, stop) for number in range(CLIENTS)]
    process = _start(ws, port, url)
    for client in clients:
        client.start()
    try:
        for _ in range(KILLS):
            time.sleep(0.2 + chance.random() / 2)
            process.send_signal(signal.SIGKILL)
            process.wait()
            flow.catch_up(ws.context)
            process = _start(ws, port, url)
        time.sleep(0.3)
    finally:
        stop.set()
        for client in clients:
            client.join()
        process.kill()
        process.wait()
    flow.catch_up(ws.context)
    with ws.register.read() as conn:
        stored = list(conn.scalars(sa.select(events.c.message_id)))
    acknowledged = [each for client in clients for each in client.acknowledged]
    assert len(acknowledged) > KILLS * BATCH
    assert set(acknowledged) - set(stored) == set()
    assert len(stored) == len(set(stored))
    assert {status for client in clients for status in client.statuses} <= {200, 503}
    assert ws.people.count() == CLIENTS
