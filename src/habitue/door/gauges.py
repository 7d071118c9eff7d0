"""What is told about all processes of a workspace, whoever is asked: from register, journal and disk."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from habitue.collect import projection
from habitue.door.pressure import Pressure
from habitue.door.world import World
from habitue.kernel import jobs, state
from habitue.kernel.clock import micros


class Gauges(Collector):
    """Read anew at every scrape."""

    def __init__(self, world: World, pressure: Pressure) -> None:
        self._world = world
        self._pressure = pressure

    def describe(self) -> list[Metric]:
        """Nothing is read when the collector is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every figure; those of the register are left out while it cannot be reached."""
        yield _gauge("journal_backlog_bytes", "Bytes of the journal that wait to be projected", self._backlog())
        yield _gauge("disk_free_bytes", "Free bytes of the journal's disk", self._pressure.free_bytes)
        yield _gauge("door_held_bytes", "Bytes of requests in memory", self._pressure.held_bytes)
        try:
            with self._world.register.read() as conn:
                found = list(self._of_register(conn))
        except SQLAlchemyError:
            yield _gauge("register_up", "Whether the register answers", 0)
            return
        yield _gauge("register_up", "Whether the register answers", 1)
        yield from found

    def _backlog(self) -> int:
        return self._pressure.backlog_bytes

    def _of_register(self, conn: Connection) -> Iterator[Metric]:
        yield CounterMetricFamily(
            "habitue_projector_events", "Events numbered by the projector", value=state.read(conn, "last_seq")
        )
        yield _gauge("projector_group_events", "Events of the last group", state.read(conn, "group_events"))
        yield _gauge("projector_lag_seconds", "Age of the oldest event that waits", self._lag(conn))
        for who in ("worker", "projector", "follower"):
            seen = state.read(conn, f"{who}_seen") / 1e6
            yield _gauge(f"{who}_seen_timestamp_seconds", f"When the {who} was seen", seen)
        counted = GaugeMetricFamily("habitue_jobs", "Jobs by state", labels=["state"])
        rows = conn.execute(sa.select(jobs.jobs.c.state, sa.func.count()).group_by(jobs.jobs.c.state)).all()
        found = {str(row[0]): int(row[1]) for row in rows}
        for each in ("queued", "running", "done", "failed", "cancelled"):
            counted.add_metric([each], found.get(each, 0))
        yield counted

    def _lag(self, conn: Connection) -> float:
        waiting = next(iter(self._world.journal.read(projection.position(conn))), None)
        return 0.0 if waiting is None else max(0.0, (micros(self._world.clock.now()) - waiting.received_at) / 1e6)


def _gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"habitue_{name}", told, value=value)
