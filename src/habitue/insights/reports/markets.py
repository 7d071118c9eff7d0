"""Markets: every country's customers and money, and how it grows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from habitue.insights.days import minus_months
from habitue.insights.orders import MONEY
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.cross import money_of
from habitue.insights.reports.shape import Chart, Column, Did, Has, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import orders_told
from habitue.kernel.text import gettext_noop as _

NEEDS = _("Import orders, and addresses of the customers with their country.")


def by_country(placed: ir.Table, people: ir.Table, *, since: date, until: date) -> ir.Table:
    """Orders by country of the buyer (country, people, orders, money, before), `before` being the twelve months before.

    Most money first; people of unknown country are left out.
    """
    told = placed.inner_join(people.filter(people.country.notnull()).select("profile_id", "country"), "profile_id")
    is_now = (told["on"] >= since) & (told["on"] <= until)
    earlier = (told["on"] >= minus_months(since, 12)) & (told["on"] <= since - timedelta(days=1))
    counted = told.group_by("country").aggregate(
        people=told.profile_id.nunique(where=is_now),
        orders=is_now.sum(),
        money=told.money.sum(where=is_now).fill_null(0).cast(MONEY),
        before=told.money.sum(where=earlier).fill_null(0).cast(MONEY),
    )
    order = [ibis.desc("money", nulls_first=False), ibis.asc("country", nulls_first=False)]
    return counted.filter(counted.orders > 0).order_by(order)


def compute(m: Material) -> Outcome:
    """Countries by money, with the change against the year before."""
    since, until = m.year
    placed = orders_told(m.events, timezone=m.timezone, currency=m.currency)
    rows = m.rows(by_country(placed, m.people, since=since, until=until))
    if not rows:
        return Outcome(Say(NEEDS))
    whole = money_of(rows)
    has_before = bool(m.rows(placed.aggregate(first=placed["on"].min()))[0]["first"] <= minus_months(since, 12))
    told = [_told(row, float(whole), has_before) for row in rows]
    says = Say(
        _("%(country)s brings %(share)s of the money of the last twelve months."),
        {"country": Value(told[0]["country"], "country"), "share": Value(told[0]["share"], "share")},
    )
    return Outcome(says, (_section(m, told),))


def _told(row: Row, whole: float, has_before: bool) -> Row:
    change = float((row["money"] - row["before"]) / row["before"]) if has_before and row["before"] > 0 else None
    share = float(row["money"]) / whole if whole else 0.0
    return {**row, "share": share, "each": row["money"] / row["orders"], "change": change}


def _section(m: Material, rows: Sequence[Row]) -> Section:
    since, until = m.year
    growing = max(
        (row for row in rows if row["change"] is not None and row["people"] >= 10),
        key=lambda row: row["change"],
        default=None,
    )
    says = Say(_("There is no year before to compare with."))
    if growing is not None:
        says = Say(
            _("%(country)s changed best against the year before: %(change)s."),
            {"country": Value(growing["country"], "country"), "change": Value(growing["change"], "change")},
        )
    return Section(
        "countries",
        _("Countries"),
        says,
        (
            Column("country", _("Country"), "country"),
            Column("people", _("Buyers"), "people"),
            Column("orders", _("Orders"), "number"),
            Column("money", _("Money"), "money"),
            Column("share", _("Share"), "share"),
            Column("each", _("For each order"), "money"),
            Column("change", _("Against the year before"), "change"),
        ),
        tuple(rows),
        Chart("bars", "money", "country"),
        lambda row: (Has("country", "is", row["country"]), Did("Order Completed", (), since, until)),
        Say(_("Orders of the last twelve months; refunds are not subtracted.")),
    )


REPORT = Report(
    name="markets",
    label=_("Markets"),
    question=_("In which countries do we sell, and where does it grow?"),
    needs=NEEDS,
    theme="places",
    compute=compute,
    departments=("sales", "marketing"),
    order=43,
)
