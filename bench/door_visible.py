"""From an acknowledgement to a person whom a page can show, while batches keep the projector busy."""

from __future__ import annotations

import asyncio
import json
import time

import sqlalchemy as sa

from bench.door_load import BATCH, Load
from habitue.identity.tables import identifiers
from habitue.profiles.tables import people
from habitue.workspace import Workspace

POLL_SECONDS = 0.004
PROBES_A_SECOND = 10
GIVE_UP_SECONDS = 30


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
