"""The customer base at a glance: who the customers are now, and what the best fifth brings."""

from __future__ import annotations

from decimal import Decimal

from habitue.insights.groups import GROUPS
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.shape import Chart, Column, Computed, Outcome, Row, Say, Section, Value
from habitue.insights.summary import pareto, rfm_summary, top_count
from habitue.kernel.text import gettext_noop as _

FEW = 30
NEEDS = _("Import a file with orders or receipts: with a date, an amount, and who bought.")
GROUP_NAMES = {code: group.label for code, group in GROUPS.items()}


def compute(m: Material) -> Outcome:
    """Groups with people and money, and the curve of money over people."""
    table = m.rfm(m.now)
    found = {row["rfm_group"]: row for row in m.rows(rfm_summary(table))}
    people = sum(row["people"] for row in found.values())
    if not people:
        return Outcome(Say(NEEDS))
    money = sum((max(row["money"], Decimal(0)) for row in found.values()), Decimal(0))
    curve = m.rows(pareto(table))
    top = next(row for row in curve if row["rank"] == top_count(people))
    share = float(top["money"] / top["total_money"]) if top["total_money"] else 0.0
    says = Say(
        _("%(people)s customers brought %(money)s; the top 20%% of them brought %(share)s of it."),
        {"people": Value(people, "people"), "money": Value(money, "money"), "share": Value(share, "share")},
    )
    few = Say(_("So few customers have bought that groups and shares are only a first hint."))
    return Outcome(says, (_groups(m, found, people, money), _curve(curve)), (few,) if people < FEW else ())


def _groups(m: Material, found: dict[str, Row], people: int, money: Decimal) -> Section:
    rows: tuple[Row, ...] = tuple(
        {
            "group": code,
            "people": found[code]["people"] if code in found else 0,
            "people_share": found[code]["people"] / people if code in found else 0.0,
            "money": found[code]["money"] if code in found else Decimal(0),
            "money_share": float(found[code]["money"] / money) if code in found and money else 0.0,
        }
        for code in GROUPS
    )
    most = max(rows, key=lambda row: row["money"])
    return Section(
        "groups",
        _("The groups"),
        Say(
            _("“%(group)s” bring the most: %(share)s of the money."),
            {"group": Value(GROUP_NAMES[most["group"]], "choice"), "share": Value(most["money_share"], "share")},
        ),
        (
            Column("group", _("Group"), "choice", GROUP_NAMES),
            Column("people", _("People"), "people"),
            Column("people_share", _("Share of people"), "share"),
            Column("money", _("Money"), "money"),
            Column("money_share", _("Share of the money"), "share"),
        ),
        rows,
        Chart("bars", "money", "group"),
        None if m.is_past else lambda row: (Computed("rfm", "rfm_group", row["group"]),),
    )


def _curve(curve: list[Row]) -> Section:
    people, total = curve[-1]["people"], curve[-1]["total_money"]
    wanted = {max(1, -(-people * tenth // 10)) for tenth in range(1, 11)}
    rows = tuple(
        {
            "best": row["rank"] / people,
            "customers": row["rank"],
            "money": row["money"],
            "share": float(row["money"] / total) if total else 0.0,
        }
        for row in curve
        if row["rank"] in wanted or people < 10
    )
    return Section(
        "pareto",
        _("What the best customers bring"),
        Say(
            _("Half of the money comes from the best %(share)s of the customers."),
            {"share": Value(_half(curve), "share")},
        ),
        (
            Column("best", _("Best customers"), "share"),
            Column("customers", _("People"), "number"),
            Column("money", _("Money"), "money"),
            Column("share", _("Share of the money"), "share"),
        ),
        rows,
        Chart("columns", "best", "share"),
        note=Say(_("Customers from the one who spent most to the one who spent least, from left to right.")),
    )


def _half(curve: list[Row]) -> float:
    people, total = curve[-1]["people"], curve[-1]["total_money"]
    return next((row["rank"] / people for row in curve if row["money"] * 2 >= total), 1.0)


REPORT = Report(
    name="glance",
    label=_("Customers at a glance"),
    question=_("Who are my customers, and who brings the money?"),
    needs=NEEDS,
    theme="customers",
    compute=compute,
    departments=("marketing", "sales"),
    order=10,
)
