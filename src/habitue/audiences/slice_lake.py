"""A slice that answers like the lake: rules are compiled once against its names, and asked of ever new rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from habitue.audiences.asking import conditions_of
from habitue.audiences.compile import Kinds
from habitue.audiences.moment import LaterMoment
from habitue.audiences.rule import Rule, insights_in
from habitue.audiences.stays import HISTORY
from habitue.kernel import lake
from habitue.kernel.context import Context
from habitue.kernel.lake import Lake
from habitue.profiles.relations import RELATIONS
from habitue.profiles.replica_tables import PEOPLE
from habitue.profiles.slices import CONSENTS, EVENTS

PREFIX = "slice_"
_ROWS = "rows_of_a_slice"
MOST_KEPT = 500
HANDS = 2
_SCHEMAS: Mapping[str, pa.Schema] = {
    "people": PEOPLE,
    "events": EVENTS,
    "consents": CONSENTS,
    "stays": HISTORY,
    "relations": RELATIONS,
}
INSIGHT = "insight_"


class SliceLake:
    """Tables of a slice by the names of the lake; they have columns here, and rows when they are asked."""

    def __init__(self) -> None:
        self.con: Any = lake.engine_in_process()
        self._insights: dict[str, ibis.Schema] = {}

    def table(self, name: str) -> ir.Table:
        """The table of a name, without rows."""
        schema = self._insights.get(name) or ibis.Schema.from_pyarrow(_SCHEMAS[name])
        return ibis.table(schema, name=PREFIX + name)

    def has(self, name: str) -> bool:
        """Whether there is a table of this name."""
        return name in _SCHEMAS or name in self._insights

    def learn(self, insights: Mapping[str, ibis.Schema]) -> None:
        """Name the insights with their columns."""
        self._insights = {INSIGHT + name: schema for name, schema in insights.items()}

    def fill(self, tables: Mapping[str, pa.Table]) -> None:
        """Put rows in, in place of those that are there."""
        for name, table in tables.items():
            self.con.con.register(_ROWS, table)
            self.con.con.execute(f'CREATE OR REPLACE TABLE "{PREFIX}{name}" AS FROM {_ROWS}')
            self.con.con.unregister(_ROWS)


@dataclass(frozen=True, slots=True)
class Question:
    """A rule under a key, with the audiences that it mentions."""

    key: str
    rule: Rule
    mentioned: tuple[tuple[str, Rule], ...]

    @property
    def insights(self) -> frozenset[str]:
        """The insights that it asks, or one that it mentions."""
        return insights_in(self.rule).union(*(insights_in(rule) for _audience, rule in self.mentioned))


@dataclass(frozen=True, slots=True)
class Asked:
    """Some rules in one question: its text with a column for each of them, and the moment whose settings it reads."""

    name: str
    sql: str
    columns: Mapping[str, str]
    moment: LaterMoment


class Asker:
    """Asks rules of slices; those of a batch are compiled together once, and read the slice in one pass.

    Batches are asked side by side, for most of the time goes into plans, each of which takes one processor.
    """

    def __init__(self) -> None:
        self.lake = SliceLake()
        self._kept: dict[tuple[object, ...], Asked] = {}
        self._compiled = 0
        self._hands = [_Hand(lake.fellow(self.lake.con)) for _ in range(HANDS)]
        self._threads = ThreadPoolExecutor(HANDS, "audiences")

    def compiled(self, ws: Context, batch: Sequence[Question], kinds: Kinds, version: object) -> Asked:
        """The query of a batch; `version` stands for everything else that it depends on."""
        key = (tuple(batch), version)
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._forget()
            settings = ws.config.workspace
            self._compiled += 1
            name = f"habitue_{self._compiled}"
            moment = LaterMoment(ws.clock.now(), settings.timezone, settings.currency, prefix=name)
            on_slice = replace(ws, lake=cast(Lake, self.lake))
            mentioned = {name: rule for each in batch for name, rule in each.mentioned}
            expression = conditions_of(
                on_slice,
                [each.rule for each in batch],
                mentioned,
                moment,
                kinds,
                insight=lambda name: self.lake.table(INSIGHT + name),
            )
            columns = {each.key: f"c{number}" for number, each in enumerate(batch)}
            asked = expression.select("profile_id", *columns.values())
            self._kept[key] = Asked(name, str(self.lake.con.compile(asked)), columns, moment)
        return self._kept[key]

    def members(
        self, asked: Iterable[tuple[Asked, Sequence[str]]], tables: Mapping[str, pa.Table], now: datetime
    ) -> set[tuple[str, str]]:
        """Which people of the slice fulfil which of the wanted rules, as pairs of the rule's key and the profile."""
        self.lake.fill(tables)
        waiting = deque(asked)
        several = [self._threads.submit(hand.members, waiting, now) for hand in self._hands]
        return set[tuple[str, str]]().union(*(each.result() for each in several))

    def _forget(self) -> None:
        for hand in self._hands:
            hand.forget()
        self._kept.clear()


class _Hand:
    """Asks one question after the other in a thread of its own, with what its cursor has read already."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._prepared: dict[str, frozenset[str]] = {}

    def members(self, waiting: deque[tuple[Asked, Sequence[str]]], now: datetime) -> set[tuple[str, str]]:
        """Take from what is waiting until nothing is left."""
        found: set[tuple[str, str]] = set()
        while waiting:
            try:
                each, wanted = waiting.popleft()
            except IndexError:
                # The other hand was faster.
                break
            rows = self._answer(each, now)
            for key in wanted:
                found.update((key, str(profile_id)) for profile_id in rows["profile_id"][rows[each.columns[key]]])
        return found

    def forget(self) -> None:
        """Forget what was read."""
        for name in self._prepared:
            self._cursor.execute(f"DEALLOCATE {name}")
        self._prepared.clear()

    def _answer(self, each: Asked, now: datetime) -> Mapping[str, Any]:
        if each.name not in self._prepared:
            self._prepared[each.name] = lake.prepare(self._cursor, each.name, each.sql)
        settings = each.moment.settings(now)
        told = {key: value for key, value in settings.items() if key in self._prepared[each.name]}
        return lake.answer(self._cursor, each.name, told)
