"""What an insight is, and which ones there are: every module of this room that has an INSIGHT."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

import ibis.expr.types as ir
import pyarrow as pa

from habitue.collect import products
from habitue.insights.card import Card
from habitue.kernel.context import Context

FieldKind = Literal["text", "choice", "number", "money", "share", "date", "instant", "boolean"]
"""A share is a number from 0 to 1 that people read and type in per cent."""
NUMBER_KINDS: frozenset[str] = frozenset({"number", "money", "share"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What an insight is computed from: lake tables, the instant, the workspace's zone and currency.

    `listed` reads what lists of products say (sku, name, category, brand). `memo` holds what several insights read of
    these facts, so that it is read once for all of them.
    """

    events: ir.Table
    people: ir.Table
    now: datetime
    timezone: str
    currency: str
    listed: Callable[[], Sequence[Mapping[str, str | None]]] = field(default=tuple, compare=False, repr=False)
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, name: str, read: Callable[[Facts], Any]) -> Any:
        """What `read` gives for these facts, read at the first call only."""
        if name not in self.memo:
            self.memo[name] = read(self)
        return self.memo[name]


@dataclass(frozen=True, slots=True)
class InsightField:
    """A column of an insight that audiences and exports can use; `label` is a msgid.

    `choices` are the codes with their msgids where only some values are possible.
    """

    name: str
    kind: FieldKind
    label: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Learnt:
    """What an insight that learns from the past computed: one row a profile_id, and how it fared when tested."""

    table: pa.Table
    card: Card


@dataclass(frozen=True, slots=True)
class Insight:
    """A computed trait: `compute` turns facts into a table with one row a profile_id.

    An insight that learns from the past has `learn` in place of it: it takes longer, is renewed once a day, and has a
    card. One that is made only when somebody asks has the columns `schema` in place of both.
    """

    name: str
    label: str
    question: str
    fields: tuple[InsightField, ...]
    compute: Callable[[Facts], pa.Table] | None = None
    learn: Callable[[Facts], Learnt] | None = None
    schema: pa.Schema | None = None


def facts(ws: Context) -> Facts:
    """The facts of the workspace now."""
    return Facts(
        events=ws.lake.table("events"),
        people=ws.lake.table("people"),
        now=ws.clock.now(),
        timezone=ws.config.workspace.timezone,
        currency=ws.config.workspace.currency,
        listed=lambda: _listed(ws),
    )


def _listed(ws: Context) -> Sequence[Mapping[str, str | None]]:
    with ws.register.read() as conn:
        return products.known(conn)


@cache
def insights() -> Mapping[str, Insight]:
    """All insights of this room by name."""
    package = __name__.rpartition(".")[0]
    folder = importlib.import_module(package).__path__
    found: dict[str, Insight] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(folder)):
        insight = getattr(importlib.import_module(f"{package}.{module}"), "INSIGHT", None)
        if isinstance(insight, Insight):
            found[insight.name] = insight
    return MappingProxyType(found)
