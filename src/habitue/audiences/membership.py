"""Who belongs to an audience: counted, listed page by page, and broken down for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from habitue.access import policy
from habitue.audiences import part, stays
from habitue.audiences.asking import asked_of, asks_history, conditions_of
from habitue.audiences.audience import Audience, all_mentioned
from habitue.audiences.check import check_rule
from habitue.audiences.compile import Kinds
from habitue.audiences.fields import kinds
from habitue.audiences.moment import Moment
from habitue.audiences.rule import Group, Rule
from habitue.insights.orders import orders_per_profile
from habitue.insights.store import stored
from habitue.kernel.context import Context

TOP_PLACES = 5
AGES = (0, 18, 25, 35, 45, 55, 65, 75)
"""The youngest of each age that is told apart; the last one has no end."""
OLDEST = 150
SORTS = ("money", "name", "city", "last_order", "last_seen")


@dataclass(frozen=True, slots=True)
class Count:
    """How many people fulfil a rule, of how many persons, and when that was counted."""

    people: int
    of: int
    as_of: datetime

    @property
    def share(self) -> float:
        """The part of all people, 0 to 1."""
        return self.people / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member; `money` is orders less refunds in the workspace's currency."""

    profile_id: str
    name: str | None
    email: str | None
    city: str | None
    country: str | None
    orders: int
    last_order_at: datetime | None
    money: Decimal


