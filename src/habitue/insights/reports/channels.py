"""Channels: how customers heard of us and what became of them, and through what they order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import ibis
import ibis.expr.types as ir

from habitue.insights.days import minus_months
from habitue.insights.orders import MONEY, purchases
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.cohorts import second_purchases
from habitue.insights.reports.intervals import wilson
from habitue.insights.reports.shape import Chart, Column, Has, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import orders_told
from habitue.kernel.text import gettext_noop as _

NEEDS = _("Import orders, and a column “How they heard of us” with the address book.")
SPAN_DAYS, MOST = 180, 15


def won_by(m: Material) -> ir.Table:
    """People by how they heard of us (heard, people, buyers, money, eligible, back), most people first."""
    bought = purchases(m.events, timezone=m.timezone)
    buyers = second_purchases(bought.filter(bought["on"] <= m.today))
    money = m.rfm(m.now).select("profile_id", "monetary")
    persons = m.people.filter((m.people.kind == "person") & (m.people.source_channel.fill_null("") != ""))
    told = persons.select("profile_id", heard=persons.source_channel)
    told = told.left_join(buyers.rename(buyer="profile_id"), told.profile_id == buyers.profile_id)
    told = told.select("profile_id", "heard", "first_on", "wait_days")
    told = told.left_join(money.rename(payer="profile_id"), told.profile_id == money.profile_id)
    had_time = told.first_on <= ibis.literal(m.today - timedelta(days=SPAN_DAYS), type="date")
    counted = told.group_by("heard").aggregate(
        people=told.count(),
        buyers=told.first_on.notnull().sum(),
        money=told.monetary.sum().fill_null(0).cast(MONEY),
        eligible=had_time.fill_null(False).sum(),
        back=(had_time & (told.wait_days <= SPAN_DAYS)).fill_null(False).sum(),
    )
    return counted.order_by([ibis.desc("people", nulls_first=False), ibis.asc("heard", nulls_first=False)])


def ordered_through(m: Material) -> ir.Table:
    """Orders of the last twelve months by channel (channel, people, orders, money, before)."""
    since, until = m.year
    placed = orders_told(m.events, timezone=m.timezone, currency=m.currency)
    is_now = (placed["on"] >= since) & (placed["on"] <= until)
    earlier = (placed["on"] >= minus_months(since, 12)) & (placed["on"] < since)
    counted = placed.group_by("channel").aggregate(
        people=placed.profile_id.nunique(where=is_now),
        orders=is_now.sum(),
        money=placed.money.sum(where=is_now).fill_null(0).cast(MONEY),
        before=placed.money.sum(where=earlier).fill_null(0).cast(MONEY),
    )
    kept = counted.filter(counted.orders > 0)
    return kept.order_by([ibis.desc("money", nulls_first=False), ibis.asc("channel", nulls_first=False)])


def compute(m: Material) -> Outcome:
    """What each way of hearing of us brought, and the channels of the orders."""
    heard, through = m.rows(won_by(m).limit(MOST)), m.rows(ordered_through(m).limit(MOST))
    if not heard and not through:
        return Outcome(Say(NEEDS))
    sections = [*([_heard(heard)] if heard else []), *([_through(through)] if through else [])]
    says = sections[0].says
    missing = (
        () if heard else (Say(_("How customers heard of us is not known: import it to see what brings new ones.")),)
    )
    return Outcome(says, tuple(sections), missing)


def _heard(rows: Sequence[Row]) -> Section:
    told = []
    for row in rows:
        low, high = wilson(row["back"], row["eligible"])
        share = row["back"] / row["eligible"] if row["eligible"] else None
        each = row["money"] / row["people"]
        told.append({**row, "each": each, "share": share, "low": low, "high": high})
    best = max((row for row in told if row["people"] >= 10), key=lambda row: row["each"], default=told[0])
    return Section(
        "heard",
        _("How they heard of us"),
        Say(
            _("“%(most)s” brought most people; people who came by “%(best)s” spent most each: %(each)s."),
            {
                "most": Value(told[0]["heard"], "text"),
                "best": Value(best["heard"], "text"),
                "each": Value(best["each"], "money"),
            },
        ),
        (
            Column("heard", _("How they heard of us")),
            Column("people", _("People"), "people"),
            Column("buyers", _("Of them bought"), "number"),
            Column("money", _("Money"), "money"),
            Column("each", _("For each person"), "money"),
            Column("share", _("Back within 180 days"), "share"),
            Column("low", _("At least"), "share"),
            Column("high", _("At most"), "share"),
        ),
        tuple(told),
        Chart("bars", "people", "heard"),
        lambda row: (Has("source_channel", "is", row["heard"]),),
    )


def _through(rows: Sequence[Row]) -> Section:
    whole = sum(row["money"] for row in rows)
    told = tuple(
        {
            **row,
            "share": float(row["money"] / whole) if whole else 0.0,
            "change": float((row["money"] - row["before"]) / row["before"]) if row["before"] > 0 else None,
        }
        for row in rows
    )
    return Section(
        "through",
        _("Through what they order"),
        Say(
            _("Most money comes in through %(channel)s: %(share)s in the last twelve months."),
            {"channel": Value(told[0]["channel"], "text"), "share": Value(told[0]["share"], "share")},
        ),
        (
            Column("channel", _("Channel")),
            Column("people", _("Buyers"), "people"),
            Column("orders", _("Orders"), "number"),
            Column("money", _("Money"), "money"),
            Column("share", _("Share"), "share"),
            Column("change", _("Against the year before"), "change"),
        ),
        told,
        Chart("bars", "money", "channel"),
    )


REPORT = Report(
    name="channels",
    label=_("Channels"),
    question=_("What brings customers to us, and through what do they order?"),
    needs=NEEDS,
    theme="places",
    compute=compute,
    departments=("marketing", "sales"),
    order=44,
)
