"""R8: a million messages, a tenth of them twice, shuffled, from eight writers at once."""

from __future__ import annotations

import asyncio
import random
import time

import sqlalchemy as sa

from bench.crash.counting import count, wait_stored
from bench.crash.places import REGISTERS, place
from bench.crash.sending import batch_of
from bench.crash.serving import Served
from bench.figures import Figures
from habitue.profiles.tables import events

WRITERS = 8
BATCH = 100
PEOPLE = 1_000


def run(figures: Figures, *, small: bool) -> None:
    """1,000,000 different messages on each register; small: 6,000."""
    for register in REGISTERS:
        _run(figures, register, 6_000 if small else 1_000_000)


def _run(figures: Figures, register: str, messages: int) -> None:
    name = f"R8 {register}"
    numbers = list(range(messages)) + list(range(messages // 10))
    random.Random(8).shuffle(numbers)
    with place(register) as here:
        server = Served(here.ws.folder, register_url=here.url)
        server.start()
        begun = time.monotonic()
        try:
            asyncio.run(_send(server.port, here.key, numbers))
            sent = time.monotonic() - begun
            wait_stored(here.ws, messages, seconds=3_600)
            whole = time.monotonic() - begun
        finally:
            server.stop()
        count(figures, here.ws, name, (f"w{number}" for number in set(numbers)))
        with here.ws.register.read() as conn:
            rows = conn.scalar(sa.select(sa.func.count()).select_from(events)) or 0
        figures.add(f"{name}: stored beside what was sent", abs(rows - messages), "messages", goal=0)
        figures.add(f"{name}: sent a second", len(numbers) / sent, "messages/s")
        figures.add(f"{name}: stored a second", messages / whole, "messages/s")


async def _send(port: int, key: str, numbers: list[int]) -> None:
    waiting = iter(range(0, len(numbers), BATCH))

    async def write() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for start in waiting:
            part = numbers[start : start + BATCH]
            body = batch_of(key, f"u{start // BATCH % PEOPLE}", [f"w{number}" for number in part])
            while not await _taken(reader, writer, body):
                await asyncio.sleep(0.5)
        writer.close()

    await asyncio.gather(*(write() for _ in range(WRITERS)))


async def _taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> bool:
    status = await exchange(reader, writer, body)
    if status not in (200, 503):
        raise RuntimeError(f"the door answered {status}")
    return status == 200


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> int:
    """Send one batch on a kept connection; the status."""
    head = f"POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    said = await reader.readuntil(b"\r\n\r\n")
    length = int(said.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    return int(said.split(b" ", 2)[1])
