"""What attracts new customers, and what brings them back: articles of the first purchase and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import ibis
import ibis.expr.types as ir

from habitue.insights.orders import purchases
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.cohorts import second_purchases
from habitue.insights.reports.intervals import smoothed, wilson
from habitue.insights.reports.shape import Chart, Column, Did, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import lines
from habitue.kernel.text import gettext_noop as _

NEEDS = _("Import orders with their articles: a product name or number, and a category where you have one.")
SPAN_DAYS = 180
SHOWN = 15
LEAST = 10
Level = Literal["category", "product"]


def firsts(sold: ir.Table, buyers: ir.Table, *, level: Level, today: date) -> ir.Table:
    """Articles or categories of first purchases (item, people, eligible, back), most people first.

    `eligible` are those whose first purchase is long enough ago, `back` those of them who came back in time.
    """
    told = sold.filter(sold[level].notnull()).select("profile_id", "on", item=sold[level])
    first = told.inner_join(buyers, "profile_id")
    first = first.filter(first["on"] == first.first_on)
    one = first.select("profile_id", "item", "first_on", "wait_days").distinct()
    had_time = one.first_on <= ibis.literal(today - timedelta(days=SPAN_DAYS), type="date")
    counted = one.group_by("item").aggregate(
        people=one.count(),
        eligible=had_time.sum(),
        back=(had_time & (one.wait_days <= SPAN_DAYS)).fill_null(False).sum(),
    )
    return counted.order_by([ibis.desc("people", nulls_first=False), ibis.asc("item", nulls_first=False)])


def compute(m: Material) -> Outcome:
    """By category where categories are known, and by article."""
    sold = m.keep(lines(m.events, timezone=m.timezone, currency=m.currency))
    bought = purchases(m.events, timezone=m.timezone)
    buyers = m.keep(second_purchases(bought.filter(bought["on"] <= m.today)))
    sections, says = [], None
    for level in ("category", "product"):
        rows = _rated(m.rows(firsts(sold, buyers, level=level, today=m.today).limit(500)), _whole(m, buyers))
        if not rows:
            continue
        says = says or Say(
            _("Most new customers begin with “%(item)s”: %(people)s people."),
            {"item": Value(rows[0]["item"], "text"), "people": Value(rows[0]["people"], "people")},
        )
        sections += [_attract(level, rows), *_back(level, rows)]
    return Outcome(says, tuple(sections)) if says else Outcome(Say(NEEDS))


def _whole(m: Material, buyers: ir.Table) -> float:
    had_time = buyers.first_on <= ibis.literal(m.today - timedelta(days=SPAN_DAYS), type="date")
    back = (had_time & (buyers.wait_days <= SPAN_DAYS)).fill_null(False)
    told = m.rows(buyers.aggregate(of=had_time.sum(), back=back.sum()))[0]
    return (told["back"] or 0) / told["of"] if told["of"] else 0.0


def _rated(rows: Sequence[Row], whole: float) -> list[Row]:
    made: list[Row] = []
    for row in rows:
        low, high = wilson(row["back"], row["eligible"])
        rate = {"share": row["back"] / row["eligible"], "low": low, "high": high} if row["eligible"] else {}
        likely = smoothed(row["back"], row["eligible"], whole=whole)
        made.append({"share": None, "low": None, "high": None, **row, **rate, "smoothed": likely})
    return made


def _attract(level: Level, rows: Sequence[Row]) -> Section:
    title = _("Categories that new customers begin with") if level == "category" else _(
        "Articles that new customers begin with"
    )  # fmt: skip
    best = max((row for row in rows if row["eligible"] >= LEAST), key=lambda row: row["smoothed"], default=rows[0])
    return Section(
        f"first_{level}",
        title,
        Say(_("“%(item)s” stands in most first purchases."), {"item": Value(rows[0]["item"], "text")})
        if best is rows[0]
        else Say(
            _("“%(first)s” brings most new customers; those who begin with “%(best)s” come back most."),
            {"first": Value(rows[0]["item"], "text"), "best": Value(best["item"], "text")},
        ),
        _columns(level),
        tuple(rows[:SHOWN]),
        Chart("bars", "people", "item"),
        lambda row: (Did("Order Completed", ((f"products.{_PROPERTY[level]}", "is", row["item"]),)),),
        Say(_("The list behind a row are all who ever bought it, not only those who began with it.")),
    )


def _back(level: Level, rows: Sequence[Row]) -> list[Section]:
    known = [row for row in rows if row["eligible"] >= LEAST]
    if len(known) < 2:
        return []
    ranked = sorted(known, key=lambda row: (-row["smoothed"], row["item"]))
    best, worst = ranked[0], ranked[-1]
    # The best and the worst of many are far apart by chance alone, so both intervals are widened.
    least = wilson(best["back"], best["eligible"], tests=len(known))[0]
    differs = least > wilson(worst["back"], worst["eligible"], tests=len(known))[1]
    text = (
        _("Beginning with “%(best)s” brings back %(high)s within 180 days, “%(worst)s” only %(low)s.")
        if differs
        else _("The difference between “%(best)s” (%(high)s) and “%(worst)s” (%(low)s) may be chance.")
    )
    return [
        Section(
            f"back_{level}",
            _("Which categories bring them back") if level == "category" else _("Which articles bring them back"),
            Say(
                text,
                {
                    "best": Value(best["item"], "text"),
                    "high": Value(best["share"], "share"),
                    "worst": Value(worst["item"], "text"),
                    "low": Value(worst["share"], "share"),
                },
            ),
            _columns(level),
            tuple(ranked[:SHOWN]),
            Chart("bars", "share", "item", low="low", high="high"),
            note=Say(
                _("Sorted by the share pulled towards that of all, so that few cases do not come first by chance.")
            ),
        )
    ]


def _columns(level: Level) -> tuple[Column, ...]:
    return (
        Column("item", _("Category") if level == "category" else _("Article")),
        Column("people", _("New customers"), "people"),
        Column("eligible", _("Of them long enough ago"), "number"),
        Column("share", _("Back within 180 days"), "share"),
        Column("low", _("At least"), "share"),
        Column("high", _("At most"), "share"),
    )


_PROPERTY = {"category": "category", "product": "name"}
REPORT = Report(
    name="first_products",
    label=_("What attracts new customers"),
    question=_("What do new customers buy first, and what brings them back?"),
    needs=NEEDS,
    theme="products",
    compute=compute,
    departments=("marketing",),
    order=30,
)
