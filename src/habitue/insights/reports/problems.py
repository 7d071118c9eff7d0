"""What is broken: reasons of contacts against products, with an alarm where a problem rises beyond chance.

The contacts of the last 30, 90 and 180 days are compared with those before, back to a year, by the exact conditional
test of two Poisson rates; the alarm rings when the smallest chance, times the number of tests, is below ALARM. A row
shows the span in which it stands out most, else 90 days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from habitue.insights.days import local_day
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.intervals import more_than_before, wilson
from habitue.insights.reports.shape import UNKNOWN, Chart, Column, Did, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import lines, text_of
from habitue.kernel.text import gettext_noop as _

NEEDS = _("Import contacts (calls, mails, tickets) with date and reason, best with the product concerned.")
CONTACT = "Contact Logged"
SPANS, USUAL_SPAN, LOOKED_BACK = (30, 90, 180), 90, 365
LEAST, ALARM, SHOWN, HARDLY = 5, 0.05, 25, 0.5
STATES = {"alarm": _("rising"), "": _("as usual")}


def contacts(events: ir.Table, *, timezone: str) -> ir.Table:
    """Contacts (profile_id, on, reason, product, is_open); those without a reason are left out."""
    told = events.filter(events["name"] == CONTACT)
    rows = told.select(
        "profile_id",
        on=local_day(told["at"], timezone),
        reason=text_of(told.properties, "reason"),
        product=text_of(told.properties, "product").fill_null(UNKNOWN),
        is_open=(text_of(told.properties, "resolved") == "false").fill_null(False),
    )
    return rows.filter(rows.reason.notnull())


def by_reason_and_product(told: ir.Table, *, today: date) -> ir.Table:
    """Contacts of the last year of each reason and product (reason, product, all, and of each span people, now, open).

    The columns of a span end with its days: `now_30`, `people_30`, `open_30`, …
    """
    kept = told.filter((told["on"] > _ago(today, LOOKED_BACK)) & (told["on"] <= ibis.literal(today, type="date")))
    measures = {}
    for span in SPANS:
        is_new = kept["on"] > _ago(today, span)
        measures[f"people_{span}"] = kept.profile_id.nunique(where=is_new)
        measures[f"now_{span}"] = is_new.sum()
        measures[f"open_{span}"] = (is_new & kept.is_open).sum()
    return kept.group_by("reason", "product").aggregate(all=kept.count(), **measures)


def sold_lately(m: Material) -> ir.Table:
    """How many orders had each article (product, and for each span `sold_N`)."""
    rows = lines(m.events, timezone=m.timezone, currency=m.currency)
    told = rows.filter((rows["on"] > _ago(m.today, max(SPANS))) & (rows["on"] <= ibis.literal(m.today, type="date")))
    measures = {f"sold_{span}": told.seq.nunique(where=told["on"] > _ago(m.today, span)) for span in SPANS}
    return told.group_by("product").aggregate(**measures)


def chances(row: Row) -> dict[int, float]:
    """For each span with enough contacts, the chance of so many if nothing had changed."""
    return {
        span: more_than_before(
            row[f"now_{span}"], row["all"] - row[f"now_{span}"], now_days=span, before_days=LOOKED_BACK - span
        )
        for span in SPANS
        if row[f"now_{span}"] >= LEAST
    }


def judged(rows: Sequence[Row], sold: Mapping[str, Row]) -> list[Row]:
    """The rows with the span that stands out, expected contacts, state, and contacts of those sold; alarms first."""
    tests = sum(len(chances(row)) for row in rows)
    made = [_judged(row, sold.get(row["product"], {}), tests) for row in rows]
    return sorted(made, key=lambda row: (not row["state"], -row["now"], row["label"]))


def _judged(row: Row, sold: Row, tests: int) -> Row:
    found = chances(row)
    least = min(found, key=found.__getitem__, default=USUAL_SPAN)
    is_alarm = bool(found) and found[least] * tests < ALARM
    span = least if is_alarm else USUAL_SPAN
    now, bought = row[f"now_{span}"], sold.get(f"sold_{span}", 0)
    is_rate = bought >= now > 0
    low, high = wilson(now, bought) if is_rate else (None, None)
    return {
        "reason": row["reason"],
        "product": row["product"],
        "label": row["reason"] if row["product"] == UNKNOWN else f"{row['reason']} · {row['product']}",
        "state": "alarm" if is_alarm else "",
        "days": span,
        "people": row[f"people_{span}"],
        "now": now,
        "expected": (row["all"] - now) * span / (LOOKED_BACK - span),
        "is_open": row[f"open_{span}"],
        "sold": bought or None,
        "rate": now / bought if is_rate else None,
        "low": low,
        "high": high,
    }


def _ago(today: date, days: int) -> ir.DateScalar:
    return ibis.literal(today - timedelta(days=days), type="date")


def compute(m: Material) -> Outcome:
    """Reasons and products, and reasons over time."""
    told = m.keep(contacts(m.events, timezone=m.timezone))
    rows = m.rows(by_reason_and_product(told, today=m.today))
    if not rows:
        return Outcome(Say(NEEDS))
    ranked = judged(rows, {row["product"]: row for row in m.rows(sold_lately(m))})
    alarms = [row for row in ranked if row["state"]]
    first = ranked[0]
    values = {
        "reason": Value(first["reason"], "text"),
        "product": Value(first["product"], "text"),
        "now": Value(first["now"]),
        "days": Value(first["days"], "days"),
        "expected": Value(first["expected"], "decimal"),
    }
    says = Say(_("Nothing rises beyond chance. Most often: “%(reason)s”, %(now)s times in %(days)s."), values)
    if alarms:
        text = _(
            "A problem rises: “%(reason)s” with %(product)s, %(now)s times in %(days)s; %(expected)s were to expect."
        )
        if first["expected"] < HARDLY:
            text = _(
                "A problem rises: “%(reason)s” with %(product)s, %(now)s times in %(days)s; in the year before it "
                "hardly ever came up."
            )
        says = Say(text, values)
    return Outcome(says, (_section(m, ranked), _months(m, told)))


def _section(m: Material, ranked: Sequence[Row]) -> Section:
    alarms = sum(1 for row in ranked if row["state"])
    still_open = sum(row["is_open"] for row in ranked)
    return Section(
        "reasons",
        _("Reasons and products"),
        Say(
            _("Rising: %(alarms)s. Not solved yet: %(open)s contacts."),
            {"alarms": Value(alarms), "open": Value(still_open)},
        ),
        (
            Column("reason", _("Reason")),
            Column("product", _("Product")),
            Column("state", _("Trend"), "choice", STATES),
            Column("people", _("People"), "people"),
            Column("days", _("In the last"), "days"),
            Column("now", _("Contacts"), "number"),
            Column("expected", _("To expect"), "decimal"),
            Column("is_open", _("Not solved"), "number"),
            Column("sold", _("Sold"), "number"),
            Column("rate", _("Of those sold"), "share"),
            Column("low", _("At least"), "share"),
            Column("high", _("At most"), "share"),
        ),
        tuple(ranked[:SHOWN]),
        Chart("bars", "now", "label"),
        lambda row: (
            Did(
                CONTACT,
                (
                    ("reason", "is", row["reason"]),
                    ("product", "is_unknown", "") if row["product"] == UNKNOWN else ("product", "is", row["product"]),
                ),
                m.today - timedelta(days=row["days"] - 1),
                m.today,
            ),
        ),
        Say(
            _(
                "Looked at are the last 30, 90 and 180 days. A reason that rises shows the days in which this stands "
                "out most, all others the last 90 days. To expect: as many as came before, back to a year."
            )
        ),
    )


def _months(m: Material, told: ir.Table) -> Section:
    since = m.today.replace(day=1) - timedelta(days=365)
    kept = told.filter((told["on"] >= since) & (told["on"] <= m.today))
    by_month = kept.mutate(month=kept["on"].truncate("M").cast("date")).group_by("month", "reason")
    rows = m.rows(by_month.aggregate(contacts=lambda t: t.count()).order_by("month", "reason"))
    totals: dict[str, int] = {}
    for row in rows:
        totals[row["reason"]] = totals.get(row["reason"], 0) + row["contacts"]
    top = sorted(totals, key=lambda reason: (-totals[reason], reason))[:5]
    months = sorted({row["month"] for row in rows})
    found = {(row["month"], row["reason"]): row["contacts"] for row in rows}
    filled = tuple(
        {"month": month, "reason": reason, "contacts": found.get((month, reason), 0)}
        for month in months
        for reason in top
    )
    return Section(
        "months",
        _("The main reasons over a year"),
        Say(_("Most contacts of the year: “%(reason)s”."), {"reason": Value(top[0], "text")}),
        (
            Column("month", _("Month"), "month"),
            Column("reason", _("Reason")),
            Column("contacts", _("Contacts"), "number"),
        ),
        filled,
        Chart("lines", "month", "contacts", series="reason"),
    )


REPORT = Report(
    name="problems",
    label=_("What is broken"),
    question=_("Why do customers contact us, about which product, and does a problem rise?"),
    needs=NEEDS,
    theme="opinions",
    compute=compute,
    departments=("service",),
    order=50,
)
