"""What the door counts about itself: messages taken and refused, answers, and how long a durable answer took."""

from __future__ import annotations

import time
from collections.abc import Sequence

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.process_collector import ProcessCollector

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
TELL_SECONDS = 30.0

log = structlog.get_logger()


class Measures:
    """Counters of one door; each door has a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._accepted = self._counter("events_accepted", "Messages that were answered as durable", "source")
        self._refused = self._counter("events_refused", "Messages that were not taken, by reason", "reason")
        self._requests = self._counter("requests", "Answers by status", "status")
        self._turned_away = self._counter("requests_refused", "Requests that were not taken as a whole", "reason")
        self._seconds = Histogram(
            "habitue_door_acknowledgement_seconds",
            "From the request to the durable answer",
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._told_at: dict[str, float] = {}

    def took(self, source_id: str, accepted: int, refused: Sequence[str]) -> None:
        """Count the messages of one request; `refused` are their codes."""
        if accepted:
            self._accepted.labels(source_id).inc(accepted)
        for code in refused:
            self._refused.labels(code).inc()

    def answered(self, status: int, seconds: float) -> None:
        """Count one answer; a request that was taken also in the histogram."""
        self._requests.labels(status).inc()
        if status == 200:
            self._seconds.observe(seconds)

    def turned_away(self, status: int, code: str) -> None:
        """Count a request that was refused as a whole; say now and then that we cannot take any."""
        self._turned_away.labels(code).inc()
        now = time.monotonic()
        if status == 503 and now - self._told_at.get(code, float("-inf")) >= TELL_SECONDS:
            self._told_at[code] = now
            log.warning("the door cannot take messages", reason=code)

    def _counter(self, name: str, told: str, label: str) -> Counter:
        return Counter(f"habitue_door_{name}", told, (label,), registry=self.registry)
