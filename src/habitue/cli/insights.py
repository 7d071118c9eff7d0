"""`habitue insight`: whom to care about, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from habitue.cli.insight_files import COMMANDS
from habitue.cli.session import Session
from habitue.cli.verbs import Verbs, pass_session
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.insights.report import RfmReport


@click.group(cls=Verbs)
def insight() -> None:
    """Whom to care about, and why."""


for command in COMMANDS:
    insight.add_command(command)


@insight.command("list")
@pass_session
def listing(session: Session) -> None:
    """Every insight with the question that it answers."""
    from habitue.insights.catalogue import insights

    found = [
        {"name": each.name, "label": session.text(each.label), "question": session.text(each.question),
         "fields": [{"name": field.name, "kind": field.kind, "label": session.text(field.label)}
                    for field in each.fields]}
        for each in insights().values()
    ]  # fmt: skip
    rows = [(each["name"], each["label"], each["question"]) for each in found]
    session.give(found, lambda: session.table([_("Insight"), _("Name"), _("Question")], rows))


@insight.command("rfm")
@pass_session
def rfm(session: Session) -> None:
    """Customers by recency, frequency and money, and what the best fifth brings."""
    with session.open() as ws:
        report = ws.insights.rfm()
    session.give(report, lambda: _rfm(session, report))


@insight.command("at-risk")
@click.option("--offset", default=0, help="How many to pass over.")
@click.option("--limit", default=20, show_default=True, help="How many to show.")
@pass_session
def at_risk(session: Session, offset: int, limit: int) -> None:
    """Valuable customers who are overdue against their own rhythm, most money first."""
    with session.open() as ws:
        found = ws.insights.people_at_risk(offset=offset, limit=limit)
    headings = [
        _("Id"), _("Name"), _("E-mail"), _("Purchases"), _("Last purchase"), _("Days silent"), _("Usual pause"),
        _("Money in a year"),
    ]  # fmt: skip
    rows = [
        (each.profile_id, each.name, each.email, each.purchases, each.last_on, each.silence_days,
         round(each.rhythm_days), session.money(each.money_in_danger))
        for each in found
    ]  # fmt: skip
    session.give(found, lambda: session.table(headings, rows))


def _rfm(session: Session, report: RfmReport) -> None:
    session.table(
        [_("Customer group"), _("People"), _("Money"), _("Meaning")],
        [
            (session.text(each.group.label), each.people, session.money(each.money, report.currency),
             session.text(each.group.definition))
            for each in report.groups
        ],
    )  # fmt: skip
    session.facts(
        [
            (_("Customers"), report.people),
            (_("Money"), session.money(report.money, report.currency)),
            (_("The best fifth"), report.pareto.people),
            (_("Their share of the money"), session.percent(report.pareto.share)),
            (_("Valuable customers at risk"), report.at_risk),
            (_("Money in danger"), session.money(report.money_in_danger, report.currency)),
        ]
    )
