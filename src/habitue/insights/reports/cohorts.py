"""Do first-time buyers come back? Cohorts by the month of the first purchase, fair to those who came lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

import ibis
import ibis.expr.types as ir

from habitue.insights.orders import purchases
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.glance import NEEDS
from habitue.insights.reports.intervals import wilson
from habitue.insights.reports.shape import Chart, Column, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import numbered
from habitue.kernel.text import gettext_noop as _

SPANS = (30, 90, 180, 365)
MOST_MONTHS, MANY_AT_ONCE = 36, 1.5


def second_purchases(days: ir.Table) -> ir.Table:
    """One row a buyer (profile_id, first_on, wait_days): days until the second purchase, null while there is none."""
    placed = numbered(days)
    return placed.group_by("profile_id").aggregate(
        first_on=placed["on"].min(),
        wait_days=placed["on"].min(where=placed.place == 2).delta(placed["on"].min(), unit="day"),
    )


def cohorts(buyers: ir.Table, *, today: date) -> ir.Table:
    """Cohorts by month (month, people, and for each span of days `eligible_N` and `back_N`).

    Only people whose first purchase is at least N days ago count for N; others have not had the time.
    """
    told = buyers.mutate(month=buyers.first_on.truncate("M").cast("date"))
    measures = {}
    for span in SPANS:
        had_time = told.first_on <= ibis.literal(today - timedelta(days=span), type="date")
        measures[f"eligible_{span}"] = had_time.sum()
        measures[f"back_{span}"] = (had_time & (told.wait_days <= span)).fill_null(False).sum()
    return told.group_by("month").aggregate(people=told.count(), **measures).order_by("month")


def compute(m: Material) -> Outcome:
    """Repeat rates of everybody and of each month's first-time buyers."""
    bought = purchases(m.events, timezone=m.timezone)
    buyers = second_purchases(bought.filter(bought["on"] <= m.today))
    rows = m.rows(cohorts(buyers, today=m.today))
    if not rows:
        return Outcome(Say(NEEDS))
    whole = [_rate(rows, span) for span in SPANS]
    known = [row for row in whole if row["eligible"]]
    if not known:
        return Outcome(Say(_("The first customers bought less than 30 days ago: too early to say who comes back.")))
    told = next((row for row in known if row["span"] == 90), known[-1])
    says = Say(
        _("Of those who bought for the first time, %(share)s bought again within %(days)s."),
        {"share": Value(told["share"], "share"), "days": Value(told["span"], "days")},
    )
    return Outcome(says, (_spans(known), _months(rows[-MOST_MONTHS:])), _known_before(rows))


def _known_before(rows: Sequence[Row]) -> tuple[Say, ...]:
    """A warning when so many begin with the data itself that many of them must have bought before."""
    if len(rows) < 3 or rows[0]["people"] < MANY_AT_ONCE * median(row["people"] for row in rows):
        return ()
    text = _("Many who seem to begin in %(month)s bought before your data begins; the shares are too high for them.")
    return (Say(text, {"month": Value(rows[0]["month"], "month")}),)


def _rate(rows: Sequence[Row], span: int) -> Row:
    eligible = sum(row[f"eligible_{span}"] for row in rows)
    back = sum(row[f"back_{span}"] for row in rows)
    low, high = wilson(back, eligible)
    share = back / eligible if eligible else None
    return {"span": span, "eligible": eligible, "back": back, "share": share, "low": low, "high": high}


def _spans(rows: Sequence[Row]) -> Section:
    last = rows[-1]
    return Section(
        "spans",
        _("How soon they come back"),
        Say(
            _("After %(days)s, %(share)s had come back (between %(low)s and %(high)s)."),
            {
                "days": Value(last["span"], "days"),
                "share": Value(last["share"], "share"),
                "low": Value(last["low"], "share"),
                "high": Value(last["high"], "share"),
            },
        ),
        (
            Column("span", _("Within"), "days"),
            Column("eligible", _("First-time buyers who had this time"), "people"),
            Column("back", _("Came back"), "number"),
            Column("share", _("Share"), "share"),
            Column("low", _("At least"), "share"),
            Column("high", _("At most"), "share"),
        ),
        tuple(rows),
        Chart("columns", "span", "share", low="low", high="high"),
        note=Say(_("Only people count whose first purchase is long enough ago; others have not had the time.")),
    )


def _months(rows: Sequence[Row]) -> Section:
    told = tuple(
        {
            "month": row["month"],
            "people": row["people"],
            **{
                f"share_{span}": row[f"back_{span}"] / row["people"]
                if row[f"eligible_{span}"] == row["people"]
                else None
                for span in SPANS
            },
        }
        for row in rows
    )
    best = max((row for row in told if row["share_90"] is not None), key=lambda row: row["share_90"], default=None)
    says = Say(_("No month's first-time buyers have had 90 days yet."))
    if best is not None:
        says = Say(
            _("Best came back who began in %(month)s: %(share)s within 90 days."),
            {"month": Value(best["month"], "month"), "share": Value(best["share_90"], "share")},
        )
    return Section(
        "months",
        _("By the month of the first purchase"),
        says,
        (
            Column("month", _("First purchase in"), "month"),
            Column("people", _("People"), "people"),
            Column("share_30", _("Back within 30 days"), "share"),
            Column("share_90", _("Back within 90 days"), "share"),
            Column("share_180", _("Back within 180 days"), "share"),
            Column("share_365", _("Back within a year"), "share"),
        ),
        told,
        Chart("lines", "month", "share_90"),
        note=Say(_("A dash: not everybody of that month has had this time yet.")),
    )


REPORT = Report(
    name="cohorts",
    label=_("Do first-time buyers come back?"),
    question=_("How many of the new customers buy again, and how soon?"),
    needs=NEEDS,
    theme="customers",
    compute=compute,
    departments=("marketing", "sales"),
    order=12,
)
