"""A slice that answers like the lake: rules are compiled once against its names, and asked of ever new rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from habitue.audiences.asking import asked_of
from habitue.audiences.compile import Kinds
from habitue.audiences.moment import LaterMoment
from habitue.audiences.rule import Rule
from habitue.audiences.stays import HISTORY
from habitue.kernel import lake
from habitue.kernel.context import Context
from habitue.kernel.lake import Lake
from habitue.profiles.relations import RELATIONS
from habitue.profiles.replica_tables import PEOPLE
from habitue.profiles.slices import CONSENTS, EVENTS

PREFIX = "slice_"
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
        """Put rows in."""
        for name, table in tables.items():
            self.con.con.register(PREFIX + name, table)


@dataclass(frozen=True, slots=True)
class Asked:
    """A compiled rule: its query, and the moment whose settings it reads."""

    sql: str
    moment: LaterMoment


class Asker:
    """Asks rules of slices; every rule is compiled once."""

    def __init__(self) -> None:
        self.lake = SliceLake()
        self._kept: dict[tuple[object, ...], Asked] = {}

    def compiled(self, ws: Context, rule: Rule, mentioned: Mapping[str, Rule], kinds: Kinds, version: object) -> Asked:
        """The query of a rule; `version` stands for everything else that it depends on."""
        key = (rule, tuple(sorted(mentioned.items(), key=lambda item: item[0])), version)
        if key not in self._kept:
            settings = ws.config.workspace
            moment = LaterMoment(
                ws.clock.now(), settings.timezone, settings.currency, prefix=f"habitue_{len(self._kept)}"
            )
            on_slice = replace(ws, lake=cast(Lake, self.lake))
            expression = asked_of(
                on_slice, rule, mentioned, moment, kinds, insight=lambda name: self.lake.table(INSIGHT + name)
            )
            self._kept[key] = Asked(str(self.lake.con.compile(expression)), moment)
        return self._kept[key]

    def members(
        self, asked: Mapping[str, Asked], tables: Mapping[str, pa.Table], now: datetime
    ) -> set[tuple[str, str]]:
        """Which people of the slice fulfil which rule, as pairs of the rule's key and the profile."""
        self.lake.fill(tables)
        found: set[tuple[str, str]] = set()
        for part in _parts(sorted(asked.items()), MOST_AT_ONCE):
            for _key, each in part:
                lake.give(self.lake.con, each.moment.settings(now))
            queries = [f"SELECT '{key}' AS audience_id, profile_id FROM ({each.sql}) AS t" for key, each in part]
            rows = self.lake.con.con.execute(" UNION ALL ".join(queries)).fetchall()
            found.update((str(audience_id), str(profile_id)) for audience_id, profile_id in rows)
        return found


MOST_AT_ONCE = 20


def _parts(items: Sequence[tuple[str, Asked]], size: int) -> Iterable[Sequence[tuple[str, Asked]]]:
    return (items[start : start + size] for start in range(0, len(items), size))
