"""A small made-up world: rows in the shape of the lake, and the instant and zone at which rules are asked of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import ibis
import pyarrow as pa

from habitue.audiences.tables import Tables

NOW = datetime(2026, 3, 29, 10, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
INSTANT = pa.timestamp("us", tz="UTC")
MONEY = pa.decimal128(18, 4)
PEOPLE = pa.schema(
    [
        ("profile_id", pa.string()), ("kind", pa.string()), ("country", pa.string()), ("city", pa.string()),
        ("birth_date", pa.date32()), ("income", MONEY), ("last_seen_at", INSTANT), ("traits", pa.string()),
        ("region", pa.string()), ("postal_code", pa.string()),
    ]
)  # fmt: skip
EVENTS = pa.schema(
    [
        ("seq", pa.int64()), ("profile_id", pa.string()), ("source_id", pa.string()), ("name", pa.string()),
        ("at", INSTANT), ("amount", MONEY), ("currency", pa.string()), ("order_id", pa.string()),
        ("properties", pa.string()),
    ]
)  # fmt: skip
CONSENTS = pa.schema(
    [
        ("profile_id", pa.string()), ("purpose", pa.string()), ("channel", pa.string()),
        ("state", pa.string()), ("at", INSTANT),
    ]
)  # fmt: skip
MEMBERS = pa.schema([("audience_id", pa.string()), ("profile_id", pa.string())])
HISTORY = pa.schema(
    [("audience_id", pa.string()), ("profile_id", pa.string()), ("entered_at", INSTANT), ("left_at", INSTANT)]
)
RELATIONS = pa.schema([("profile_id", pa.string()), ("group_id", pa.string()), ("by", pa.string())])
ALLOWED = pa.schema([("profile_id", pa.string())])
RFM = pa.schema([("profile_id", pa.string()), ("rfm_group", pa.string()), ("frequency", pa.int64())])


@dataclass(frozen=True, slots=True)
class World:
    """Rows in the shape of the lake."""

    people: list[dict[str, Any]]
    events: list[dict[str, Any]]
    consents: list[dict[str, Any]]
    members: list[dict[str, Any]]
    rfm: list[dict[str, Any]]
    history: list[dict[str, Any]] = field(default_factory=list)
    relations: list[dict[str, Any]] = field(default_factory=list)
    allowed: list[dict[str, Any]] = field(default_factory=list)
    now: datetime = NOW

    def tables(self) -> Tables:
        """The rows as Ibis tables."""

        def table(rows: list[dict[str, Any]], schema: pa.Schema) -> Any:
            return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))

        return Tables(
            people=table(self.people, PEOPLE),
            events=table(self.events, EVENTS),
            consents=table(self.consents, CONSENTS),
            members=table(self.members, MEMBERS),
            insights={"rfm": table(self.rfm, RFM)},
            history=table(self.history, HISTORY),
            relations=table(self.relations, RELATIONS),
            allowed={"newsletter": table(self.allowed, ALLOWED)},
        )


def has_equal_times(world: World) -> bool:
    """Whether somebody did two things at the same instant."""
    seen = Counter((event["profile_id"], event["at"]) for event in world.events)
    return any(number > 1 for number in seen.values())
