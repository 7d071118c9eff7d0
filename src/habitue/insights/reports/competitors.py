"""Competitors: whom customers name beside us or went to, from what people and events say."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from habitue.insights.orders import MONEY
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.shape import Chart, Column, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import text_of
from habitue.kernel.text import gettext_noop as _

NEEDS = _(
    "Nothing is known about competitors. Import people with an own field “competitor” or “previous_supplier”, or send "
    "contacts, survey answers and cancellations with a property “competitor”."
)
TRAITS = ("competitor", "previous_supplier", "former_supplier", "also_buys_at")
MOST = 20


def named(m: Material) -> ir.Table:
    """Who named which competitor (profile_id, competitor, in_event), each once."""
    persons = m.people.filter(m.people.kind == "person")
    parts = [
        persons.select("profile_id", competitor=text_of(persons.traits, trait), in_event=ibis.literal(False))
        for trait in TRAITS
    ]
    told = m.events.filter(m.events.type == "track")
    parts.append(
        told.select("profile_id", competitor=text_of(told.properties, "competitor"), in_event=ibis.literal(True))
    )
    every = ibis.union(*parts)
    kept = every.filter(every.competitor.notnull())
    return kept.group_by("profile_id", "competitor").aggregate(in_event=kept.in_event.any())


def by_competitor(told: ir.Table, rfm: ir.Table) -> ir.Table:
    """Competitors (competitor, people, leaving, money), most named first; `leaving` are at risk or lost."""
    joined = told.left_join(rfm.select(buyer="profile_id", group=rfm.rfm_group, money=rfm.monetary),
                            told.profile_id == rfm.profile_id)  # fmt: skip
    counted = joined.group_by("competitor").aggregate(
        people=joined.profile_id.nunique(),
        leaving=joined.group.isin(["at_risk", "lost"]).fill_null(False).sum(),
        money=joined.money.sum().fill_null(0).cast(MONEY),
    )
    return counted.order_by([ibis.desc("people", nulls_first=False), ibis.asc("competitor", nulls_first=False)])


def compute(m: Material) -> Outcome:
    """Competitors by how many customers name them."""
    rows = m.rows(by_competitor(named(m), m.rfm(m.now)).limit(MOST))
    if not rows:
        return Outcome(Say(NEEDS))
    says = Say(
        _("%(competitor)s is named most: by %(people)s people, of whom %(leaving)s are at risk or lost."),
        {
            "competitor": Value(rows[0]["competitor"], "text"),
            "people": Value(rows[0]["people"], "people"),
            "leaving": Value(rows[0]["leaving"]),
        },
    )
    return Outcome(says, (_section(rows),))


def _section(rows: Sequence[Row]) -> Section:
    worst = max(rows, key=lambda row: row["leaving"] / row["people"])
    return Section(
        "competitors",
        _("Who is named"),
        Say(
            _("Most dangerous: %(competitor)s, with %(share)s of those who name it at risk or lost."),
            {
                "competitor": Value(worst["competitor"], "text"),
                "share": Value(worst["leaving"] / worst["people"], "share"),
            },
        ),
        (
            Column("competitor", _("Competitor")),
            Column("people", _("People"), "people"),
            Column("leaving", _("Of them at risk or lost"), "number"),
            Column("money", _("Their money so far"), "money"),
        ),
        tuple(rows),
        Chart("bars", "people", "competitor"),
    )


REPORT = Report(
    name="competitors",
    label=_("Competitors"),
    question=_("Which other suppliers do customers name, and do they go there?"),
    needs=NEEDS,
    theme="places",
    compute=compute,
    departments=("sales", "marketing"),
    order=45,
)
