"""Computed insights are kept in the lake as tables `insight_<name>`, and computed anew when facts or day changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import ibis
import ibis.expr.types as ir

from habitue.insights.catalogue import Facts, Insight, facts, insights
from habitue.kernel.clock import day_in, from_micros, micros
from habitue.kernel.context import Context
from habitue.kernel.errors import NotFound
from habitue.kernel.text import gettext_noop as _

PREFIX = "insight_"


@dataclass(frozen=True, slots=True)
class Stored:
    """A computed insight: one row a profile_id, and when it was computed."""

    table: ir.Table
    computed_at: datetime


def stored(ws: Context, name: str) -> Stored:
    """The insight `name`, computed now when the kept one is older than the facts or the day.

    Raises NotFound for a name that no insight has.
    """
    insight = insights().get(name)
    if insight is None:
        raise NotFound(what=_("insight"), key=name)
    now = facts(ws)
    fresh = _kept(ws, insight, now)
    return fresh if fresh is not None else refresh(ws, insight, now)


def refresh(ws: Context, insight: Insight, now: Facts) -> Stored:
    """Compute the insight and put it in the lake."""
    sequence = ws.lake.sequence()
    values = insight.compute(now).mutate(
        computed_at=ibis.literal(micros(now.now), type="int64"),
        facts_seq=ibis.literal(sequence, type="int64"),
    )
    table = ws.lake.con.to_pyarrow(values)
    ws.lake.write(PREFIX + insight.name, table, seq=sequence)
    return Stored(table=ws.lake.table(PREFIX + insight.name), computed_at=now.now)


def _kept(ws: Context, insight: Insight, now: Facts) -> Stored | None:
    if not ws.lake.has(PREFIX + insight.name):
        return None
    if ws.lake.sequence(PREFIX + insight.name) != ws.lake.sequence():
        return None
    table = ws.lake.table(PREFIX + insight.name)
    row = ws.lake.con.to_pyarrow(table.select("computed_at").limit(1)).to_pylist()
    if not row:
        return Stored(table=table, computed_at=now.now)
    at = from_micros(row[0]["computed_at"])
    if day_in(at, now.timezone) != day_in(now.now, now.timezone) or at > now.now:
        return None
    return Stored(table=table, computed_at=at)