@dataclass(frozen=True, slots=True)
class Slice:
    """A value and how many members have it; None stands for people whose value is not known."""

    value: str | None
    people: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Who the members are: by country, city, age, customer group (codes of insights.groups), and their money.

    Ages come in the order of AGES, those of which nobody is left out; the value of one is its youngest.
    """

    people: int
    countries: tuple[Slice, ...]
    cities: tuple[Slice, ...]
    ages: tuple[Slice, ...]
    groups: tuple[Slice, ...]
    money: Decimal
    yearly_money: Decimal


def matching(ws: Context, rule: Rule) -> ir.Table:
    """The persons (profile_id) who fulfil the rule now, as an expression; raises what `check_rule` raises.

    Audiences that the rule mentions are compiled into it, so that nobody waits for a stored membership.
    """
    check_rule(rule)
    return _matching(ws, rule, _mentioned(ws, rule), ws.clock.now(), kinds(ws))


def conditions(ws: Context, rules: Sequence[Rule], *, with_figures: bool = False) -> ir.Table:
    """Every person (profile_id) with a true or false column `c0`, `c1`, … for each rule, in one pass.

    `with_figures` adds what rules about events compare, as `compile.conditions_at` says.
    """
    check_rule(Group(rules=tuple(rules)))
    return conditions_of_checked(ws, rules, with_figures=with_figures)


def conditions_of_checked(ws: Context, rules: Sequence[Rule], *, with_figures: bool = False) -> ir.Table:
    """The same for rules that were checked one by one, however many there are."""
    whole = Group(rules=tuple(rules))
    mentioned = _mentioned(ws, whole)
    if asks_history(whole, mentioned):
        stays.refresh_lake(part.whole(ws))
    settings = ws.config.workspace
    moment = Moment(now=ws.clock.now(), timezone=settings.timezone, currency=settings.currency)
    known = kinds(ws)
    return conditions_of(
        ws, rules, mentioned, moment, known, insight=lambda name: _insight(ws, name), with_figures=with_figures
    )


def narrowing(ws: Context, rules: Sequence[Rule]) -> Sequence[int]:
    """How many people there are, and how many are left after each of the rules and those before it, in one query."""
    policy.require(ws.actor, "audiences.read")
    table = conditions(ws, rules)
    fits: Any = ibis.literal(True)
    sums = {"n0": table.count()}
    for number in range(len(rules)):
        fits = fits & table[f"c{number}"]
        sums[f"n{number + 1}"] = fits.sum().fill_null(0)
    row = _rows(ws, table.aggregate(**sums))[0]
    return [int(row[f"n{number}"]) for number in range(len(rules) + 1)]


def count(ws: Context, rule: Rule) -> Count:
    """How many people fulfil the rule."""
    policy.require(ws.actor, "audiences.read")
    people = ws.lake.table("people")
    persons = people.filter(people.kind == "person").count()
    figures = matching(ws, rule).aggregate(people=lambda t: t.count()).mutate(of=persons.as_scalar())
    row = _rows(ws, figures)[0]
    return Count(people=int(row["people"]), of=int(row["of"]), as_of=ws.clock.now())


def size(ws: Context, audience: Audience) -> Count:
    """How many people an audience has: as its membership is kept, or counted while it is not."""
    policy.require(ws.actor, "audiences.read")
    if not audience.is_published or audience.settled_version != audience.version:
        return count(ws, audience.rule)
    everybody = count(ws, Group())
    with ws.register.read() as conn:
        people = stays.size(conn, audience.audience_id)
    # Whoever has just come may be a member before the lake knows.
    return replace(everybody, people=people, of=max(people, everybody.of))


def estimate(ws: Context, rule: Rule) -> part.About | None:
    """How many people fulfil the rule as far as a part of everybody tells; None where only counting all does."""
    policy.require(ws.actor, "audiences.read")
    some = part_for(ws, rule)
    if some is None:
        return None
    found, everybody = count(some, rule), count(ws, Group())
    return part.about(found.people, found.of, everybody.people) if found.of else None


def part_for(ws: Context, rule: Rule) -> Context | None:
    """The world of a part of everybody for a rule; None where there is none, or where it cannot answer."""
    check_rule(rule)
    return part.of(ws, rule, _mentioned(ws, rule))


def members(ws: Context, rule: Rule, *, offset: int = 0, limit: int = 50, sort: str = "money") -> Sequence[MemberRow]:
    """Members page by page; `sort` is one of SORTS (money and times: the most and the newest first)."""
    policy.require(ws.actor, "audiences.read")
    policy.require(ws.actor, "people.read")
    people = ws.lake.table("people")
    chosen = people.select("profile_id", "name", "email", "city", "country", "last_seen_at")
    chosen = chosen.semi_join(matching(ws, rule), "profile_id")
    totals = orders_per_profile(ws.lake.table("events"), currency=ws.config.workspace.currency)
    keyed = totals.rename(other_id="profile_id")
    joined = chosen.left_join(keyed, chosen.profile_id == keyed.other_id)
    table = joined.select(*chosen.columns, "orders", "last_order_at", "money")
    order = [_ORDER[sort](), ibis.asc("profile_id", nulls_first=False)]
    return [_member(row) for row in _rows(ws, table.order_by(order).limit(limit, offset=offset))]


def breakdown(ws: Context, rule: Rule) -> Breakdown:
    """Countries, cities and customer groups of the members, the most frequent first, and their money."""
    policy.require(ws.actor, "audiences.read")
    members = _with_worth(ws, matching(ws, rule)).cache()
    sums = _rows(ws, members.aggregate(
        people=members.count(), money=members.monetary.sum(), yearly_money=members.yearly_money.sum()
    ))[0]  # fmt: skip
    return Breakdown(
        people=int(sums["people"]),
        countries=_slices(ws, members, "country"),
        cities=_slices(ws, members, "city"),
        ages=_ages(ws, members),
        groups=_slices(ws, members.filter(members.rfm_group.notnull()), "rfm_group", most=None),
        money=sums["money"] or Decimal(0),
        yearly_money=sums["yearly_money"] or Decimal(0),
    )


def _with_worth(ws: Context, found: ir.Table) -> ir.Table:
    """The people found with what they are told apart by; whoever never bought has no group and no money."""
    people = (
        ws.lake.table("people").select("profile_id", "country", "city", "birth_date").semi_join(found, "profile_id")
    )
    rfm = _insight(ws, "rfm")
    worth = rfm.select("rfm_group", "monetary", "yearly_money", buyer_id=rfm.profile_id)
    return people.left_join(worth, people.profile_id == worth.buyer_id).drop("buyer_id")


_ORDER: Mapping[str, Any] = {
    "money": lambda: ibis.desc("money", nulls_first=False),
    "name": lambda: ibis.asc("name", nulls_first=False),
    "city": lambda: ibis.asc("city", nulls_first=False),
    "last_order": lambda: ibis.desc("last_order_at", nulls_first=False),
    "last_seen": lambda: ibis.desc("last_seen_at", nulls_first=False),
}


def _matching(ws: Context, rule: Rule, mentioned: Mapping[str, Rule], now: datetime, known: Kinds) -> ir.Table:
    if asks_history(rule, mentioned):
        stays.refresh_lake(part.whole(ws))
    settings = ws.config.workspace
    moment = Moment(now=now, timezone=settings.timezone, currency=settings.currency)
    return asked_of(ws, rule, mentioned, moment, known, insight=lambda name: _insight(ws, name))


def _mentioned(ws: Context, rule: Rule) -> Mapping[str, Rule]:
    with ws.register.read() as conn:
        return {audience_id: audience.rule for audience_id, audience in all_mentioned(conn, rule).items()}


def _insight(ws: Context, name: str) -> ir.Table:
    return stored(part.whole(ws), name).table


def _slices(ws: Context, table: ir.Table, column: str, most: int | None = TOP_PLACES) -> tuple[Slice, ...]:
    counted = table.group_by(column).aggregate(people=lambda t: t.count())
    order = [ibis.desc("people", nulls_first=False), ibis.asc(column, nulls_first=False)]
    rows = _rows(ws, counted.order_by(order).limit(most))
    return tuple(Slice(value=row[column], people=int(row["people"])) for row in rows)


def _ages(ws: Context, people: ir.Table) -> tuple[Slice, ...]:
    settings = ws.config.workspace
    moment = Moment(now=ws.clock.now(), timezone=settings.timezone, currency=settings.currency)
    ends = [*(age - 1 for age in AGES[1:]), OLDEST]
    spans = {f"from_{first}": moment.birth_days(first, last) for first, last in zip(AGES, ends, strict=True)}
    sums = {
        name: people.birth_date.between(ibis.literal(days[0]), ibis.literal(days[1])).sum()
        for name, days in spans.items()
    }
    row = _rows(ws, people.aggregate(**sums))[0]
    return tuple(Slice(str(first), int(row[f"from_{first}"])) for first in AGES if row[f"from_{first}"])


def _member(row: dict[str, Any]) -> MemberRow:
    return MemberRow(
        profile_id=row["profile_id"],
        name=row["name"],
        email=row["email"],
        city=row["city"],
        country=row["country"],
        orders=row["orders"] or 0,
        last_order_at=row["last_order_at"],
        money=row["money"] if row["money"] is not None else Decimal(0),
    )


def _rows(ws: Context, table: ir.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ws.lake.con.to_pyarrow(table).to_pylist()
    return rows
