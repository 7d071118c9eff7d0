"""When to restock and when to release: demand by month of the year, renewals that fall due, payments that fail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from habitue.insights.days import local_day, minus_months
from habitue.insights.orders import MONEY
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.revenue import last_day, money_by_month, whole_months
from habitue.insights.reports.shape import Chart, Column, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import text_of
from habitue.kernel.text import gettext_noop as _

NEEDS = _("Import orders of at least twelve months; with subscriptions and payments you see renewals too.")
STARTED = ("Subscription Started", "Subscription Renewed", "Subscription Changed")
ENDED = "Subscription Cancelled"
PAID, FAILED = "Payment Made", "Payment Failed"


def renewals(events: ir.Table, *, timezone: str) -> ir.Table:
    """Subscriptions that run (profile_id, plan, due_on, amount): the newest word on each, unless it was cancelled."""
    told = events.filter(events["name"].isin([*STARTED, ENDED]))
    told = told.select(
        "profile_id",
        "name",
        "at",
        "seq",
        "amount",
        plan=text_of(told.properties, "plan").fill_null(""),
        due_at=text_of(told.properties, "renews_at").try_cast("timestamp('UTC')"),
    )
    window = ibis.window(
        group_by=[told.profile_id, told.plan],
        order_by=[told["at"].desc(nulls_first=False), told.seq.desc(nulls_first=False)],
    )
    newest = told.mutate(place=ibis.row_number().over(window)).filter(lambda t: (t.place == 0) & (t["name"] != ENDED))
    return newest.filter(newest.due_at.notnull()).select(
        "profile_id", "plan", "amount", due_on=local_day(newest.due_at, timezone)
    )


def due_by_month(running: ir.Table, *, since: date, until: date) -> ir.Table:
    """Renewals by month (month, people, renewals, money)."""
    due = running.filter((running.due_on >= since) & (running.due_on <= until))
    told = due.mutate(month=due.due_on.truncate("M").cast("date"))
    return told.group_by("month").aggregate(
        people=told.profile_id.nunique(),
        renewals=told.count(),
        money=told.amount.sum().fill_null(0).cast(MONEY),
    )


def payments_by_month(events: ir.Table, *, timezone: str) -> ir.Table:
    """Payments made and failed by month (month, paid, failed)."""
    told = events.filter(events["name"].isin([PAID, FAILED]))
    told = told.mutate(month=local_day(told["at"], timezone).truncate("M").cast("date"))
    return told.group_by("month").aggregate(paid=(told["name"] == PAID).sum(), failed=(told["name"] == FAILED).sum())


def compute(m: Material) -> Outcome:
    """Demand by calendar month, and the renewals of the next twelve months."""
    rows = whole_months(m, m.rows(money_by_month(m.events, timezone=m.timezone, currency=m.currency)))
    paid = m.rows(payments_by_month(m.events, timezone=m.timezone))
    first = m.today + timedelta(days=1)
    due = m.rows(due_by_month(renewals(m.events, timezone=m.timezone), since=first, until=_in_a_year(m.today)))
    if len(rows) < 12:
        return Outcome(Say(NEEDS))
    demand = _demand(rows, paid)
    best = max(demand, key=lambda row: row["index"])
    worst = min(demand, key=lambda row: row["index"])
    says = Say(
        _(
            "Have the shelves full before %(best)s, which brings %(times)s times a usual month; "
            "%(worst)s is the quietest."
        ),
        {
            "best": Value(best["month"], "calendar_month"),
            "times": Value(best["index"], "decimal"),
            "worst": Value(worst["month"], "calendar_month"),
        },
    )
    sections = [_by_month(demand, best)]
    warnings = []
    if due:
        sections.append(_renewals(due))
    else:
        warnings.append(Say(_("No subscription with a renewal date is known: import them to see what falls due when.")))
    if len(rows) < 24:
        warnings.append(Say(_("Only one year is known: what looks like a season may have been chance.")))
    return Outcome(says, tuple(sections), tuple(warnings))


def _in_a_year(today: date) -> date:
    return last_day(minus_months(today.replace(day=1), -12))


def _demand(rows: Sequence[Row], paid: Sequence[Row]) -> list[Row]:
    """Each calendar month against the mean of its own twelve months, averaged over whole years."""
    whole = rows[len(rows) % 12 :]
    parts: dict[int, list[float]] = {}
    for start in range(0, len(whole), 12):
        year = whole[start : start + 12]
        usual = sum(float(row["money"]) for row in year) / 12
        for row in year:
            parts.setdefault(row["month"].month, []).append(float(row["money"]) / usual if usual > 0 else 0.0)
    made: list[Row] = []
    for number in range(1, 13):
        of_month = [row for row in whole if row["month"].month == number]
        payments = [row for row in paid if row["month"].month == number]
        tried = sum(row["paid"] + row["failed"] for row in payments)
        made.append(
            {
                "month": number,
                "index": sum(parts[number]) / len(parts[number]),
                "money": sum((row["money"] for row in of_month), Decimal(0)) / len(of_month),
                "orders": round(sum(row["orders"] for row in of_month) / len(of_month)),
                "failed": sum(row["failed"] for row in payments) / tried if tried else None,
            }
        )
    return made


def _by_month(demand: Sequence[Row], best: Row) -> Section:
    before = (best["month"] - 2) % 12 + 1
    return Section(
        "demand",
        _("The months of a year"),
        Say(
            _("Restock in %(before)s: in %(best)s usually %(orders)s orders come in."),
            {
                "before": Value(before, "calendar_month"),
                "best": Value(best["month"], "calendar_month"),
                "orders": Value(best["orders"]),
            },
        ),
        (
            Column("month", _("Month"), "calendar_month"),
            Column("index", _("Times a usual month"), "decimal"),
            Column("money", _("Money"), "money"),
            Column("orders", _("Orders"), "number"),
            Column("failed", _("Payments that failed"), "share"),
        ),
        tuple(demand),
        Chart("columns", "month", "index"),
        note=Say(_("Each month against the average of its year; several years are averaged.")),
    )


def _renewals(due: Sequence[Row]) -> Section:
    told = sorted(due, key=lambda row: row["month"])
    most = max(told, key=lambda row: row["renewals"])
    return Section(
        "renewals",
        _("Renewals that fall due"),
        Say(
            _("Most renewals fall in %(month)s: %(count)s, worth %(money)s. Release what is new before that."),
            {
                "month": Value(most["month"], "month"),
                "count": Value(most["renewals"]),
                "money": Value(most["money"], "money"),
            },
        ),
        (
            Column("month", _("Month"), "month"),
            Column("people", _("People"), "people"),
            Column("renewals", _("Renewals"), "number"),
            Column("money", _("Money"), "money"),
        ),
        tuple(told),
        Chart("columns", "month", "renewals"),
        ahead_from=told[0]["month"],
    )


REPORT = Report(
    name="restock",
    label=_("When to restock and release"),
    question=_("In which month do customers buy, renew and pay?"),
    needs=NEEDS,
    theme="money",
    compute=compute,
    departments=("sales",),
    order=22,
)
