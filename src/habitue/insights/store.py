"""Computed insights are kept in the lake as tables `insight_<name>`.

One that is computed by an expression is computed anew when facts or day changed. One that learns from the past is
renewed once a day, or when somebody asks; its card is kept in the register.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from habitue.insights import card_store
from habitue.insights.card import EDITION
from habitue.insights.card_store import KeptCard
from habitue.insights.catalogue import Facts, Insight, facts, insights
from habitue.kernel.clock import day_in, from_micros, micros
from habitue.kernel.context import Context
from habitue.kernel.errors import NotFound
from habitue.kernel.text import gettext_noop as _
from habitue.profiles import replica

PREFIX = "insight_"
GROWN = 1.2


@dataclass(frozen=True, slots=True)
class Stored:
    """A computed insight: one row a profile_id, and when it was computed."""

    table: ir.Table
    computed_at: datetime


def stored(ws: Context, name: str) -> Stored:
    """The insight `name`, computed now when there is none or when the kept one is older than it may be.

    Raises NotFound for a name that no insight has.
    """
    insight = insight_of(name)
    sequence = replica.sequence(ws)
    now = facts(ws)
    if insight.schema is not None:
        return _asked_for(ws, insight.name, insight.schema, now)
    fresh = _kept(ws, insight, now, sequence)
    return fresh if fresh is not None else refresh(ws, insight, now, sequence)


def insight_of(name: str) -> Insight:
    """The insight of that name; raises NotFound."""
    insight = insights().get(name)
    if insight is None:
        raise NotFound(what=_("insight"), key=name)
    return insight


def card(ws: Context, name: str) -> KeptCard | None:
    """The newest card of an insight; None before it was computed, and for one that has no card."""
    with ws.register.read() as conn:
        return next(iter(card_store.newest(conn, insight_of(name).name)), None)


def is_due(ws: Context, name: str) -> bool:
    """Whether an insight that learns was never computed, in former words, or not today while the facts have changed.

    Nor does it wait for tomorrow when the facts have grown by a fifth, as in the middle of the first import.
    """
    sequence = replica.sequence(ws)
    if insight_of(name).learn is None or sequence == 0:
        return False
    kept = card(ws, name)
    if kept is None or kept.card.edition != EDITION:
        return True
    zone, now = ws.config.workspace.timezone, ws.clock.now()
    is_of_today = day_in(kept.computed_at, zone) == day_in(now, zone)
    return sequence >= GROWN * kept.facts_seq if is_of_today else kept.facts_seq != sequence


def due(ws: Context) -> Sequence[str]:
    """The insights that are to be learnt anew."""
    return [name for name in insights() if is_due(ws, name)]


def learn_all(ws: Context, names: Sequence[str], progress: Callable[[int, int], None] | None = None) -> None:
    """Learn some insights anew from the same facts; `progress(done, total)` is called before each and at the end."""
    sequence = replica.sequence(ws)
    now = facts(ws)
    for number, name in enumerate(names):
        if progress is not None:
            progress(number, len(names))
        insight = insight_of(name)
        if insight.schema is None:
            refresh(ws, insight, now, sequence)
            # What one insight needed is given back, or the most memory of one would add to that of the next.
            pa.default_memory_pool().release_unused()
    if progress is not None:
        progress(len(names), len(names))


def refresh(ws: Context, insight: Insight, now: Facts, sequence: int) -> Stored:
    """Compute the insight and put it in the lake, and its card in the register.

    `sequence` is that of the replica before the facts `now` were read.
    """
    if insight.learn is not None:
        found = insight.learn(now)
        with ws.register.write() as conn:
            before = card_store.newest(conn, insight.name, limit=card_store.LOOK_BACK)
            card_store.keep(
                conn, replace(card_store.watched(found.card, before), edition=EDITION), at=now.now, facts_seq=sequence
            )
        table = _stamped(found.table, now.now, sequence)
    else:
        assert insight.compute is not None
        table = _stamped(insight.compute(now), now.now, sequence)
    ws.lake.write(PREFIX + insight.name, table, seq=sequence)
    return Stored(table=ws.lake.table(PREFIX + insight.name), computed_at=now.now)


def forget(ws: Context, profile_ids: Sequence[str]) -> None:
    """Take people out of the insights that are not computed anew with every change of the facts."""
    for name, insight in insights().items():
        kept = PREFIX + name
        if insight.compute is not None or not ws.lake.has(kept):
            continue
        table = ws.lake.con.to_pyarrow(ws.lake.table(kept))
        gone = pc.is_in(table["profile_id"], pa.array(list(profile_ids), pa.string()))
        if pc.any(gone).as_py():
            ws.lake.write(kept, table.filter(pc.invert(gone)), seq=ws.lake.sequence(kept))


def keep(ws: Context, name: str, table: pa.Table) -> None:
    """Keep the rows of an insight that somebody asked for, in place of the former ones."""
    ws.lake.write(PREFIX + name, table, seq=replica.sequence(ws))


def _asked_for(ws: Context, name: str, schema: pa.Schema, now: Facts) -> Stored:
    kept = PREFIX + name
    table = ws.lake.table(kept) if ws.lake.has(kept) else ibis.memtable(schema.empty_table())
    return Stored(table=table, computed_at=now.now)


def _stamped(table: pa.Table, at: datetime, sequence: int) -> pa.Table:
    rows = table.num_rows
    table = table.append_column("computed_at", pa.repeat(pa.scalar(micros(at), pa.int64()), rows))
    return table.append_column("facts_seq", pa.repeat(pa.scalar(sequence, pa.int64()), rows))


def _kept(ws: Context, insight: Insight, now: Facts, sequence: int) -> Stored | None:
    if not ws.lake.has(PREFIX + insight.name):
        return None
    table = ws.lake.table(PREFIX + insight.name)
    if insight.learn is not None:
        known = card(ws, insight.name)
        return None if known is None else Stored(table=table, computed_at=known.computed_at)
    if ws.lake.sequence(PREFIX + insight.name) != sequence:
        return None
    row = ws.lake.con.to_pyarrow(table.select("computed_at").limit(1)).to_pylist()
    if not row:
        return Stored(table=table, computed_at=now.now)
    at = from_micros(row[0]["computed_at"])
    if day_in(at, now.timezone) != day_in(now.now, now.timezone) or at > now.now:
        return None
    return Stored(table=table, computed_at=at)
