"""How much came from each source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from habitue.kernel.context import Context


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """Events, people and the time of the last event of one source."""

    events: int
    people: int
    last_at: datetime | None


def by_source(ws: Context) -> Mapping[str, SourceFigures]:
    """The figures of every source that has brought something, from the replica."""
    events = ws.lake.table("events")
    counted = events.group_by("source_id").aggregate(
        events=lambda t: t.count(), people=lambda t: t.profile_id.nunique(), last_at=lambda t: t["at"].max()
    )
    rows = ws.lake.con.to_pyarrow(counted).to_pylist()
    return {row["source_id"]: SourceFigures(row["events"], row["people"], row["last_at"]) for row in rows}
