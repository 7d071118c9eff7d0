"""What has arrived in the register, for tests with real servers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from habitue.profiles.tables import events
from habitue.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Arrived:
    """One stored event."""

    message_id: str
    type: str
    name: str
    at: datetime


def arrived(ws: Workspace) -> list[Arrived]:
    """Every event in the register."""
    columns = (events.c.message_id, events.c.type, events.c.name, events.c.at)
    with ws.register.read() as conn:
        return [Arrived(*row) for row in conn.execute(sa.select(*columns))]


def url_of(ws: Workspace) -> str:
    """The register's address as a setting; empty on SQLite."""
    return "" if ws.register.is_sqlite else ws.config.register.url


def wait_for(is_done: Callable[[], bool], *, seconds: float) -> None:
    """Return when it is done; AssertionError when it takes longer."""
    give_up_at = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < give_up_at
        time.sleep(0.1)
