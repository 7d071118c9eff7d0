"""Mentions: what is said of us in networks, how often and in which mood."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from habitue.insights.days import local_day, minus_months
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.intervals import wilson
from habitue.insights.reports.shape import UNKNOWN, Chart, Column, Did, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import text_of
from habitue.kernel.text import gettext_noop as _

NEEDS = _("No mention is known. Send them as the event “Mention Seen” with network, text and mood (sentiment).")
SEEN = "Mention Seen"
MONTHS = 12


def mentions(events: ir.Table, *, timezone: str) -> ir.Table:
    """Mentions by network and month (network, month, people, mentions, good, bad)."""
    told = events.filter(events["name"] == SEEN)
    mood = text_of(told.properties, "sentiment").lower()
    rows = told.select(
        "profile_id",
        month=local_day(told["at"], timezone).truncate("M").cast("date"),
        network=text_of(told.properties, "network").fill_null(UNKNOWN),
        is_good=mood.isin(["positive", "good", "pos"]).fill_null(False),
        is_bad=mood.isin(["negative", "bad", "neg"]).fill_null(False),
    )
    return rows.group_by("network", "month").aggregate(
        people=rows.profile_id.nunique(), mentions=rows.count(), good=rows.is_good.sum(), bad=rows.is_bad.sum()
    )


def compute(m: Material) -> Outcome:
    """Networks of the last twelve months, and mentions by month."""
    since = minus_months(m.today.replace(day=1), MONTHS - 1)
    told = mentions(m.events, timezone=m.timezone)
    rows = m.rows(told.filter(told.month >= ibis.literal(since, type="date")).order_by("network", "month"))
    if not rows:
        return Outcome(Say(NEEDS))
    count, bad = (sum(row[name] for row in rows) for name in ("mentions", "bad"))
    says = Say(
        _("%(count)s mentions in a year; in a bad mood: %(share)s."),
        {"count": Value(count), "share": Value(bad / count, "share")},
    )
    return Outcome(says, (_networks(rows), _months(rows)))


def _networks(rows: Sequence[Row]) -> Section:
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        own = found.setdefault(row["network"], dict.fromkeys(("people", "mentions", "good", "bad"), 0))
        for name in own:
            own[name] += row[name]
    told: list[Row] = []
    for network, own in found.items():
        low, high = wilson(own["bad"], own["mentions"])
        told.append({"network": network, **own, "share": own["bad"] / own["mentions"], "low": low, "high": high})
    told.sort(key=lambda row: (-row["mentions"], row["network"]))
    return Section(
        "networks",
        _("Networks"),
        Say(_("Most is said on %(network)s."), {"network": Value(told[0]["network"], "text")}),
        (
            Column("network", _("Network")),
            Column("people", _("People"), "people"),
            Column("mentions", _("Mentions"), "number"),
            Column("good", _("In a good mood"), "number"),
            Column("bad", _("In a bad mood"), "number"),
            Column("share", _("Share of bad ones"), "share"),
            Column("low", _("At least"), "share"),
            Column("high", _("At most"), "share"),
        ),
        tuple(told),
        Chart("bars", "mentions", "network"),
        lambda row: () if row["network"] == UNKNOWN else (Did(SEEN, (("network", "is", row["network"]),)),),
    )


def _months(rows: Sequence[Row]) -> Section:
    found: dict[object, list[int]] = {}
    for row in rows:
        own = found.setdefault(row["month"], [0, 0])
        own[0] += row["mentions"]
        own[1] += row["bad"]
    told = tuple(
        {"month": month, "mentions": count, "bad": bad} for month, (count, bad) in sorted(found.items(), key=str)
    )
    return Section(
        "months",
        _("Month by month"),
        Say(_("The newest month: %(count)s mentions."), {"count": Value(told[-1]["mentions"])}),
        (
            Column("month", _("Month"), "month"),
            Column("mentions", _("Mentions"), "number"),
            Column("bad", _("In a bad mood"), "number"),
        ),
        told,
        Chart("columns", "month", "mentions"),
    )


REPORT = Report(
    name="mentions",
    label=_("Mentions"),
    question=_("What is said about us in networks, and in which mood?"),
    needs=NEEDS,
    theme="opinions",
    compute=compute,
    departments=("marketing", "service"),
    order=53,
)
