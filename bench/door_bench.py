"""The event door: what is acknowledged durably a second, how long an acknowledgement takes, and what is projected.

The door runs as a process of its own, on SQLite and a file journal, and so does the projector; clients speak plain
HTTP over kept connections from this process, and their CPU is counted apart. Messages are about 600 bytes, as SDKs
send them, with unique ids; at the end the rows are counted. Each figure is told on the error stream as it comes.

- `HABITUE_BENCH_PARTS`: some of door, visible, peers, growth, postgres, by commas; all of them when it is not set.
- `HABITUE_BENCH_EVENTS`: how far the growth curve goes (2e6), or its points by commas (1e6,2e6,10e6).
- `HABITUE_BENCH_SECONDS`: how long the growth curve may take (480).
- `HABITUE_BENCH_HALF_LOAD`: events a second of the visible part, instead of half of what is projected here.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from statistics import quantiles

import sqlalchemy as sa

from bench import door_picture, door_projection, door_visible, postgres_server
from bench.door_peers import measure as peers
from bench.figures import Figures, cpu_seconds_of, spent
from habitue import flow
from habitue.profiles.tables import events
from habitue.workspace import Workspace, create_workspace

BATCH = 100
CONNECTIONS = 8
SINGLE_CONNECTIONS = 64
PEOPLE = 20_000
RATES = (1_000, 3_000)
MARKS = (500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)
GOALS = {"rate": 30_000, "cpu": 25, "written": 3_500, "memory": 400}
SECONDS_OF_POSTGRES = 300.0


def run(*, small: bool) -> Figures:
    """Measure fresh workspaces; small: a few thousand events instead of some hundred thousand."""
    figures = Figures("door", is_live=not small)
    told = os.environ.get("HABITUE_BENCH_PARTS", "")
    for name in told.split(",") if told else PARTS:
        PARTS[name](figures, small)
    return figures


def _door(figures: Figures, small: bool) -> None:
    """What is acknowledged, and how long it takes; then all of it is projected and counted."""
    with tempfile.TemporaryDirectory() as folder, create_workspace(Path(folder) / "shop", environ={}) as ws:
        key = ws.sources.create_key("Website", rate_per_minute=10**8).text
        with door_visible.served(ws.folder) as (port, pid):
            sent = asyncio.run(_measure(figures, port, key, pid, small))
        _project(ws, figures, sent)


def _peers(figures: Figures, small: bool) -> None:
    peers(figures, small=small)


def _growth(figures: Figures, small: bool) -> None:
    """The growth curve on SQLite; what is there is shown and drawn at each of its points."""
    marks = [4_000, 8_000] if small else _marks()
    curve: list[door_projection.Mark] = []

    def reached(mark: door_projection.Mark) -> None:
        curve.append(mark)
        door_projection.show(figures, mark, {} if small else GOALS)
        if not small:
            door_picture.draw(curve)

    seconds = float(os.environ.get("HABITUE_BENCH_SECONDS", "480"))
    door_projection.grow(figures, marks, seconds=seconds, reached=reached, is_small=small)
    by_size = {mark.events: mark for mark in curve}
    if 10_000_000 in by_size and 2_000_000 in by_size:
        share = by_size[10_000_000].per_second / by_size[2_000_000].per_second
        figures.add("rate at 10 M of the rate at 2 M", share, "", goal=0.8, is_upper=False)


def _marks() -> list[int]:
    told = [int(float(each)) for each in os.environ.get("HABITUE_BENCH_EVENTS", "2e6").split(",")]
    return sorted(told) if len(told) > 1 else [mark for mark in MARKS if mark <= told[0]] or told


def _postgres(figures: Figures, small: bool) -> None:
    """The beginning of the growth curve on PostgreSQL, beside the same door."""
    if small or not postgres_server.is_installed():
        figures.notes.append("PostgreSQL was left out: " + ("the small edition" if small else "it is not installed"))
        return
    marks = MARKS[:1]
    with postgres_server.server() as url:
        begun = postgres_server.cpu_seconds()

        def reached(mark: door_projection.Mark) -> None:
            door_projection.show(figures, mark, {}, "PostgreSQL ")

        door_projection.grow(figures, marks, seconds=SECONDS_OF_POSTGRES, url=url, reached=reached)
        server = (postgres_server.cpu_seconds() - begun) / marks[-1] * 1e6
    figures.add("PostgreSQL: CPU of the servers on this machine meanwhile", server, "µs/event")


PARTS: Mapping[str, Callable[[Figures, bool], None]] = {
    "door": _door,
    "visible": door_visible.run,
    "peers": _peers,
    "growth": _growth,
    "postgres": _postgres,
}


async def _measure(figures: Figures, port: int, key: str, pid: int, small: bool) -> int:
    batches, singles, seconds = (60, 2_000, 2) if small else (4_000, 40_000, 10)
    made = _Messages(key)
    await _blast(port, [made.batch() for _ in range(8)], CONNECTIONS)
    bodies = [made.batch() for _ in range(batches)]
    figures.notes.append(f"{len(bodies[0]) / BATCH:.0f} bytes a message")
    count = batches * BATCH
    done = await _counted(pid, lambda: _blast(port, bodies, CONNECTIONS))
    figures.add("acknowledged, batches of 100", count / done.seconds, "events/s", goal=100_000, is_upper=False)
    figures.add("CPU of the door, batches of 100", done.door / count * 1e6, "µs/event", goal=6)
    figures.add("CPU of the client, batches of 100", done.client / count * 1e6, "µs/event")
    bodies = [made.single() for _ in range(singles)]
    done = await _counted(pid, lambda: _blast(port, bodies, SINGLE_CONNECTIONS))
    figures.add("acknowledged, single messages", singles / done.seconds, "events/s", goal=10_000, is_upper=False)
    figures.add("CPU of the door, single messages", done.door / singles * 1e6, "µs/event")
    figures.add("CPU of the client, single messages", done.client / singles * 1e6, "µs/event")
    for rate in RATES:
        waits = await _paced(port, [made.single() for _ in range(rate * seconds)], rate)
        cuts = quantiles(waits, n=100, method="inclusive")
        is_full = rate == RATES[-1]
        figures.add(f"acknowledgement p50 at {rate:,} events/s", cuts[49], "ms", goal=8 if is_full else None)
        figures.add(f"acknowledgement p99 at {rate:,} events/s", cuts[98], "ms", goal=40 if is_full else None)
    return made.count


def _project(ws: Workspace, figures: Figures, sent: int) -> None:
    with spent() as work:
        flow.catch_up(ws.context)
    figures.add("projected", sent / work.seconds, "events/s", goal=30_000, is_upper=False)
    figures.add("CPU of the projector", work.cpu_seconds / sent * 1e6, "µs/event", goal=25)
    with ws.register.read() as conn:
        rows = conn.scalar(sa.select(sa.func.count()).select_from(events)) or 0
    figures.add("events lost or doubled", abs(rows - sent), "events", goal=0)


class _Messages:
    """Makes requests; `count` says of how many messages so far."""

    def __init__(self, key: str) -> None:
        self._key = key
        self.count = 0

    def batch(self) -> bytes:
        """A request with 100 messages."""
        body = {
            "writeKey": self._key,
            "sentAt": "2026-06-15T10:00:00.000Z",
            "batch": [self._one() for _ in range(BATCH)],
        }
        return _request("/v1/batch", json.dumps(body))

    def single(self) -> bytes:
        """A request with one message."""
        return _request("/v1/track", json.dumps({**self._one(), "writeKey": self._key}))

    def _one(self) -> dict[str, object]:
        self.count += 1
        page = {"path": "/tea/assam", "title": "Assam – Tea", "url": "https://shop.example/tea/assam", "referrer": ""}
        return {
            "type": "track",
            "event": "Product Viewed",
            "userId": f"user-{self.count % PEOPLE}",
            "anonymousId": f"0b8f7e2c-91d4-4f5a-8a67-{self.count % PEOPLE:012x}",
            "messageId": f"api-{os.urandom(16).hex()}",
            "timestamp": "2026-06-15T09:59:59.123Z",
            "context": {"library": {"name": "analytics.js", "version": "4.1.0"}, "page": page, "locale": "de-DE"},
            "integrations": {},
            "properties": {"sku": "T-1001", "name": "Assam", "category": "Tea", "price": 12.5, "currency": "EUR"},
        }


class _Spent:
    seconds = door = client = 0.0


async def _counted(pid: int, work: Callable[[], Awaitable[None]]) -> _Spent:
    result, begun = _Spent(), time.perf_counter()
    door, client = cpu_seconds_of(pid), time.process_time()
    await work()
    result.seconds = time.perf_counter() - begun
    result.door, result.client = cpu_seconds_of(pid) - door, time.process_time() - client
    return result


async def _blast(port: int, requests: Sequence[bytes], connections: int) -> None:
    """Send everything as fast as it is taken; each connection has one request under way."""
    waiting = iter(requests)

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            await _exchange(reader, writer, request)
        writer.close()

    await asyncio.gather(*(work() for _ in range(connections)))


async def _paced(port: int, requests: Sequence[bytes], rate: int) -> list[float]:
    """Send at a fixed rate; milliseconds from when a request was due to its answer, so that no wait is hidden."""
    idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(SINGLE_CONNECTIONS):
        idle.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    waits: list[float] = []

    async def one(request: bytes, due: float) -> None:
        reader, writer = await idle.get()
        await _exchange(reader, writer, request)
        waits.append((time.perf_counter() - due) * 1_000)
        idle.put_nowait((reader, writer))

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, request in enumerate(requests):
            due = begun + number / rate
            if (pause := due - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            group.create_task(one(request, due))
    return waits


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    body = await reader.readexactly(length)
    if not head.startswith(b"HTTP/1.1 200") or b'"rejected":[]' not in body:
        raise RuntimeError(f"not acknowledged: {head!r} {body!r}")


def _request(path: str, body: str) -> bytes:
    data = body.encode()
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data
