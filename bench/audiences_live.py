"""Audiences in real time: published rules, a stream of events, and how soon each event has moved who it moves."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.door_visible import beside
from bench.figures import Figures, cpu_seconds_of, spent
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
GOALS = {("live", 1_000): (0.5, 1.0), ("live", 3_000): (None, 3.0)}
BATCH = 20
TOWNS = 9
POLL_SECONDS = 0.004


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
    """Publish audiences, send events at each rate, and let a month go by.

    Once with audiences of one town each, and once with audiences of everybody, where one event moves its person in
    many audiences at once; the goals are of the former.
    """
    _measure(figures, "live", small=small, rates=(200,) if small else RATES, is_of_a_town=True)
    if not small:
        _measure(figures, "live, audiences of everybody", small=small, rates=RATES[:1], is_of_a_town=False)


def _measure(figures: Figures, label: str, *, small: bool, rates: Sequence[int], is_of_a_town: bool) -> None:
    audiences, seconds, people = (12, 1, 100) if small else (AUDIENCES, SECONDS, 5_000)
    clock = _Moved()
    with (
        tempfile.TemporaryDirectory() as folder,
        create_workspace(Path(folder) / "shop", workspace=WorkspaceSettings(timezone="UTC"), clock=clock) as ws,
    ):
        follower = realtime.Follower()
        _introduce(ws, people)
        for number in range(audiences):
            ws.audiences.create(f"A{number}", read(_rule(number, is_of_a_town=is_of_a_town)))
        flow.refresh(ws.context)
        with spent() as settling:
            flow.settle(ws.context)
        figures.add(f"{label}: publish {audiences} audiences over {people:,} people", settling.seconds, "s")
        # A few events first, so that every rule has been read.
        _backlog(Figures("warm"), label, ws, follower, BATCH, people)
        _backlog(figures, label, ws, follower, (40 if small else 400) * BATCH, people)
        for rate in rates:
            _stream(figures, label, ws, rate, seconds, people)
        _month_later(figures, label, ws, follower, clock)


def _rule(number: int, *, is_of_a_town: bool) -> str:
    asked = KINDS[number % len(KINDS)].format(n=1 + number % 7, m=1 + number % 30)
    return f'city is "City {number % TOWNS}" and {asked}' if is_of_a_town and "city" not in asked else asked


def _introduce(ws: Workspace, people: int) -> None:
    journal = projection.journal(ws.context)
    for start in range(0, people, 500):
        batch = [
            {"type": "identify", "userId": f"u{n}", "messageId": f"i{n}",
             "traits": {"email": f"u{n}@example.org", "country": ("DE", "AT")[n % 2], "city": f"City {n % TOWNS}"}}
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


def _stream(figures: Figures, label: str, ws: Workspace, rate: int, seconds: float, people: int) -> None:
    """A stream of events with projector, follower and worker beside it, as `habitue serve` has them."""
    sent, waits, done = _Sent(), list[float](), 0
    sender = threading.Thread(target=_send, args=(ws, sent, rate, seconds, people))
    with beside(ws, ["projector", "follower", "worker"]) as pids:
        first = _warmed(ws, rate)
        used = sum(map(cpu_seconds_of, pids))
        sender.start()
        while not (sent.is_over and done == len(sent.frames)):
            done = _note(sent, done, (_followed(ws) - first) // BATCH, waits)
            time.sleep(POLL_SECONDS)
        used = sum(map(cpu_seconds_of, pids)) - used
        sender.join()
    p50, p99 = _percentiles(waits)
    name = f"{label}: {rate:,} events/s"
    goals = GOALS.get((label, rate), (None, None))
    figures.add(f"{name}, accepted to membership changed, p50", p50, "s", goal=goals[0])
    figures.add(f"{name}, accepted to membership changed, p99", p99, "s", goal=goals[1])
    figures.add(f"{name}, CPU (all three processes)", used / (rate * seconds) * 1e6, "µs/event")


def _warmed(ws: Workspace, rate: int) -> int:
    """Wait until a worker that has just begun has read every rule; returns how far memberships are then."""
    batch = [
        {"type": "track", "userId": "u0", "event": name, "messageId": f"warm-{rate}-{name}"} for name in set(NAMES)
    ]
    wanted = _followed(ws) + len(batch)
    projection.journal(ws.context).append([encode_body("shop", batch)])
    while _followed(ws) < wanted:
        time.sleep(POLL_SECONDS)
    return wanted


def _backlog(
    figures: Figures, label: str, ws: Workspace, follower: realtime.Follower, events: int, people: int
) -> None:
    """What audiences alone take when many events have come at once."""
    rng, now = random.Random(events), datetime.now(UTC).isoformat()
    journal = projection.journal(ws.context)
    for start in range(0, events, BATCH):
        batch = [_event(rng, f"backlog-{start + place}", people, now) for place in range(BATCH)]
        journal.append([encode_body("shop", batch)])
    flow.catch_up(ws.context, journal.tail())
    asked = moves = audiences = steps = 0
    with spent() as work:
        while (step := realtime.follow(ws.context, follower)).people:
            asked, moves = asked + step.people, moves + step.entered + step.left
            audiences, steps = audiences + step.audiences, steps + 1
    name = f"{label}: {events:,} events at once"
    figures.add(f"{name}, distinct people", asked / work.cpu_seconds, "1/CPU s")
    figures.add(f"{name}, CPU (audiences)", work.cpu_seconds / events * 1e6, "µs/event")
    figures.add(f"{name}, CPU (audiences) of a change", work.cpu_seconds / max(moves, 1) * 1e6, "µs")
    figures.add(f"{name}, memberships that changed", moves / events, "an event")
    figures.add(f"{name}, audiences asked a step", audiences / max(steps, 1), "")


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


def _month_later(figures: Figures, label: str, ws: Workspace, follower: realtime.Follower, clock: _Moved) -> None:
    """Windows empty with the clock alone."""
    clock.ahead = timedelta(days=31)
    with ws.register.read() as conn:
        before = len(stays.members(conn, [each.audience_id for each in ws.audiences.listing()]))
    people, left = 0, 0
    with spent() as work:
        while (step := realtime.follow(ws.context, follower)).people:
            people, left = people + step.people, left + step.left
    figures.add(f"{label}: a month later, people asked by the clock", people, "")
    figures.add(f"{label}: a month later, memberships that ended", left, f"of {before:,}")
    figures.add(f"{label}: a month later, people a second", people / max(work.seconds, 1e-9), "1/s")
