"""Search, person page and audience count at 10,000, 100,000 and 1,000,000 people."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.figures import Figures, milliseconds, peak_memory_mb, spent
from habitue import flow
from habitue.audiences import membership
from habitue.audiences.rule import EventCount, Group, Trait, Window
from habitue.collect import projection
from habitue.collect.message import encode_body
from habitue.demo import names_de, names_ru
from habitue.workspace import Workspace, create_workspace

SIZES = (10_000, 100_000, 1_000_000)
QUERIES = 1_000
GOAL_SIZE = 100_000


def run(*, small: bool) -> Figures:
    """Measure each size in a workspace of its own."""
    figures = Figures("search")
    for size in (2_000,) if small else SIZES:
        with tempfile.TemporaryDirectory() as folder, create_workspace(Path(folder) / "shop", environ={}) as ws:
            with spent() as work:
                _fill(ws, size)
            figures.add(f"{size:,}: CPU a message while loading", work.cpu_seconds / (2 * size) * 1e6, "µs")
            _measure(ws, size, figures)
    figures.add("peak memory", peak_memory_mb(), "MB")
    return figures


def _measure(ws: Workspace, size: int, figures: Figures) -> None:
    chance = random.Random(7)
    queries = [_query(chance, size) for _ in range(QUERIES)]
    kinds = {kind: sum(1 for found, _ in queries if found == kind) for kind in sorted({kind for kind, _ in queries})}
    found = sum(1 for _, query in queries[:200] if ws.people.search(query))
    figures.notes.append(f"{size:,}: queries {kinds}; {found} of the first 200 found somebody")
    middle, slow = milliseconds(lambda query: ws.people.search(str(query)), [query for _, query in queries])
    figures.add(f"{size:,}: search p50", middle, "ms")
    figures.add(f"{size:,}: search p95", slow, "ms", goal=50 if size == GOAL_SIZE else None)
    ids = [row.profile_id for row in ws.people.listing(sort="last_seen", limit=300).rows]

    def page(profile_id: object) -> None:
        ws.people.get(str(profile_id))
        ws.people.timeline(str(profile_id))
        ws.people.identities(str(profile_id))

    middle, slow = milliseconds(page, ids)
    figures.add(f"{size:,}: person page p50", middle, "ms")
    figures.add(f"{size:,}: person page p95", slow, "ms", goal=100)
    rule = Group(
        match="all",
        rules=(
            Trait(field="country", op="is", value="DE"),
            EventCount(event="Order Completed", op="at_least", count=1, window=Window(kind="last_days", count=365)),
        ),
    )
    middle, slow = milliseconds(lambda _: membership.count(ws.context, rule), list(range(10)))
    figures.add(f"{size:,}: audience count p50", middle, "ms")
    figures.add(f"{size:,}: audience count p95", slow, "ms")


def _fill(ws: Workspace, size: int) -> None:
    journal = projection.journal(ws.context)
    batch: list[dict[str, Any]] = []
    frames: list[bytes] = []
    for message in _messages(size):
        batch.append(message)
        if len(batch) == 500:
            frames.append(encode_body("shop", batch, import_id="bench", is_checked=True))
            batch = []
        if len(frames) == 16:
            journal.append(frames)
            frames = []
            flow.catch_up(ws.context)
    if batch:
        frames.append(encode_body("shop", batch, import_id="bench", is_checked=True))
    if frames:
        journal.append(frames)
    ws.refresh()


def _messages(size: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(1)
    now = datetime.now(UTC)
    for number in range(size):
        first, last = _name(chance, number)
        ids = [{"type": "customer_number", "id": f"K{number:07d}"}]
        traits = {
            "name": f"{first} {last}",
            "first_name": first,
            "last_name": last,
            "email": f"kunde{number}@web.example",
            "phone": f"+4930{number:08d}",
            "city": chance.choice(("Berlin", "Hamburg", "Köln", "Leipzig", "Wien", "Москва")),
            "country": chance.choice(("DE", "DE", "DE", "AT", "RU")),
        }
        yield {"type": "identify", "traits": traits, "context": {"externalIds": ids}}
        at = now - timedelta(days=chance.random() * 900)
        properties = {
            "order_id": f"O{number:07d}",
            "total": f"{chance.randrange(500, 20000) / 100:.2f}",
            "currency": "EUR",
        }
        yield {
            "type": "track",
            "event": "Order Completed",
            "properties": properties,
            "context": {"externalIds": ids},
            "timestamp": at.isoformat(),
        }


def _name(chance: random.Random, number: int) -> tuple[str, str]:
    if number % 5 == 0:
        return chance.choice(names_ru.MEN), chance.choice(names_ru.LAST)[0]
    return chance.choice(names_de.WOMEN_YOUNGER), chance.choice(names_de.LAST)


def _query(chance: random.Random, size: int) -> tuple[str, str]:
    """A query as people type it: a part of a name, both names, Cyrillic, e-mail, phone, customer number, city."""
    number = chance.randrange(size)
    kind = chance.choice(
        ("part of a name", "full name", "Cyrillic", "e-mail", "phone", "customer number", "name and city")
    )
    first, last = chance.choice(names_de.WOMEN_YOUNGER), chance.choice(names_de.LAST)
    queries = {
        "part of a name": last[: chance.randrange(3, 6)],
        "full name": f"{first} {last}",
        "Cyrillic": chance.choice(names_ru.LAST)[0],
        "e-mail": f"kunde{number}@web",
        "phone": f"030 {number:08d}",
        "customer number": f"K{number:07d}",
        "name and city": f"{last} {chance.choice(('berlin', 'koeln', 'wien'))}",
    }
    return kind, queries[kind]
