"""What to do today: groups of people worth an hour, ranked by the money that is at stake in 90 days.

Where the forecasts of the insights passed their test on the shop's own past, that money is what they expect of these
people, or what loss is likely with those who are leaving. Elsewhere it is a count: who fulfilled the same rule 90 days
ago, how many of them bought since, and what they spent. Proposals without enough such people come last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, cast

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from habitue.access import policy
from habitue.audiences.compile import compile_rule
from habitue.audiences.rule import Consent, EventCount, Group, InsightIs, PropertyTest, Rule, Trait, Window
from habitue.audiences.tables import Tables
from habitue.insights.days import instant
from habitue.insights.orders import COMPLETED, MONEY, in_currency, money_rows
from habitue.insights.rfm import rfm
from habitue.insights.store import card, stored
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _

MOST, SPAN_DAYS, LEAST_THEN = 7, 90, 10
ALWAYS = "win_back"
"""The idea that always has a line while it has people: the page counts them, and what is lost does not come back."""
By = Literal["past", "forecast", "danger"]
LEAST_KNOWN = 0.8
"""The share of a group of which a forecast has to say something before its sum is that of the group."""
LEAVING = frozenset({"win_back", "overdue"})
"""Groups whose worth is what is lost when they do not come back."""
FORECASTS: Mapping[By, tuple[str, str]] = {
    "danger": ("churn", "money_in_danger"),
    "forecast": ("lifetime", "expected_value"),
}
_NO_MEMBERS = pa.schema([("audience_id", pa.string()), ("profile_id", pa.string())])


@dataclass(frozen=True, slots=True)
class Idea:
    """A group worth an hour; `label` and `why` are msgids."""

    code: str
    label: str
    why: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Proposal:
    """An idea with its people now.

    Of `then_people` who fulfilled the rule 90 days ago, `then_bought` bought since; `expected` is what as many people
    as now would bring in 90 days, None when that cannot be said; `by` tells where it comes from: a forecast of
    what they spend (`forecast`), of the likely loss (`danger`), or the count on the past (`past`).
    """

    idea: Idea
    people: int
    then_people: int
    then_bought: int
    expected: Decimal | None
    by: By = "past"


def _rfm(name: str, value: str) -> InsightIs:
    return InsightIs("rfm", name, "is", value)


def _group(code: str) -> InsightIs:
    return _rfm("rfm_group", code)


IDEAS: Mapping[str, Idea] = {
    idea.code: idea
    for idea in (
        Idea("win_back", _("Win back valuable customers"),
             _("top 20% of those who bought in the last two years, silent for more than twice their usual pause"),
             Group(rules=(_rfm("is_valuable", "true"), _group("at_risk")))),
        Idea("overdue", _("Remind customers who are overdue"),
             _("came back before and are silent for more than twice their usual pause"),
             Group(rules=(_group("at_risk"), _rfm("is_valuable", "false")))),
        Idea("second", _("Help new customers to a second purchase"),
             _("bought once, not long ago: now a second purchase is won most easily"), _group("new")),
        Idea("third", _("A third purchase makes a habit"),
             _("bought on two days and are on time: remind them of what they liked"), _group("promising")),
        Idea("good", _("Show good customers what fits"),
             _("come back on time, less often than your regulars: a little before their next purchase is due"),
             _group("good")),
        Idea("unsolved", _("Call back: their contact is not solved"),
             _("customers with an open question or complaint of the last 30 days"),
             Group(rules=(EventCount("Contact Logged", window=Window("last_days", count=30),
                                     where=(PropertyTest("resolved", "is", "false"),)), EventCount(COMPLETED)))),
        Idea("readers", _("Readers of the newsletter who never bought"),
             _("agreed to the newsletter and have no order: a small first offer"),
             Group(rules=(Consent("newsletter", "email"), Trait("email", "is_known"),
                          EventCount(COMPLETED, negate=True)))),
        Idea("last_offer", _("One last good offer to valuable customers who left"),
             _("were the top 20% of the last two years, silent for more than four times their usual pause"),
             Group(rules=(_rfm("is_valuable", "true"), _group("lost")))),
        Idea("one_time", _("Find out what one-time buyers lack"), _("bought once, long ago"), _group("one_time")),
    )
}  # fmt: skip
State = tuple[int, int, date, tuple[datetime | None, ...]]
_kept: dict[str, tuple[State, Sequence[Proposal]]] = {}


def proposals(ws: Context) -> Sequence[Proposal]:
    """Every idea that has people now, most expected money first; kept in memory until facts or day change."""
    policy.require(ws.actor, "audiences.read")
    state = _state(ws)
    found = _kept.get(ws.register.url)
    if found is None or found[0] != state:
        found = (state, ranked(_counted(ws)))
        _kept[ws.register.url] = found
    return found[1]


def known(ws: Context) -> bool:
    """Whether the proposals are in memory."""
    found = _kept.get(ws.register.url)
    return found is not None and found[0] == _state(ws)


def ranked(found: Iterable[Proposal]) -> Sequence[Proposal]:
    """Proposals with people, most expected money first, those of unknown worth last and largest first."""
    some = [each for each in found if each.people]
    return sorted(some, key=lambda each: (each.expected is None, -(each.expected or 0), -each.people, each.idea.code))


def shown(found: Sequence[Proposal]) -> Sequence[Proposal]:
    """The first MOST of ranked proposals; ALWAYS takes the last place where its money alone would not bring it in."""
    first = list(found[:MOST])
    kept = next((each for each in found[MOST:] if each.idea.code == ALWAYS), None)
    return first if kept is None else [*first[:-1], kept]


def expected_money(*, people: int, then_people: int, then_money: Decimal) -> Decimal | None:
    """What `people` bring if they do as those of the past; None when those were too few to say."""
    if then_people < LEAST_THEN:
        return None
    return (max(then_money, Decimal(0)) * people / then_people).quantize(Decimal("0.0001"))


def members(ws: Context, rule: Rule, *, at: datetime, values: ir.Table) -> ir.Table:
    """Who fulfilled a rule at an instant (profile_id), by what had happened until then; `values` is rfm at that time.

    Consents are those of today as far as they are older; a consent that was withdrawn since counts as none.
    """
    events, consents = ws.lake.table("events"), ws.lake.table("consents")
    tables = Tables(
        people=ws.lake.table("people"),
        events=events.filter(events["at"] < instant(at)),
        consents=consents.filter(consents["at"] < instant(at)),
        members=ibis.memtable(_NO_MEMBERS.empty_table()),
        insights={"rfm": values},
    )
    settings = ws.config.workspace
    return compile_rule(rule, tables, now=at, timezone=settings.timezone, currency=settings.currency)


def bought(events: ir.Table, *, since: datetime, until: datetime, currency: str) -> ir.Table:
    """Who bought in a span, and for how much less refunds (profile_id, orders, money)."""
    rows = money_rows(events)
    inside = rows.filter((rows["at"] >= instant(since)) & (rows["at"] < instant(until)))
    own = in_currency(inside.currency, currency)
    return inside.group_by("profile_id").aggregate(
        orders=(inside.kind == "order").sum(), money=inside.amount.sum(where=own).fill_null(0).cast(MONEY)
    )


def _counted(ws: Context) -> Sequence[Proposal]:
    now = ws.clock.now()
    then = now - timedelta(days=SPAN_DAYS)
    settings, events = ws.config.workspace, ws.lake.table("events")
    earlier = rfm(events, ws.lake.table("people"), at=then, timezone=settings.timezone, currency=settings.currency)
    values = {now: stored(ws, "rfm").table, then: _once(ws, earlier)}
    spent = _once(ws, bought(events, since=then, until=now, currency=settings.currency))
    tested = _tested(ws)
    made = []
    for idea in IDEAS.values():
        chosen = members(ws, idea.rule, at=now, values=values[now])
        by: By = "danger" if idea.code in LEAVING else "forecast"
        count, known, forecast = _foretold(ws, chosen, tested.get(by), FORECASTS[by][1])
        before = members(ws, idea.rule, at=then, values=values[then])
        joined = before.left_join(spent, before.profile_id == spent.profile_id)
        told = _rows(
            ws,
            joined.aggregate(
                people=joined.count(), bought=(joined.orders > 0).fill_null(False).sum(), money=joined.money.sum()
            ),
        )[0]
        money = told["money"] or Decimal(0)
        expected = expected_money(people=count, then_people=told["people"], then_money=money)
        has_forecast = count > 0 and known >= LEAST_KNOWN * count
        worth, source = (forecast, by) if has_forecast else (expected, "past")
        made.append(Proposal(idea, count, told["people"], told["bought"] or 0, worth, cast(By, source)))
    return made


def _tested(ws: Context) -> Mapping[By, ir.Table]:
    """The forecasts that passed their test and reach as far as is asked for here."""
    found: dict[By, ir.Table] = {}
    for by, (insight, _column) in FORECASTS.items():
        kept = card(ws, insight)
        if kept is not None and kept.card.is_shown and kept.card.days == SPAN_DAYS:
            found[by] = stored(ws, insight).table
    return found


def _foretold(ws: Context, chosen: ir.Table, scores: ir.Table | None, column: str) -> tuple[int, int, Decimal]:
    """How many people there are, of how many the forecast says something, and the sum of it."""
    if scores is None:
        return int(_rows(ws, chosen.aggregate(people=chosen.count()))[0]["people"]), 0, Decimal(0)
    values = scores.select(scored_id=scores.profile_id, worth=scores[column])
    joined = chosen.left_join(values, chosen.profile_id == values.scored_id)
    sums = joined.aggregate(people=joined.count(), known=joined.worth.count(), worth=joined.worth.sum())
    row = _rows(ws, sums)[0]
    return int(row["people"]), int(row["known"]), Decimal(row["worth"] or 0).quantize(Decimal("0.0001"))


def _once(ws: Context, table: ir.Table) -> ir.Table:
    """The table computed once for several uses; an empty lake has no engine to keep it."""
    return table.cache() if ws.lake.has("facts") and ws.lake.has("people") else table


def _state(ws: Context) -> State:
    day = day_in(ws.clock.now(), ws.config.workspace.timezone)
    cards = (card(ws, insight) for insight, _column in FORECASTS.values())
    learnt = tuple(kept.computed_at if kept else None for kept in cards)
    return ws.lake.sequence("facts"), ws.lake.sequence("people"), day, learnt


def _rows(ws: Context, table: ir.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ws.lake.con.to_pyarrow(table).to_pylist()
    return rows
