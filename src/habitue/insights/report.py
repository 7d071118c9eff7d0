"""The insight of recency, frequency and money as plain data, for its page, the home page and the notebook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from habitue.access.policy import allowed, require
from habitue.insights.days import start_of_day
from habitue.insights.groups import GROUPS, CustomerGroup
from habitue.insights.orders import MONEY
from habitue.insights.reports.shape import SMALL
from habitue.insights.reports.store import PAST_AFTER
from habitue.insights.rfm import rfm
from habitue.insights.store import card, stored
from habitue.insights.summary import is_at_risk, is_lost, pareto, rfm_summary, top_count, valuable_at_risk
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context

NO_MONEY = Decimal("0.0000")


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One named group: how many people, their money, and their share of all buyers and of all money (0 to 1)."""

    group: CustomerGroup
    people: int
    money: Decimal
    people_share: float
    money_share: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The richest `people_share` of the buyers brought `money_share` of the money (both 0 to 1)."""

    people_share: float
    money_share: float


@dataclass(frozen=True, slots=True)
class Pareto:
    """What the top 20 % bring: how many they are, their money and share, and the curve."""

    people: int
    money: Decimal
    share: float
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class PersonAtRisk:
    """A valuable person of the group at risk.

    `yearly_money` was spent in the year up to the last purchase; `chance` is that to buy in the next days, None where
    it did not pass its test.
    """

    profile_id: str
    name: str | None
    email: str | None
    city: str | None
    purchases: int
    money: Decimal
    yearly_money: Decimal
    last_on: date
    rhythm_days: float
    silence_days: int
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class RfmReport:
    """Everything the page needs. `money` is in `currency`; orders in other currencies are only counted.

    `at_risk` counts the valuable people of the group at risk, `money_at_risk` is what they spent in the
    year up to the last purchase; `valuable_lost` counts the valuable people who are lost, `money_lost` is theirs. For
    readers who may not see people, `hides_small` tells that figures of fewer than ten people stand as nought. Where the
    last order is long ago, everything is told as of that day, `ended`.
    """

    computed_at: datetime
    currency: str
    people: int
    money: Decimal
    shop_gap_days: float | None
    groups: tuple[GroupFigures, ...]
    pareto: Pareto
    valuable: int
    at_risk: int
    money_at_risk: Decimal
    valuable_lost: int
    money_lost: Decimal
    other_currency_orders: int
    hides_small: bool = False
    ended: date | None = None


def report(ws: Context) -> RfmReport:
    """The figures of now; computed when facts or the day have changed since the last time."""
    require(ws.actor, "insights.read")
    kept = stored(ws, "rfm")
    table, ended = _seen(ws, kept.table)
    totals = _totals(ws, table)
    made = RfmReport(
        computed_at=kept.computed_at,
        currency=ws.config.workspace.currency,
        people=totals["people"],
        money=totals["money"] or NO_MONEY,
        shop_gap_days=totals["shop_gap_days"],
        groups=_groups(_rows(ws, rfm_summary(table))),
        pareto=_pareto(_rows(ws, pareto(table))),
        valuable=totals["valuable"] or 0,
        at_risk=totals["at_risk"] or 0,
        money_at_risk=totals["money_at_risk"] or NO_MONEY,
        valuable_lost=totals["valuable_lost"] or 0,
        money_lost=totals["money_lost"] or NO_MONEY,
        other_currency_orders=totals["other_orders"] or 0,
        ended=ended,
    )
    return made if allowed(ws.actor, "people.read") else without_small(made)


def _seen(ws: Context, table: ir.Table) -> tuple[ir.Table, date | None]:
    """The table of now, or, where the data ended long before, as it was at the end of its last day, and that day."""
    zone, currency = ws.config.workspace.timezone, ws.config.workspace.currency
    ended: date | None = _rows(ws, table.aggregate(last_on=table.last_on.max()))[0]["last_on"]
    if ended is None or day_in(ws.clock.now(), zone) - ended <= PAST_AFTER:
        return table, None
    at = start_of_day(ended + timedelta(days=1), zone)
    then = rfm(ws.lake.table("events"), ws.lake.table("people"), at=at, timezone=zone, currency=currency)
    return then.cache(), ended


def without_small(made: RfmReport) -> RfmReport:
    """The report with nought for every figure of fewer than ten people."""
    groups = tuple(
        each if not _is_small(each.people) else GroupFigures(each.group, 0, NO_MONEY, 0.0, 0.0) for each in made.groups
    )
    risk, lost = _is_small(made.at_risk), _is_small(made.valuable_lost)
    return replace(
        made,
        groups=groups,
        at_risk=0 if risk else made.at_risk,
        money_at_risk=NO_MONEY if risk else made.money_at_risk,
        valuable_lost=0 if lost else made.valuable_lost,
        money_lost=NO_MONEY if lost else made.money_lost,
        hides_small=risk or lost or any(_is_small(each.people) for each in made.groups),
    )


def _is_small(people: int) -> bool:
    return 0 < people < SMALL


def people_at_risk(ws: Context, *, offset: int = 0, limit: int = 20) -> tuple[PersonAtRisk, ...]:
    """Valuable people of the group at risk, who spent most in their last year first, page by page.

    Nobody for readers who may not see people.
    """
    require(ws.actor, "insights.read")
    if not allowed(ws.actor, "people.read"):
        return ()
    chosen = valuable_at_risk(_seen(ws, stored(ws, "rfm").table)[0]).limit(limit, offset=offset)
    people = ws.lake.table("people").select("profile_id", "name", "email", "city")
    joined = _with_chance(ws, chosen.left_join(people, "profile_id").drop("profile_id_right")).order_by(
        [ibis.desc("yearly_money", nulls_first=False), ibis.asc("profile_id", nulls_first=False)]
    )
    return tuple(_person(row) for row in _rows(ws, joined))


def _with_chance(ws: Context, people: ir.Table) -> ir.Table:
    """The same with the `chance` of each to buy, null where that did not pass its test."""
    kept = card(ws, "churn")
    if kept is None or not kept.card.is_shown:
        return people.mutate(chance=ibis.null("float64"))
    scores = stored(ws, "churn").table.select(scored_id="profile_id", chance="p_buys")
    return people.left_join(scores, people.profile_id == scores.scored_id).drop("scored_id")


def _totals(ws: Context, table: ir.Table) -> dict[str, Any]:
    at_risk, lost = is_at_risk(table), is_lost(table)
    figures = table.aggregate(
        people=table.count(),
        money=table.monetary.sum().cast(MONEY),
        shop_gap_days=table.shop_gap_days.max(),
        valuable=table.is_valuable.sum(),
        at_risk=at_risk.sum(),
        money_at_risk=table.yearly_money.sum(where=at_risk).cast(MONEY),
        valuable_lost=lost.sum(),
        money_lost=table.yearly_money.sum(where=lost).cast(MONEY),
        other_orders=table.other_orders.sum().cast("int64"),
    )
    return _rows(ws, figures)[0]


def _groups(rows: list[dict[str, Any]]) -> tuple[GroupFigures, ...]:
    people = sum(row["people"] for row in rows)
    money = sum((row["money"] for row in rows), NO_MONEY)
    found = {row["rfm_group"]: row for row in rows}
    empty = {"people": 0, "money": NO_MONEY}
    return tuple(
        GroupFigures(
            group=group,
            people=found.get(code, empty)["people"],
            money=found.get(code, empty)["money"],
            people_share=_share(found.get(code, empty)["people"], people),
            money_share=_share(found.get(code, empty)["money"], money),
        )
        for code, group in GROUPS.items()
    )


def _pareto(rows: list[dict[str, Any]]) -> Pareto:
    if not rows:
        return Pareto(people=0, money=NO_MONEY, share=0.0, curve=())
    people, total = rows[-1]["people"], rows[-1]["total_money"]
    top = next(row for row in rows if row["rank"] == top_count(people))
    curve = [CurvePoint(_share(row["rank"], people), _share(row["money"], total)) for row in rows]
    return Pareto(people=top["rank"], money=top["money"], share=_share(top["money"], total), curve=tuple(curve))


def _person(row: dict[str, Any]) -> PersonAtRisk:
    return PersonAtRisk(
        profile_id=row["profile_id"],
        name=row["name"],
        email=row["email"],
        city=row["city"],
        purchases=row["frequency"],
        money=row["monetary"],
        yearly_money=row["yearly_money"],
        last_on=row["last_on"],
        rhythm_days=row["rhythm_days"],
        silence_days=row["recency_days"],
        chance=row["chance"],
    )


def _share(part: int | Decimal, whole: int | Decimal) -> float:
    return float(part / whole) if whole else 0.0


def _rows(ws: Context, table: ir.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ws.lake.con.to_pyarrow(table).to_pylist()
    return rows
