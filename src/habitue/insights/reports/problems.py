"""What is broken: reasons of contacts against products, with an alarm where a problem rises beyond chance.

Newer contacts (NEW_DAYS) are compared with the DAYS_BEFORE before by the exact conditional test of two Poisson rates,
and the alarm rings when the chance, times the number of pairs looked at, is below ALARM.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from habitue.insights.days import local_day
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.intervals import more_than_before, smoothed, wilson
from habitue.insights.reports.shape import UNKNOWN, Chart, Column, Did, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import lines, text_of
from habitue.kernel.text import gettext_noop as _

NEEDS = _("Import contacts (calls, mails, tickets) with date and reason, best with the product concerned.")
CONTACT = "Contact Logged"
NEW_DAYS, DAYS_BEFORE = 90, 275
LEAST, ALARM, SHOWN = 5, 0.01, 25
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
    """Contacts of each reason and product (reason, product, people, now, before, is_open)."""
    since = ibis.literal(today - timedelta(days=NEW_DAYS - 1), type="date")
    earliest = ibis.literal(today - timedelta(days=NEW_DAYS + DAYS_BEFORE - 1), type="date")
    kept = told.filter((told["on"] >= earliest) & (told["on"] <= ibis.literal(today, type="date")))
    is_new = kept["on"] >= since
    return kept.group_by("reason", "product").aggregate(
        people=kept.profile_id.nunique(where=is_new),
        now=is_new.sum(),
        before=(~is_new).sum(),
        is_open=(is_new & kept.is_open).sum(),
    )


def sold_lately(m: Material) -> ir.Table:
    """How many purchases had each article lately (product, sold)."""
    since = ibis.literal(m.today - timedelta(days=NEW_DAYS - 1), type="date")
    rows = lines(m.events, timezone=m.timezone, currency=m.currency)
    told = rows.filter((rows["on"] >= since) & (rows["on"] <= ibis.literal(m.today, type="date")))
    return told.group_by("product").aggregate(sold=told.seq.nunique())


def judged(rows: Sequence[Row], sold: dict[str, int]) -> list[Row]:
    """The rows with expected contacts, chance, state, and contacts for 100 sold; alarms first."""
    looked_at = sum(1 for row in rows if row["now"] >= LEAST)
    whole_now = sum(row["now"] for row in rows if sold.get(row["product"]))
    whole = whole_now / max(1, sum(sold.values()))
    made = []
    for row in rows:
        chance = more_than_before(row["now"], row["before"], now_days=NEW_DAYS, before_days=DAYS_BEFORE)
        is_alarm = row["now"] >= LEAST and chance * looked_at < ALARM
        bought = sold.get(row["product"], 0)
        is_rate = bought >= row["now"] > 0
        low, high = wilson(row["now"], bought) if is_rate else (None, None)
        made.append(
            {
                **row,
                "label": row["reason"] if row["product"] == UNKNOWN else f"{row['reason']} · {row['product']}",
                "expected": row["before"] * NEW_DAYS / DAYS_BEFORE,
                "chance": chance,
                "state": "alarm" if is_alarm else "",
                "sold": bought or None,
                "rate": smoothed(row["now"], bought, whole=whole) if is_rate else None,
                "low": low,
                "high": high,
            }
        )
    return sorted(made, key=lambda row: (not row["state"], -row["now"], row["reason"], row["product"]))


def compute(m: Material) -> Outcome:
    """Reasons and products, and reasons over time."""
    told = contacts(m.events, timezone=m.timezone)
    rows = m.rows(by_reason_and_product(told, today=m.today))
    if not rows:
        return Outcome(Say(NEEDS))
    ranked = judged(rows, {row["product"]: row["sold"] for row in m.rows(sold_lately(m))})
    alarms = [row for row in ranked if row["state"]]
    first = ranked[0]
    values = {
        "reason": Value(first["reason"], "text"),
        "product": Value(first["product"], "text"),
        "now": Value(first["now"]),
        "expected": Value(first["expected"], "decimal"),
    }
    says = Say(_("Nothing rises beyond chance. Most often: “%(reason)s”, %(now)s times in 90 days."), values)
    if alarms:
        text = _(
            "A problem rises: “%(reason)s” with %(product)s, %(now)s times in 90 days; %(expected)s were to expect."
        )
        says = Say(text, values)
    return Outcome(says, (_section(m, ranked), _months(m, told)))


def _section(m: Material, ranked: Sequence[Row]) -> Section:
    since = m.today - timedelta(days=NEW_DAYS - 1)
    alarms = sum(1 for row in ranked if row["state"])
    still_open = sum(row["is_open"] for row in ranked)
    return Section(
        "reasons",
        _("Reasons and products, last 90 days"),
        Say(
            _("Rising: %(alarms)s. Not solved yet: %(open)s contacts."),
            {"alarms": Value(alarms), "open": Value(still_open)},
        ),
        (
            Column("reason", _("Reason")),
            Column("product", _("Product")),
            Column("state", _("Trend"), "choice", STATES),
            Column("people", _("People"), "people"),
            Column("now", _("Contacts"), "number"),
            Column("expected", _("To expect"), "decimal"),
            Column("is_open", _("Not solved"), "number"),
            Column("sold", _("Sold"), "number"),
            Column("rate", _("Contacts of those sold"), "share"),
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
                since,
                m.today,
            ),
        ),
        Say(
            _(
                "To expect: what came in 90 days of the nine months before. Rates of few cases are pulled to the average."
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
