"""R12: five times what can be processed, for minutes: only 200, 429 and 503, bounded memory, normal again soon."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter

import sqlalchemy as sa

from bench.crash.counting import count, stored
from bench.crash.places import place
from bench.crash.sending import batch_of
from bench.crash.serving import Served, memory_mb
from bench.crash.writers import exchange
from bench.figures import Figures
from habitue.profiles.tables import events

CONNECTIONS = 48
BATCH = 100
BACKLOG_MB = 16
TIMES = 5
BACK_SECONDS = 30.0
MEMORY_MB = 400


def run(figures: Figures, *, small: bool) -> None:
    """Impolite clients that do not wait when they are told to, for two minutes; small: a few seconds."""
    seconds = 4.0 if small else 120.0
    with place("sqlite") as here:
        server = Served(here.ws.folder, settings={"HABITUE_DOOR__BACKLOG_MB": str(BACKLOG_MB)})
        server.start()
        assert server.process is not None
        try:
            before = _rows(here.ws.register.engine)
            taken, statuses = asyncio.run(_flood(server.port, here.key, seconds))
            processed = (_rows(here.ws.register.engine) - before) / seconds
            peak = memory_mb(server.process.pid, peak=True)
            beside = {name: memory_mb(pid, peak=True) for name, pid in server.beside().items()}
            back = asyncio.run(_back(server.port, here.key, taken))
        finally:
            server.stop()
        offered = sum(statuses.values()) * BATCH / seconds
        figures.add("R12: offered", offered, "messages/s")
        figures.add("R12: processed meanwhile", processed, "messages/s")
        figures.add("R12: offered against processed", offered / max(processed, 1), "times", goal=TIMES, is_upper=False)
        others = sum(many for status, many in statuses.items() if status not in (200, 429, 503))
        figures.add("R12: answers other than 200, 429 and 503", others, "answers", goal=0)
        figures.add("R12: largest memory of the server", peak, "MB", goal=MEMORY_MB)
        for name, memory in sorted(beside.items()):
            figures.add(f"R12: largest memory of the {name}", memory, "MB", goal=MEMORY_MB)
        figures.add("R12: normal again after", back, "s", goal=BACK_SECONDS)
        figures.notes.append(f"R12: answers {dict(statuses)}")
        count(figures, here.ws, "R12", taken)
        figures.add("R12: stored without having been acknowledged", len(set(stored(here.ws)) - set(taken)), "messages")


async def _flood(port: int, key: str, seconds: float) -> tuple[list[str], Counter[int]]:
    taken: list[str] = []
    statuses: Counter[int] = Counter()
    over_at = time.monotonic() + seconds

    async def send(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        mark, serial = os.urandom(4).hex(), 0
        ids = [f"{mark}-{serial}-{place}" for place in range(BATCH)]
        body = batch_of(key, f"u{number}", ids)
        while time.monotonic() < over_at:
            status = await exchange(reader, writer, body)
            statuses[status] += 1
            if status == 200:
                taken.extend(ids)
                serial += 1
                ids = [f"{mark}-{serial}-{place}" for place in range(BATCH)]
                body = batch_of(key, f"u{number}", ids)
        writer.close()

    await asyncio.gather(*(send(number) for number in range(CONNECTIONS)))
    return taken, statuses


async def _back(port: int, key: str, taken: list[str]) -> float:
    """Seconds until five batches in a row are taken in less than a second each."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun, good, serial = time.monotonic(), 0, 0
    while good < 5 and time.monotonic() - begun < 120:
        ids = [f"after-{serial}"]
        asked = time.monotonic()
        status = await exchange(reader, writer, batch_of(key, "u0", ids))
        serial += 1
        if status == 200:
            taken.extend(ids)
        good = good + 1 if status == 200 and time.monotonic() - asked < 1 else 0
        await asyncio.sleep(0.1)
    writer.close()
    return time.monotonic() - begun


def _rows(engine: sa.Engine) -> int:
    with engine.connect() as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(events)) or 0
