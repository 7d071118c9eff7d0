"""The queries that run now: few at a time, and each can be stopped by whoever asked it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

AT_ONCE: Final = 2
PATIENCE_SECONDS: Final = 5.0
_lock = threading.Lock()
_places = threading.BoundedSemaphore(AT_ONCE)
_stops: dict[tuple[str, str], threading.Event] = {}


class QueriesBusy(HabitueError):
    """As many queries run as may run at once."""

    code = "queries_busy"
    message = _("Other queries are running. Yours was not run.")
    next_step = _("Try again in a moment.")
    retry_helps = True


@contextmanager
def running(actor_id: str, run_id: str) -> Iterator[threading.Event]:
    """A place for a query; the event is set when somebody stops it. Raises QueriesBusy."""
    if not _places.acquire(timeout=PATIENCE_SECONDS):
        raise QueriesBusy()
    stop = threading.Event()
    with _lock:
        _stops[actor_id, run_id] = stop
    try:
        yield stop
    finally:
        with _lock:
            _stops.pop((actor_id, run_id), None)
        _places.release()


def stop(actor_id: str, run_id: str) -> bool:
    """Stop a query of one's own; returns whether it was running."""
    with _lock:
        event = _stops.get((actor_id, run_id))
    if event is None:
        return False
    event.set()
    return True
