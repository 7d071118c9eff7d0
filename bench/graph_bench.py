"""The identity graph: events a second with all guards in memory, junk that joins nobody, the undo of one link, and
what a change of the rules takes."""

from __future__ import annotations

import gc
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figures, milliseconds
from bench.graph_rules import measure_rules
from habitue.collect import projection
from habitue.collect.envelope import Event
from habitue.collect.message import encode_body
from habitue.flow import catch_up
from habitue.identity.bulk import Bulk
from habitue.identity.rulebook import DEFAULT
from habitue.workspace import Workspace, create_workspace

AT = datetime(2026, 6, 1, tzinfo=UTC)
JUNK_SHARE = 0.0005
HISTORY = 60
UNDONE = 40
PARTS = ("events", "undo", "rules")


def run(*, small: bool, only: str = "") -> Figures:
    """Measure; without data from elsewhere, since the events are generated. `only` is one of PARTS."""
    figures = Figures("graph")
    if only in {"", "events"}:
        _replay(figures, 50_000 if small else 1_000_000)
    if only in {"", "undo"}:
        p50, p95, cpu = _undo(8 if small else UNDONE)
        figures.add("undo of one link, p50", p50, "ms", goal=50)
        figures.add("undo of one link, p95", p95, "ms")
        figures.add("undo of one link, CPU", cpu, "ms", goal=50)
        figures.notes.append(f"undo: people of {HISTORY} events, register on SQLite, journal included")
    if only in {"", "rules"}:
        measure_rules(figures, people=40 if small else 8_000)
    return figures


def _replay(figures: Figures, count: int) -> None:
    """All events through the graph in memory."""
    events = list(_events(count, people=count // 50))
    graph = Bulk(DEFAULT, secret=b"bench")
    gc.collect()
    gc.disable()
    begun = time.process_time()
    for event in events[: count // 2]:
        graph.resolve(event)
    half = time.process_time()
    for event in events[count // 2 :]:
        graph.resolve(event)
    ended = time.process_time()
    seconds = ended - begun
    gc.enable()
    figures.add("events a CPU second with all guards", count / seconds, "events/s", goal=300_000, is_upper=False)
    figures.add("the same, second half, most people known", (count - count // 2) / (ended - half), "events/s")
    figures.add("CPU an event", seconds / count * 1e6, "µs")
    sizes = graph.sizes()
    figures.add("largest person, identifiers", max(sizes), "", goal=25)
    figures.add("people", len(sizes), "")
    figures.notes.append(
        f"{count:,} generated events of {count // 50:,} people (account, e-mail, phone, browsers), "
        f"{JUNK_SHARE:.2%} with one junk e-mail"
    )


def _events(count: int, *, people: int) -> Iterator[Event]:
    """Visits, sign-ins and orders as a shop sees them: most events say what is known already."""
    rng = random.Random(7)
    for seq in range(1, count + 1):
        person = rng.randrange(people)
        browser = ("anonymous_id", f"b{person}-{rng.randrange(3)}")
        kind = rng.random()
        if kind < 0.55:
            pairs = [browser]
        elif kind < 0.85:
            pairs = [("user_id", f"u{person}"), browser]
        else:
            email = "front@desk.example" if rng.random() < JUNK_SHARE / 0.15 else f"m{person}@x.example"
            pairs = [("user_id", f"u{person}"), ("email", email), ("phone", f"+49301{person:07}")]
        yield Event(
            seq=seq, source_id="shop", import_id=None, message_id="", type="track", name="Seen", at=AT, received_at=AT,
            identifiers=pairs, person_traits={}, record=None, is_checked=True,
        )  # fmt: skip


def _undo(count: int) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory() as folder, create_workspace(Path(folder) / "shop", environ={}) as ws:
        pairs = _shop(ws, count)
        begun = time.process_time()
        p50, p95 = milliseconds(lambda pair: ws.people.undo_link(*pair), pairs)  # type: ignore[misc]  # two numbers
        return p50, p95, (time.process_time() - begun) / count * 1_000


def _shop(ws: Workspace, count: int) -> list[tuple[int, int]]:
    """People with a history, each with one link to be undone."""
    messages = []
    for person in range(count * 3):
        for place in range(HISTORY):
            context = {"externalIds": [{"type": "customer_number", "id": f"k{person}"}]}
            traits = {"email": f"m{person}@x.example", "phone": f"+49301{person:07}"}
            said = {"order_id": f"{person}-{place}", "total": "19.90", "currency": "EUR"}
            named = f"{person}-{place}"
            message = {"type": "track", "event": "Order Completed", "messageId": named, "properties": said}
            messages.append({**message, "context": {**context, "traits": traits}})
    journal = projection.journal(ws.context)
    position = None
    for start in range(0, len(messages), 500):
        position = journal.append([encode_body("shop", messages[start : start + 500], import_id=None)])
    catch_up(ws.context, position)
    found = []
    for row in ws.people.listing(limit=count).rows:
        links = ws.people.identities(row.profile_id).links
        found.append((links[0].a.identifier_id, links[0].b.identifier_id))
    return found
