"""What must hold afterwards: every acknowledged message is stored once, and the doctor finds nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from bench.crash.serving import bare_environment
from bench.figures import Figures
from habitue import flow
from habitue.profiles.tables import events
from habitue.work.doctor.examine import examine
from habitue.workspace import Workspace

SETTLE_SECONDS = 120.0


def stored(ws: Workspace) -> list[str]:
    """The message ids of all events in the register."""
    with ws.register.read() as conn:
        return list(conn.scalars(sa.select(events.c.message_id)))


def count(
    figures: Figures,
    ws: Workspace,
    name: str,
    acknowledged: Iterable[str],
    *,
    settings: Mapping[str, str] | None = None,
) -> None:
    """Project what waits, then add how many messages were lost and doubled, and what is damaged."""
    flow.catch_up(ws.context)
    found, wanted = stored(ws), list(acknowledged)
    doubled = sum(many - 1 for many in Counter(found).values() if many > 1)
    figures.add(f"{name}: acknowledged", len(wanted), "messages", goal=1, is_upper=False)
    figures.add(f"{name}: acknowledged and lost", len(set(wanted) - set(found)), "messages", goal=0)
    figures.add(f"{name}: stored twice", doubled, "messages", goal=0)
    environ = bare_environment("" if ws.register.is_sqlite else ws.config.register.url, **(settings or {}))
    problems = [each.name for each in examine(ws.folder, environ) if each.state == "problem"]
    figures.add(f"{name}: problems that the doctor finds", len(problems), "problems", goal=0)
    if problems:
        figures.notes.append(f"{name}: the doctor complains about {', '.join(problems)}")


def wait_stored(ws: Workspace, wanted: int, seconds: float = SETTLE_SECONDS) -> float:
    """Seconds until so many events are in the register."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        with ws.register.read() as conn:
            if (conn.scalar(sa.select(sa.func.count()).select_from(events)) or 0) >= wanted:
                break
        time.sleep(0.1)
    return time.monotonic() - begun
