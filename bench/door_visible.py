"""From an acknowledgement to a person whom a page can show, while batches keep the projector busy.

Once with the projector alone, and once with a worker beside it that imports a file all the while.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

import sqlalchemy as sa

from bench.crash.serving import bare_environment
from bench.door_load import BATCH, Load
from bench.door_projection import Projector, append
from bench.figures import Figures
from habitue.identity.tables import identifiers
from habitue.kernel import state
from habitue.profiles.tables import people
from habitue.workspace import Workspace, create_workspace

POLL_SECONDS = 0.004
PROBES_A_SECOND = 10
GIVE_UP_SECONDS = 30
IMPORTED_PEOPLE = 400_000
SERVER = """
import sys, uvicorn
from habitue.door.app import Door
from habitue.door.world import world_of
from habitue.workspace import open_workspace
ws = open_workspace(sys.argv[1], environ={})
uvicorn.run(Door(world_of(ws.context)), port=int(sys.argv[2]), log_level="critical", access_log=False, lifespan="off")
"""


def run(figures: Figures, small: bool) -> None:
    """How long from an acknowledgement until the person can be read, at half of what is projected here."""
    seconds = 2 if small else 15
    told = os.environ.get("HABITUE_BENCH_HALF_LOAD")
    rate = 1_000 if small else int(told) if told else _half_load(figures)
    for is_busy in (False, True):
        where = f"acknowledged to visible at {rate:,} events/s" + (", while a file is imported" if is_busy else "")
        waits, imported = _measured(rate, seconds, is_busy=is_busy, small=small)
        cuts = quantiles(waits, n=100, method="inclusive")
        figures.add(f"{where}: p50", cuts[49], "ms")
        figures.add(f"{where}: p99", cuts[98], "ms", goal=None if small else 250)
        if is_busy:
            figures.add("rows of the file that were imported meanwhile", imported, "rows")


def _half_load(figures: Figures) -> int:
    """Half of the events a second that the projector brings in here, of 100,000 after the first 100,000."""
    with tempfile.TemporaryDirectory() as folder, create_workspace(Path(folder) / "shop", environ={}) as ws:
        projector, load = Projector(ws.folder), Load("website")
        for _ in range(2):
            append(ws, load, 100_000)
            count, wall, *_rest = projector.catch_up()
        projector.close()
    figures.add("projected alone, for half of it as load", count / wall, "events/s")
    return int(count / wall / 2) // BATCH * BATCH


def _measured(rate: int, seconds: int, *, is_busy: bool, small: bool) -> tuple[list[float], int]:
    with tempfile.TemporaryDirectory() as folder, create_workspace(Path(folder) / "shop", environ={}) as ws:
        key = ws.sources.create_key("Website", rate_per_minute=10**8).text
        with served(ws.folder) as (port, _pid), beside(ws, ["projector", "worker"][: 1 + is_busy]):
            import_id = ""
            if is_busy:
                import_id, _job = ws.imports.start(_file(Path(folder), 4_000 if small else IMPORTED_PEOPLE))
                while ws.imports.get(import_id).rows_read == 0:
                    time.sleep(0.05)
            waits = asyncio.run(measure(ws, port, key, rate=rate, seconds=seconds))
            return waits, ws.imports.get(import_id).rows_read if is_busy else 0


def _file(folder: Path, rows: int) -> Path:
    path = folder / "customers.csv"
    with path.open("w") as file:
        file.write("customer number,first name,last name,email,city\n")
        file.writelines(f"K{n},Anna,Berg{n},anna.berg.{n}@mail.example,Leipzig\n" for n in range(rows))
    return path


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, int]]:
    """The door as a process of its own: its port and process id."""
    port = _free_port()
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(folder), str(port)])
    try:
        _wait_for(lambda: _answers(port))
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


@contextmanager
def beside(ws: Workspace, names: Sequence[str]) -> Iterator[Sequence[int]]:
    """Processes as `habitue serve` starts them beside the pages: their ids."""
    before = {name: _seen(ws, name) for name in names}
    # Without the variables of the bench, which no setting knows.
    started = [
        subprocess.Popen([sys.executable, "-m", f"habitue.work.{name}", str(ws.folder)], env=bare_environment())
        for name in names
    ]
    try:
        for name in names:
            _wait_for(lambda name=name: _seen(ws, name) > before.get(name, 0))  # type: ignore[misc]  # of a lambda
        yield [process.pid for process in started]
    finally:
        for process in started:
            process.terminate()
            process.wait()


async def measure(ws: Workspace, port: int, key: str, *, rate: int, seconds: int) -> list[float]:
    """Milliseconds of every probe: a new person sent alone, and looked for until it is there."""
    bodies = [_batch(key, frame) for frame in Load("website").frames(rate * seconds)]
    load = asyncio.create_task(_steadily(port, bodies, rate / BATCH))
    waits: list[float] = []
    begun = time.perf_counter()
    for number in range(seconds * PROBES_A_SECOND):
        await asyncio.sleep(max(0.0, begun + number / PROBES_A_SECOND - time.perf_counter()))
        waits.append(await _probe(ws, port, key, f"probe-{number}"))
    await load
    return waits


async def _probe(ws: Workspace, port: int, key: str, user: str) -> float:
    body = {"writeKey": key, "type": "identify", "userId": user, "messageId": user, "traits": {"name": "Anna Probe"}}
    await _send(port, "/v1/identify", json.dumps(body).encode())
    begun = time.perf_counter()
    of_probe = identifiers.c.value == user, identifiers.c.namespace == "user_id"
    known = sa.select(people.c.name).join(identifiers, identifiers.c.profile_id == people.c.profile_id).where(*of_probe)
    while time.perf_counter() - begun < GIVE_UP_SECONDS:
        with ws.register.read() as conn:
            if conn.scalar(known) is not None:
                break
        await asyncio.sleep(POLL_SECONDS)
    return (time.perf_counter() - begun) * 1_000


async def _steadily(port: int, bodies: list[bytes], per_second: float) -> None:
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, body in enumerate(bodies):
            await asyncio.sleep(max(0.0, begun + number / per_second - time.perf_counter()))
            group.create_task(_send(port, "/v1/batch", body))


async def _send(port: int, path: str, body: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    answer = await reader.read()
    writer.close()
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"not acknowledged: {answer[:200]!r}")


def _batch(key: str, frame: bytes) -> bytes:
    return b'{"writeKey":"' + key.encode() + b'",' + frame[frame.index(b'"batch"') :]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _seen(ws: Workspace, name: str) -> int:
    with ws.register.read() as conn:
        return state.read(conn, f"{name}_seen")


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _wait_for(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 120
    while not is_so():
        if time.monotonic() > give_up_at:
            raise RuntimeError("a process did not start")
        time.sleep(0.05)
