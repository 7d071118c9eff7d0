"""What to do today: groups of people worth an hour, ranked by what people like them brought before.

Expected money is not a model but a count on the shop's own past: who fulfilled the same rule 90 days ago, how many of
them bought in the 90 days since, and what they spent. Proposals without enough such people come last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

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
from habitue.insights.store import stored
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _

MOST, SPAN_DAYS, LEAST_THEN = 7, 90, 10
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
    as now would bring in 90 days at that rate, None when too few were like them.
    """

    idea: Idea
    people: int
    then_people: int
    then_bought: int
    expected: Decimal | None


def _rfm(name: str, value: str) -> InsightIs:
    return InsightIs("rfm", name, "is", value)


def _group(code: str) -> InsightIs:
    return _rfm("rfm_group", code)


IDEAS: Mapping[str, Idea] = {
    idea.code: idea
    for idea in (
        Idea("win_back", _("Win back valuable customers"),
             _("the best fifth, silent for more than twice their usual pause"),
             Group(rules=(_rfm("is_valuable", "true"), _rfm("is_overdue", "true"), _group("at_risk")))),
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
             _("the best fifth, silent for more than four times their usual pause"),
             Group(rules=(_rfm("is_valuable", "true"), _group("lost")))),
        Idea("one_time", _("Find out what one-time buyers lack"), _("bought once, long ago"), _group("one_time")),
    )
}  # fmt: skip
_kept: dict[str, tuple[tuple[int, int, date], Sequence[Proposal]]] = {}


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
    made = []
    for idea in IDEAS.values():
        people = _rows(ws, members(ws, idea.rule, at=now, values=values[now]).aggregate(people=lambda t: t.count()))
        before = members(ws, idea.rule, at=then, values=values[then])
        joined = before.left_join(spent, before.profile_id == spent.profile_id)
        told = _rows(
            ws,
            joined.aggregate(
                people=joined.count(), bought=(joined.orders > 0).fill_null(False).sum(), money=joined.money.sum()
            ),
        )[0]
        count = int(people[0]["people"])
        money = told["money"] or Decimal(0)
        expected = expected_money(people=count, then_people=told["people"], then_money=money)
        made.append(Proposal(idea, count, told["people"], told["bought"] or 0, expected))
    return made


def _once(ws: Context, table: ir.Table) -> ir.Table:
    """The table computed once for several uses; an empty lake has no engine to keep it."""
    return table.cache() if ws.lake.has("facts") and ws.lake.has("people") else table


def _state(ws: Context) -> tuple[int, int, date]:
    day = day_in(ws.clock.now(), ws.config.workspace.timezone)
    return ws.lake.sequence("facts"), ws.lake.sequence("people"), day


def _rows(ws: Context, table: ir.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ws.lake.con.to_pyarrow(table).to_pylist()
    return rows
