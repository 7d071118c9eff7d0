"""Beside the door, in the same run: what a bare database, a bare decoder and the disk alone do on this machine."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from pathlib import Path

import msgspec

from bench.door_load import Load
from bench.figures import Figures, spent

FIELDS = ("messageId", "anonymousId", "userId", "event", "timestamp")


def measure(figures: Figures, *, small: bool) -> None:
    """Plain sqlite3 with one indexed table, msgspec alone, and fdatasync on its own."""
    count = 4_000 if small else 500_000
    frames = list(Load("website").frames(count))
    with spent() as work:
        rows = [_row(message) for frame in frames for message in msgspec.json.decode(frame)["batch"]]
    figures.add("msgspec alone: decoded into objects", count / work.seconds, "events/s")
    figures.add("msgspec alone: CPU", work.cpu_seconds / count * 1e6, "µs/event")
    _sqlite(figures, rows)
    _disk(figures, 50 if small else 500)


def _row(message: dict[str, object]) -> tuple[object, ...]:
    return (*(message.get(name) for name in FIELDS), msgspec.json.encode(message.get("properties")).decode())


def _sqlite(figures: Figures, rows: list[tuple[object, ...]]) -> None:
    """One table with a unique index on the message and one on the person, 4,000 rows a transaction; no identity."""
    with tempfile.TemporaryDirectory() as folder:
        conn = sqlite3.connect(Path(folder) / "plain.db", isolation_level=None)
        conn.execute("PRAGMA journal_mode=WAL")
        conn.execute("CREATE TABLE events (message, visitor, user, name, at, properties)")
        conn.execute("CREATE UNIQUE INDEX by_message ON events (message)")
        conn.execute("CREATE INDEX by_person ON events (user, at)")
        with spent() as work:
            for start in range(0, len(rows), 4_000):
                conn.execute("BEGIN")
                conn.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows[start : start + 4_000])
                conn.execute("COMMIT")
        conn.close()
    figures.add("plain sqlite3, two indexes: inserted", len(rows) / work.seconds, "events/s")
    figures.add("plain sqlite3, two indexes: CPU", work.cpu_seconds / len(rows) * 1e6, "µs/event")


def _disk(figures: Figures, times: int) -> None:
    """How often a second the disk makes 64 KiB durable, as a group of the door has them."""
    with tempfile.NamedTemporaryFile() as file:
        os.posix_fallocate(file.fileno(), 0, times * 65_536)
        begun = time.perf_counter()
        for number in range(times):
            os.pwrite(file.fileno(), bytes(65_536), number * 65_536)
            os.fdatasync(file.fileno())
        figures.add("fdatasync of 64 KiB on this disk", times / (time.perf_counter() - begun), "/s")
