"""The segments of each department on the same facts: whom marketing, sales and service should look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from habitue.insights.days import local_day
from habitue.insights.orders import MONEY
from habitue.insights.reports.catalogue import Department, Material, Report
from habitue.insights.reports.glance import NEEDS
from habitue.insights.reports.restock import renewals
from habitue.insights.reports.shape import (
    Chart,
    Column,
    Computed,
    Condition,
    Did,
    Has,
    Outcome,
    Row,
    Say,
    Section,
    Value,
)
from habitue.insights.reports.sold import text_of
from habitue.kernel.text import gettext_noop as _

LATELY, SOON = 30, 60
DEPARTMENTS: Mapping[Department, str] = {"marketing": _("Marketing"), "sales": _("Sales"), "service": _("Service")}


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment: its department, its msgid, its people (profile_id), and the rule for them where one can say it."""

    code: str
    department: Department
    label: str
    people: ir.Table
    conditions: tuple[Condition, ...] = ()


def segments(m: Material) -> Sequence[Segment]:
    """Every segment of every department."""
    table = m.rfm(m.now)
    since = m.today - timedelta(days=LATELY - 1)

    def group(code: str) -> ir.Table:
        return table.filter(table.rfm_group == code).select("profile_id")

    def computed(name: str, value: str) -> tuple[Condition, ...]:
        return () if m.is_past else (Computed("rfm", name, value),)

    persons = m.people.filter(m.people.kind == "person")
    open_contact = (("resolved", "is", "false"),)
    return (
        Segment("new", "marketing", _("Bought once, not long ago"), group("new"), computed("rfm_group", "new")),
        Segment("promising", "marketing", _("Bought twice, on time"), group("promising"),
                computed("rfm_group", "promising")),
        Segment("at_risk", "marketing", _("Silent for too long"), group("at_risk"), computed("rfm_group", "at_risk")),
        Segment("valuable", "sales", _("The most valuable fifth"), table.filter(table.is_valuable).select("profile_id"),
                computed("is_valuable", "true")),
        Segment("firms", "sales", _("Buyers with a company"),
                persons.filter(persons.company_name.notnull()).select("profile_id").semi_join(table, "profile_id"),
                (Has("company_name", "is_known"), Did("Order Completed"))),
        Segment("due", "sales", _("Renewal within 60 days"), _due(m)),
        Segment("open", "service", _("A contact of the last 30 days is not solved"),
                _did(m, "Contact Logged", since, "resolved", "false"),
                (Did("Contact Logged", open_contact, since, m.today),)),
        Segment("unhappy", "service", _("Answered a survey with a bad score in the last 30 days"), _unhappy(m, since)),
        Segment("unpaid", "service", _("A payment failed in the last 30 days"), _did(m, "Payment Failed", since),
                (Did("Payment Failed", (), since, m.today),)),
    )  # fmt: skip


def compute(m: Material) -> Outcome:
    """Every segment with its people and what they spent in their last year."""
    spent = m.keep(m.rfm(m.now).select(buyer="profile_id", spent="yearly_money"))
    found = segments(m)
    rows = [_counted(m, segment.people.distinct(), spent) for segment in found]
    told = [
        {"code": segment.code, "department": segment.department, "segment": segment.code, **rows[place]}
        for place, segment in enumerate(found)
    ]
    if not any(row["people"] for row in told):
        return Outcome(Say(NEEDS))
    by_code = {segment.code: segment for segment in found}
    labels = {segment.code: segment.label for segment in found}
    sections = tuple(_section(name, told, labels, by_code) for name in DEPARTMENTS)
    counts = {name: _everybody(m, [each for each in found if each.department == name]) for name in DEPARTMENTS}
    says = Say(
        _(
            "To look at: marketing %(marketing)s, sales %(sales)s, service %(service)s people; "
            "who is in two groups counts once."
        ),
        {name: Value(count) for name, count in counts.items()},
    )
    return Outcome(says, sections)


def _counted(m: Material, people: ir.Table, spent: ir.Table) -> Row:
    joined = people.left_join(spent, people.profile_id == spent.buyer)
    return m.rows(joined.aggregate(people=joined.count(), money=joined.spent.sum().fill_null(0).cast(MONEY)))[0]


def _everybody(m: Material, chosen: Sequence[Segment]) -> int:
    """How many people are in any of the segments."""
    tables = [segment.people.select("profile_id") for segment in chosen]
    people = ibis.union(*tables, distinct=True) if len(tables) > 1 else tables[0]
    return int(m.rows(people.aggregate(people=people.profile_id.nunique()))[0]["people"])


def _section(
    department: Department, told: Sequence[Row], labels: Mapping[str, str], by_code: Mapping[str, Segment]
) -> Section:
    rows = tuple(row for row in told if row["department"] == department)
    most = max(rows, key=lambda row: row["money"])
    return Section(
        department,
        DEPARTMENTS[department],
        Say(
            _("“%(segment)s”: %(people)s people who spent %(money)s in their last year."),
            {
                "segment": Value(labels[most["code"]], "choice"),
                "people": Value(most["people"], "people"),
                "money": Value(most["money"] or Decimal(0), "money"),
            },
        ),
        (
            Column("segment", _("Segment"), "choice", labels),
            Column("people", _("People"), "people"),
            Column("money", _("Spent in their last year"), "money"),
        ),
        rows,
        Chart("bars", "people", "segment"),
        lambda row: by_code[row["code"]].conditions,
    )


def _did(m: Material, event: str, since: date, key: str = "", value: str = "") -> ir.Table:
    told = m.events.filter(m.events["name"] == event)
    on = local_day(told["at"], m.timezone)
    kept = told.filter((on >= ibis.literal(since, type="date")) & (on <= ibis.literal(m.today, type="date")))
    if key:
        kept = kept.filter(text_of(kept.properties, key) == value)
    return kept.select("profile_id")


def _unhappy(m: Material, since: date) -> ir.Table:
    told = m.events.filter(m.events["name"] == "Survey Answered")
    on = local_day(told["at"], m.timezone)
    score = text_of(told.properties, "score").try_cast("float64")
    worst = ibis.ifelse(text_of(told.properties, "kind") == "nps", 6, 2)
    return told.filter((on >= ibis.literal(since, type="date")) & (score <= worst)).select("profile_id")


def _due(m: Material) -> ir.Table:
    running = renewals(m.events, timezone=m.timezone)
    until = ibis.literal(m.today + timedelta(days=SOON), type="date")
    return running.filter((running.due_on > ibis.literal(m.today, type="date")) & (running.due_on <= until)).select(
        "profile_id"
    )


REPORT = Report(
    name="segments",
    label=_("What each department looks at"),
    question=_("Whom should marketing, sales and service look at now?"),
    needs=NEEDS,
    theme="departments",
    compute=compute,
    departments=("marketing", "sales", "service"),
    order=60,
)
