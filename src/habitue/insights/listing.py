"""The people an insight speaks of, the most important first, each with the reason in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from habitue.access.policy import allowed, require
from habitue.insights.card import Said
from habitue.insights.catalogue import InsightField
from habitue.insights.persona import Persona
from habitue.insights.reasons import REASONS, reason
from habitue.insights.reports.shape import SMALL
from habitue.insights.store import insight_of, stored
from habitue.kernel.context import Context
from habitue.kernel.errors import NotFound
from habitue.kernel.text import gettext_noop as _

ORDER: Mapping[str, tuple[str, bool]] = {
    "lifetime": ("expected_value", True),
    "churn": ("money_in_danger", True),
    "next_order": ("chance", True),
    "second_purchase": ("p_second", True),
    "affinity": ("new_for_you", False),
    "personas": ("persona", False),
    "engagement": ("engagement", True),
}
"""By which column the people of an insight are listed, and whether the highest come first."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One person with the values of the insight's fields, and why."""

    profile_id: str
    name: str | None
    email: str | None
    values: tuple[Any, ...]
    why: Said | None


@dataclass(frozen=True, slots=True)
class Listing:
    """The first people of an insight, and how many there are in all."""

    fields: tuple[InsightField, ...]
    people: Sequence[Listed]
    total: int


def kinds(ws: Context) -> Sequence[Persona]:
    """The personas that were learnt, by their letters; empty when no stable groups were found."""
    require(ws.actor, "insights.read")
    table = stored(ws, "personas").table
    named = table.filter(table.persona.notnull())
    found = named.group_by("persona").aggregate(
        people=named.count(),
        traits=named.traits.max(),
        purchases=named.purchases.mean(),
        silence_days=named.silence_days.mean(),
        mean_value=named.mean_value.mean(),
    )
    rows = ws.lake.con.to_pyarrow(found.order_by("persona")).to_pylist()
    least = 0 if allowed(ws.actor, "people.read") else SMALL
    return [
        Persona(
            row["persona"],
            int(row["people"]),
            _traits(row["traits"]),
            float(row["purchases"] or 0),
            float(row["silence_days"] or 0),
            float(row["mean_value"] or 0),
        )
        for row in rows
        if row["people"] >= least
    ]


def listing(ws: Context, name: str, *, offset: int = 0, limit: int = 20) -> Listing:
    """The people of a learnt insight page by page; raises NotFound for another.

    Readers who may not see people get their number alone, and that only from ten on.
    """
    require(ws.actor, "insights.read")
    insight = insight_of(name)
    if insight.learn is None or name not in ORDER:
        raise NotFound(what=_("insight"), key=name)
    table = _told(stored(ws, name).table, name)
    total = int(ws.lake.con.to_pyarrow(table.count()).as_py())
    if not allowed(ws.actor, "people.read"):
        return Listing(insight.fields, (), 0 if total < SMALL else total)
    column, is_descending = ORDER[name]
    order = [ibis.desc(column, nulls_first=False) if is_descending else ibis.asc(column, nulls_first=False)]
    order.append(ibis.asc("profile_id", nulls_first=False))
    chosen = table.order_by(order).limit(limit, offset=offset)
    people = ws.lake.table("people").select("profile_id", "name", "email")
    joined = chosen.left_join(people, "profile_id").order_by(order)
    rows = ws.lake.con.to_pyarrow(joined).to_pylist()
    names = [field.name for field in insight.fields]
    found = [_listed(row, tuple(row[each] for each in names)) for row in rows]
    return Listing(insight.fields, found, total)


def _told(table: ir.Table, name: str) -> ir.Table:
    """The rows about which something is said."""
    if name == "churn":
        return table.filter(table.is_at_risk)
    return table.filter(table[ORDER[name][0]].notnull())


def _listed(row: Mapping[str, Any], values: tuple[Any, ...]) -> Listed:
    return Listed(row["profile_id"], row["name"], row["email"], values, why_of(row))


def why_of(row: Mapping[str, Any]) -> Said | None:
    """The reason that stands in a row of an insight, None where there is none."""
    if row.get("reason") in REASONS:
        return reason(row["reason"], rhythm=row["rhythm_days"], silence=row["silence_days"])
    return next(iter(_traits(row.get("traits"))), None)


def _traits(written: str | None) -> tuple[Said, ...]:
    return tuple(Said(message, params) for message, params in json.loads(written or "[]"))
