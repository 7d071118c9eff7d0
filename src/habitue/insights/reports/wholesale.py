"""Wholesale: what which industry and size of company buys, and where; and how much hangs on a single customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis.expr.types as ir

from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.cross import against_usual, by_two, money_of, told, totals
from habitue.insights.reports.places import CELLS, MOST_ITEMS, READ, sold_to
from habitue.insights.reports.shape import Chart, Column, Has, Outcome, Row, Say, Section, Value
from habitue.insights.reports.who import SIZES
from habitue.kernel.text import gettext_noop as _

NEEDS = _("Import orders whose buyers have a company; with industry and employees you see who buys what.")
GIANT = 0.3
MOST = 12


def compute(m: Material) -> Outcome:
    """Companies by money, industries and sizes by what they buy, and where."""
    everything = sold_to(m)
    facts = m.keep(everything.filter(everything.company_name.notnull()))
    firms = m.rows(totals(facts, "company_name"))
    whole = money_of(firms)
    if not firms or whole <= 0:
        return Outcome(Say(NEEDS))
    share = float(firms[0]["money"] / whole)
    says = Say(
        _("%(count)s companies bought for %(money)s in the last twelve months."),
        {"count": Value(len(firms)), "money": Value(whole, "money")},
    )
    warnings = []
    if share > GIANT:
        text = _(
            "%(firm)s alone brings %(share)s of it: averages of companies say little here, and losing it would hurt."
        )
        values = {"firm": Value(firms[0]["company_name"], "text"), "share": Value(share, "share")}
        warnings.append(Say(text, values))
    items = [row["item"] for row in m.rows(totals(facts, "item").limit(MOST_ITEMS))]
    shown = facts.filter(facts["item"].isin(items))
    sections = [_firms(firms, share), *_crossed(m, shown)]
    if len(sections) == 1:
        warnings.append(Say(_("Industry and number of employees are not known: import companies with them.")))
    return Outcome(says, tuple(sections), tuple(warnings))


def _firms(firms: Sequence[Row], share: float) -> Section:
    return Section(
        "companies",
        _("The companies that bring most"),
        Say(
            _("%(firm)s comes first with %(share)s of the money."),
            {"firm": Value(firms[0]["company_name"], "text"), "share": Value(share, "share")},
        ),
        (
            Column("company_name", _("Company")),
            Column("people", _("Buyers"), "people"),
            Column("money", _("Money"), "money"),
        ),
        tuple(firms[:MOST]),
        Chart("bars", "money", "company_name"),
        lambda row: (Has("company_name", "is", row["company_name"]),),
    )


def _crossed(m: Material, facts: ir.Table) -> list[Section]:
    made = []
    for column, label, title, choices in (
        ("industry", _("Industry"), _("What which industry buys"), {}),
        ("size", _("Size"), _("What companies of which size buy"), SIZES),
    ):
        rows = against_usual(m.rows(by_two(facts, column, "item")), column, "item")
        if len({row[column] for row in rows}) > 1:
            made.append(_section(column, label, title, choices, rows))
    places = against_usual(m.rows(by_two(facts, "industry", "place")), "industry", "place")
    if len({row["industry"] for row in places}) > 1:
        made.append(_where(places[:MOST]))
    return made


def _section(column: str, label: str, title: str, choices: Mapping[str, str], rows: Sequence[Row]) -> Section:
    named = Column(column, label, "choice", choices) if choices else Column(column, label)
    return Section(
        f"{column}_items",
        title,
        told(
            rows,
            lambda first: Say(
                _("“%(item)s” stands out at %(who)s: %(share)s against %(usual)s."),
                {
                    "item": Value(first["item"], "text"),
                    "who": Value(choices.get(first[column], first[column]), "choice" if choices else "text"),
                    "share": Value(first["share"], "share"),
                    "usual": Value(first["usual"], "share"),
                },
            ),
        ),
        (named, *CELLS),
        tuple(rows),
        Chart("heat", "item", column, shade="more"),
        note=READ,
    )


def _where(rows: Sequence[Row]) -> Section:
    return Section(
        "industry_places",
        _("Where which industry is at home"),
        told(
            rows,
            lambda first: Say(
                _("%(industry)s stands out in %(place)s."),
                {"industry": Value(first["industry"], "text"), "place": Value(first["place"], "text")},
            ),
        ),
        (
            Column("industry", _("Industry")),
            Column("place", _("Place")),
            Column("people", _("Buyers"), "people"),
            Column("money", _("Money"), "money"),
            Column("more", _("Points above usual"), "points"),
        ),
        tuple(rows),
        note=READ,
    )


REPORT = Report(
    name="wholesale",
    label=_("Companies: who buys what, where"),
    question=_("Which industries and sizes of companies buy what?"),
    needs=NEEDS,
    theme="places",
    compute=compute,
    departments=("sales",),
    order=41,
)
