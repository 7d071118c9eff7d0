"""R1: `kill -9` of the server (door and pages), of the projector, follower and worker at random moments, under load."""

from __future__ import annotations

import random
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sized

from bench.crash.counting import count
from bench.crash.places import REGISTERS, place
from bench.crash.sending import load
from bench.crash.serving import Served
from bench.figures import Figures

BACK_SECONDS = 5.0
SERVER_SHARE = 0.6
TOLD_EVERY = 10


def run(figures: Figures, *, small: bool, kills: int | None = None) -> None:
    """25 kills on each register; 500 in the full edition, half of them on each."""
    for register in REGISTERS:
        _run(figures, register, kills or (25 if small else 250))


def _run(figures: Figures, register: str, kills: int) -> None:
    name, chance = f"R1 {register}", random.Random(5)
    with place(register) as here:
        server = Served(here.ws.folder, register_url=here.url)
        server.start()
        slowest, killed = 0.0, Counter[str]()
        with load(server.port, here.key) as clients:
            try:
                while killed.total() < kills:
                    time.sleep(chance.random() * 0.8)
                    _look_at_a_page(server)
                    if chance.random() < SERVER_SHARE:
                        server.kill()
                        killed["server"] += 1
                        begun = time.monotonic()
                        server.start(wait=False)
                        # Some are killed again before they have answered: a start is a moment like any other.
                        if chance.random() < 0.6:
                            slowest = max(slowest, clients.first_after(begun, 60))
                    else:
                        beside = chance.choice(("projector", "projector", "follower", "worker"))
                        killed[beside] += server.kill_beside(beside)
                    if killed.total() % TOLD_EVERY == 0:
                        _tell(name, killed.total(), clients.acknowledged, slowest)
                slowest = max(slowest, clients.first_after(time.monotonic(), 60))
            finally:
                clients.stop()
                server.stop()
        count(figures, here.ws, name, clients.acknowledged)
        figures.add(f"{name}: kills", kills, "kills")
        figures.add(f"{name}: slowest first acknowledgement after a restart", slowest, "s", goal=BACK_SECONDS)
        others = sum(many for status, many in clients.statuses.items() if status not in (0, 200, 503))
        figures.add(f"{name}: answers other than 200 and 503", others, "answers", goal=0)
        told = ", ".join(f"{many} of the {who}" for who, many in sorted(killed.items()))
        figures.notes.append(f"{name}: kills: {told}")


def _tell(name: str, kills: int, acknowledged: Sized, slowest: float) -> None:
    told = f"{name}: {kills} kills, {len(acknowledged):,} acknowledged, slowest start {slowest:.1f} s"
    print(told, file=sys.stderr, flush=True)


def _look_at_a_page(server: Served) -> None:
    try:
        urllib.request.urlopen(f"{server.url}/sign-in/", timeout=2).close()
    except (urllib.error.HTTPError, OSError):
        # It was just killed: that is what this is about.
        return
