"""What a change of the rules of identity takes: its preview, and making everybody anew."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import msgspec

from bench.figures import Figures, spent
from habitue.collect import projection
from habitue.collect.message import encode_body
from habitue.flow import catch_up
from habitue.identity.rulebook import DEFAULT, Rulebook
from habitue.workspace import Workspace, create_workspace, open_workspace

HISTORY = 60
TWICE = 7  # of so many customer numbers two are of one person


def measure_rules(figures: Figures, *, people: int) -> None:
    """Preview and carry out rules under which nobody has two customer numbers."""
    numbers = msgspec.structs.replace(DEFAULT.namespaces["customer_number"], limit=1)
    book = msgspec.structs.replace(DEFAULT, namespaces=DEFAULT.namespaces | {"customer_number": numbers})
    with tempfile.TemporaryDirectory() as folder:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            events = pool.submit(_shop, Path(folder) / "shop", people).result()
        _measure(figures, Path(folder) / "shop", events, book)


def _measure(figures: Figures, shop: Path, events: int, book: Rulebook) -> None:
    with open_workspace(shop, environ={}) as ws:
        for what, work in (
            ("preview of other rules", lambda: ws.identity.preview_rules(book)),
            ("change of rules", lambda: ws.identity.change_rules(book)),
        ):
            with spent() as took, memory() as held:
                found = work()
            figures.add(f"{what}, {events:,} events, memory", held.megabytes, "MB")
            figures.add(f"{what}, {events:,} events, CPU", took.cpu_seconds, "s")
            if found is not None:
                figures.notes.append(f"other rules: {found.split:,} of {found.people:,} people split")


def _shop(folder: Path, people: int) -> int:
    """People with a history of orders, some with two customer numbers; returns how many events.

    Another process makes them, so that this one holds nothing yet.
    """
    with create_workspace(folder, environ={}) as ws:
        return _send(ws, people)


def _send(ws: Workspace, people: int) -> int:
    journal = projection.journal(ws.context)
    for start in range(0, people, 10):
        messages = []
        for person in range(start, min(start + 10, people)):
            same = person - 1 if person % TWICE == 1 else person
            for place in range(HISTORY):
                context = {
                    "externalIds": [{"type": "customer_number", "id": f"k{person}"}],
                    "traits": {"email": f"m{same}@x.example", "first_name": f"Anna{same}", "last_name": "Berg"},
                }
                said = {"order_id": f"{person}-{place}", "total": "19.90", "currency": "EUR"}
                kind = {"type": "track", "event": "Order Completed", "messageId": f"{person}-{place}"}
                messages.append({**kind, "properties": said, "context": context})
        position = journal.append([encode_body("shop", messages, import_id=None)])
    catch_up(ws.context, position)
    return people * HISTORY


@dataclass
class Held:
    """The most memory that a block held beyond what the process held before it."""

    megabytes: float = 0.0


@contextmanager
def memory() -> Iterator[Held]:
    """Measure the memory of a block; on Linux, where the peak can be set back."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    result, before = Held(), _status("VmRSS")
    yield result
    result.megabytes = _status("VmHWM") - before


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1]) / 1024
