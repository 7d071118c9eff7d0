"""What somebody is worth to the shop: orders, money, rhythm, the group, and the audiences that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis

from habitue.access.policy import allowed
from habitue.audiences import membership
from habitue.audiences import reading as audiences
from habitue.audiences.audience import Audience
from habitue.insights import of_person
from habitue.insights.groups import GROUPS, CustomerGroup
from habitue.insights.orders import orders_per_profile
from habitue.insights.store import stored
from habitue.kernel.context import Context
from habitue.web.cards import said
from habitue.web.rule_links import page_url

if TYPE_CHECKING:
    from habitue.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often somebody buys; `usual_days` is the own pause between purchases, or the shop's."""

    usual_days: int
    silence_days: int
    is_own: bool
    is_overdue: bool
    last_on: date


@dataclass(frozen=True, slots=True)
class Worth:
    """Orders, and money less refunds in the workspace's currency; `foreign` orders were in other currencies.

    `purchases` are the days with an order: the insights count several orders of one day as one.
    """

    orders: int
    purchases: int
    money: Decimal
    average: Decimal | None
    first_at: datetime
    last_at: datetime
    foreign: int
    yearly: Decimal | None
    is_valuable: bool
    group: CustomerGroup | None
    rhythm: Rhythm | None


def worth(ws: Workspace, profile_id: str) -> Worth | None:
    """The figures of one person; None when nothing was ordered."""
    events = ws.context.lake.table("events")
    own = events.filter(events.profile_id == profile_id)
    totals = _first(ws.context, orders_per_profile(own, currency=ws.config.workspace.currency))
    if totals is None:
        return None
    kept = stored(ws.context, "rfm").table
    scores = _first(ws.context, kept.filter(kept.profile_id == profile_id)) or {}
    counted = totals["orders"] - totals["other_orders"]
    return Worth(
        orders=totals["orders"],
        purchases=scores.get("frequency", totals["orders"]),
        money=totals["money"],
        average=totals["money"] / counted if counted else None,
        first_at=totals["first_order_at"],
        last_at=totals["last_order_at"],
        foreign=totals["other_orders"],
        yearly=scores.get("yearly_money"),
        is_valuable=bool(scores.get("is_valuable")),
        group=GROUPS.get(scores.get("rfm_group", "")),
        rhythm=_rhythm(scores),
    )


def saved_audiences(ws: Workspace) -> Sequence[Audience]:
    """Every saved audience; none for readers who may not see audiences."""
    return audiences.listing(ws.context) if allowed(ws.actor, "audiences.read") else []


def audiences_of(ws: Workspace, profile_id: str) -> Sequence[Audience]:
    """The saved audiences whose rule the person fulfils now; none for readers who may not see audiences."""
    if not allowed(ws.actor, "audiences.read"):
        return []
    saved = audiences.listing(ws.context)
    if not saved:
        return []
    tables = [
        found.filter(found.profile_id == profile_id).select(audience_id=ibis.literal(audience.audience_id))
        for audience in saved
        for found in [membership.matching(ws.context, audience.rule)]
    ]
    rows = ws.lake.con.to_pyarrow(ibis.union(*tables) if len(tables) > 1 else tables[0]).to_pylist()
    inside = {row["audience_id"] for row in rows}
    return [audience for audience in saved if audience.audience_id in inside]


@dataclass(frozen=True, slots=True)
class Expected:
    """One insight in words, and the page that tells how far to trust it."""

    label: str
    value: str
    within: str
    why: str
    url: str
    as_of: str


def expected_of(ws: Workspace, profile_id: str) -> Sequence[Expected]:
    """What the insights say of a person, each that passed its test; linked for readers who may see insights."""
    return [
        Expected(
            label=each.label,
            value=said(each.value),
            within=said(each.within) if each.within else "",
            why=said(each.why) if each.why else "",
            url=page_url(f"insights:{each.insight}") if allowed(ws.actor, "insights.read") else "",
            as_of=said(each.as_of) if each.as_of else "",
        )
        for each in of_person.told(ws.context, profile_id)
    ]


def doubt_of(ws: Workspace, profile_id: str, found: Worth | None) -> str:
    """Why the forecast says something else of a person than the group, in words; empty where they agree."""
    if found is None or found.group is None:
        return ""
    why = of_person.doubt(ws.context, profile_id, found.group.code)
    return said(why) if why else ""


def _rhythm(scores: Mapping[str, Any]) -> Rhythm | None:
    if not scores:
        return None
    return Rhythm(
        usual_days=round(scores["rhythm_days"]),
        silence_days=scores["recency_days"],
        is_own=scores["has_own_rhythm"],
        is_overdue=scores["is_overdue"],
        last_on=scores["last_on"],
    )


def _first(ws: Context, table: Any) -> dict[str, Any] | None:
    rows = ws.lake.con.to_pyarrow(table.limit(1)).to_pylist()
    return rows[0] if rows else None
