"""R5: PostgreSQL stops at once and starts again under load, and connections are cut in the middle of a commit.

Twice: with the journal in files, where the door goes on without its database, and with the journal in that database.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping

from bench.crash.counting import count, stored, wait_stored
from bench.crash.places import place
from bench.crash.sending import load
from bench.crash.serving import Served
from bench.figures import Figures

BACK_SECONDS = 5.0
JOURNALS: Mapping[str, Mapping[str, str]] = {"R5": {}, "R5 journal table": {"HABITUE_JOURNAL__KIND": "table"}}


def run(figures: Figures, *, small: bool) -> None:
    """50 stops and 500 cuts with each journal; small: 1 and 5."""
    stops, cuts = (1, 5) if small else (50, 500)
    for name, settings in JOURNALS.items():
        _run(figures, name, settings, stops, cuts)


def _run(figures: Figures, name: str, settings: Mapping[str, str], stops: int, cuts: int) -> None:
    chance = random.Random(5)
    with place("postgres", settings=settings) as here:
        database = here.database
        assert database is not None
        server = Served(here.ws.folder, register_url=here.url, settings=settings)
        server.start()
        slowest = cut = 0.0
        with load(server.port, here.key, pause=0.02) as clients:
            try:
                while cut < cuts:
                    time.sleep(chance.random() * 0.3)
                    cut += database.cut()
                for _ in range(stops):
                    time.sleep(chance.random())
                    database.stop_at_once()
                    time.sleep(chance.random())
                    database.start()
                    slowest = max(slowest, clients.first_after(time.monotonic(), 60))
            finally:
                clients.stop()
            projected = wait_stored(here.ws, len(clients.acknowledged))
            server.stop()
        found = len(stored(here.ws))
        figures.notes.append(f"{name}: {stops} stops, {cut:.0f} connections cut, {found} events stored")
        figures.add(f"{name}: slowest first acknowledgement after a start", slowest, "s", goal=BACK_SECONDS)
        figures.add(f"{name}: everything processed after the last start", projected, "s")
        others = sum(many for status, many in clients.statuses.items() if status not in (200, 503))
        figures.add(f"{name}: answers other than 200 and 503", others, "answers", goal=0)
        figures.add(f"{name}: answers of 503 without Retry-After", clients.without_retry_after, "answers", goal=0)
        count(figures, here.ws, name, clients.acknowledged, settings=settings)
