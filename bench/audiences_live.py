"""Audiences in real time: published rules, a stream of events, and how soon each event has moved who it moves."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.figures import Figures, spent
from habitue import flow
from habitue.audiences import realtime, stays
from habitue.audiences.text import read
from habitue.collect import projection
from habitue.collect.message import encode_body
from habitue.kernel import state
from habitue.kernel.clock import SystemClock
from habitue.kernel.config import WorkspaceSettings
from habitue.workspace import Workspace, create_workspace

KINDS = (
    'did "Order Completed" at least {n} times in last {m} days',
    'money of "Order Completed" >= {n}0 in last {m} days',
    'not did "Product Viewed" in last {m} days',
    'sequence ("Product Viewed", then within {n} days "Order Completed")',
    'sequence ("Product Viewed", not within {m} hours "Order Completed")',
    'country is "DE" and did "Email Opened" at least {n} times',
    'last(channel) of "Product Viewed" is "web" in last {m} days',
    'city is "City {n}"',
)
NAMES = ("Product Viewed", "Product Viewed", "Order Completed", "Email Opened")
AUDIENCES, SECONDS, RATES = 200, 8, (1_000, 3_000)
GOALS = {1_000: (0.5, 1.0), 3_000: (None, 3.0)}
BATCH = 20


@dataclass(slots=True)
class _Moved:
    """A clock that can be set forward, as the night does."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """The time of the system, and what it was set forward by."""
        return SystemClock().now() + self.ahead


@dataclass(slots=True)
class _Sent:
    """When each frame was accepted."""

    frames: list[float] = field(default_factory=list)
    is_over: bool = False


def measure(figures: Figures, *, small: bool) -> None:
    """Publish audiences, send events at each rate, and let a month go by."""
    audiences, seconds, rates, people = (12, 1, (200,), 100) if small else (AUDIENCES, SECONDS, RATES, 5_000)
    clock = _Moved()
    with (
        tempfile.TemporaryDirectory() as folder,
        create_workspace(Path(folder) / "shop", workspace=WorkspaceSettings(timezone="UTC"), clock=clock) as ws,
    ):
        follower = realtime.Follower()
        _introduce(ws, people)
        for number in range(audiences):
            text = KINDS[number % len(KINDS)].format(n=1 + number % 7, m=1 + number % 30)
            ws.audiences.create(f"A{number}", read(text))
        flow.refresh(ws.context)
        with spent() as settling:
            flow.settle(ws.context)
        figures.add(f"live: publish {audiences} audiences over {people:,} people", settling.seconds, "s")
        for rate in rates:
            _stream(figures, ws, follower, rate, seconds, people)
        _month_later(figures, ws, follower, clock)


def _introduce(ws: Workspace, people: int) -> None:
    journal = projection.journal(ws.context)
    for start in range(0, people, 500):
        batch = [
            {"type": "identify", "userId": f"u{n}", "messageId": f"i{n}",
             "traits": {"email": f"u{n}@example.org", "country": ("DE", "AT")[n % 2], "city": f"City {n % 9}"}}
            for n in range(start, min(start + 500, people))
        ]  # fmt: skip
        journal.append([encode_body("shop", batch)])
    flow.catch_up(ws.context, journal.tail())


def _send(ws: Workspace, sent: _Sent, rate: int, seconds: float, people: int) -> None:
    """Frames of some events, paced; what is late is sent at once."""
    journal, rng, started = projection.journal(ws.context), random.Random(rate), time.perf_counter()
    for number in range(int(rate * seconds / BATCH)):
        time.sleep(max(0.0, started + number * BATCH / rate - time.perf_counter()))
        now = datetime.now(UTC).isoformat()
        batch = [_event(rng, f"{rate}-{number}-{place}", people, now) for place in range(BATCH)]
        journal.append([encode_body("shop", batch)])
        sent.frames.append(time.perf_counter())
    sent.is_over = True


def _event(rng: random.Random, key: str, people: int, now: str) -> dict[str, Any]:
    name = rng.choice(NAMES)
    properties: dict[str, Any] = {"channel": rng.choice(["web", "app"])}
    if name == "Order Completed":
        properties |= {"order_id": key, "total": rng.randint(1, 60), "currency": "EUR"}
    user = int(people * rng.random() ** 2)
    return {"type": "track", "userId": f"u{user}", "event": name, "messageId": key, "timestamp": now,
            "properties": properties}  # fmt: skip


def _stream(
    figures: Figures, ws: Workspace, follower: realtime.Follower, rate: int, seconds: float, people: int
) -> None:
    sent, waits, asked, moved, steps = _Sent(), list[float](), 0, 0, 0
    while realtime.follow(ws.context, follower).is_more:
        pass
    first = _followed(ws)
    sender = threading.Thread(target=_send, args=(ws, sent, rate, seconds, people))
    with spent() as work:
        sender.start()
        done = 0
        while not (sent.is_over and done == len(sent.frames)):
            flow.catch_up(ws.context, seconds=0.2)
            step = realtime.follow(ws.context, follower)
            while step.is_more:
                asked, moved, steps = asked + step.audiences, moved + step.people, steps + 1
                step = realtime.follow(ws.context, follower)
            asked, moved, steps = asked + step.audiences, moved + step.people, steps + bool(step.people)
            done = _note(sent, done, (_followed(ws) - first) // BATCH, waits)
        sender.join()
    p50, p99 = _percentiles(waits)
    name = f"live: {rate:,} events/s"
    figures.add(f"{name}, accepted to membership changed, p50", p50, "s", goal=GOALS.get(rate, (None, None))[0])
    figures.add(f"{name}, accepted to membership changed, p99", p99, "s", goal=GOALS.get(rate, (None, None))[1])
    figures.add(f"{name}, audiences asked a step", asked / max(steps, 1), "")
    figures.add(f"{name}, people asked", moved / work.seconds, "1/s")
    figures.add(f"{name}, CPU (projector and audiences)", work.cpu_seconds / (rate * seconds) * 1e6, "µs/event")


def _followed(ws: Workspace) -> int:
    """The sequence number up to which memberships are stored."""
    with ws.register.read() as conn:
        return state.read(conn, realtime.SEQ)


def _note(sent: _Sent, done: int, upto: int, waits: list[float]) -> int:
    """Keep how long the frames waited that are followed now; returns how many are done."""
    now = time.perf_counter()
    for at in sent.frames[done:upto]:
        waits.extend([now - at] * BATCH)
    return max(done, upto)


def _percentiles(waits: list[float]) -> tuple[float, float]:
    parts = quantiles(waits, n=100)
    return parts[49], parts[98]


def _month_later(figures: Figures, ws: Workspace, follower: realtime.Follower, clock: _Moved) -> None:
    """Windows empty with the clock alone."""
    clock.ahead = timedelta(days=31)
    with ws.register.read() as conn:
        before = len(stays.members(conn, [each.audience_id for each in ws.audiences.listing()]))
    people, left = 0, 0
    with spent() as work:
        while (step := realtime.follow(ws.context, follower)).people:
            people, left = people + step.people, left + step.left
    figures.add("live: a month later, people asked by the clock", people, "")
    figures.add("live: a month later, memberships that ended", left, f"of {before:,}")
    figures.add("live: a month later, people a second", people / max(work.seconds, 1e-9), "1/s")
