"""`habitue insight`: whom to care about, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from habitue.cli.insight_files import COMMANDS, give, named, of_file, show_card
from habitue.cli.session import Session
from habitue.cli.verbs import Verbs, pass_session
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.audiences.alike import Alike
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
@of_file(is_optional=True)
@pass_session
def rfm(session: Session, /, orders: Path | None, out: Path | None, **options: Any) -> None:
    """Customers by recency, frequency and money, and what the best fifth brings: of the workspace, or of a file."""
    if orders is not None:
        from habitue.insights import rfm_of_orders

        give(session, rfm_of_orders.fit(orders, **named(options)), out)
        return
    with session.open() as ws:
        report = ws.insights.rfm()
    session.give(report, lambda: _rfm(session, report))


@insight.command("at-risk")
@click.option("--offset", default=0, help="How many to pass over.")
@click.option("--limit", default=20, show_default=True, help="How many to show.")
@pass_session
def at_risk(session: Session, offset: int, limit: int) -> None:
    """Valuable customers of the group at risk, who spent most in their last year first."""
    with session.open() as ws:
        found = ws.insights.people_at_risk(offset=offset, limit=limit)
    headings = [
        _("Id"), _("Name"), _("E-mail"), _("Days with a purchase"), _("Last purchase"), _("Days silent"),
        _("Usual pause"), _("Spent in their last year"),
    ]  # fmt: skip
    rows = [
        (each.profile_id, each.name, each.email, each.purchases, each.last_on, each.silence_days,
         round(each.rhythm_days), session.money(each.yearly_money))
        for each in found
    ]  # fmt: skip
    session.give(found, lambda: session.table(headings, rows))


@insight.command("lookalike")
@click.argument("wanted", metavar="AUDIENCE")
@click.option("--top", default=1_000, show_default=True, type=click.IntRange(1, 100_000), help="How many to find.")
@click.option("--name", help="Keep them as an audience of this name.")
@pass_session
def lookalike(session: Session, wanted: str, top: int, name: str | None) -> None:
    """The people who are most like those of an audience but not in it, with the error on people not seen before."""
    from habitue.cli.audiences import find
    from habitue.insights.scores import card_data

    with session.open() as ws:
        audience = find(ws, wanted)
        found = ws.audiences.find_alike(audience.audience_id, wanted=top)
        made = ws.audiences.create(name, found.rule) if name and found.people else None
    data = {
        "audience": audience.name, "people": found.people, "card": card_data(found.card, session.text),
        "audience_made": None if made is None else made.audience_id,
    }  # fmt: skip
    session.give(data, lambda: _alike(session, found, (made is not None and name) or ""))


def _alike(session: Session, found: Alike, name: str) -> None:
    show_card(session, found.card)
    for sentence in (*found.card.sentences, *found.card.details):
        session.out.print(f"- {sentence.text(session.text)}")
    if found.people:
        session.say(_("%(people)s people were found."), people=session.cell(found.people))
    if name:
        session.say(_("They are kept as the audience “%(name)s”."), name=name)


@insight.command("refresh")
@click.argument("names", nargs=-1, metavar="[INSIGHT]...")
@pass_session
def refresh(session: Session, names: tuple[str, ...]) -> None:
    """Learn insights anew, those that are due or the named ones; Ctrl+C stops after the one that is being learnt."""
    from habitue.cli.refreshing import refreshed

    with session.open() as ws:
        rows = refreshed(session, ws, names)
    session.give(rows, lambda: _refreshed(session, rows))


def _refreshed(session: Session, rows: list[dict[str, object]]) -> None:
    if not rows:
        session.say(_("Nothing is due: no facts have changed since the insights were learnt."))
        return
    told = [(row["label"], row["seconds"], row["shown"], "; ".join(map(str, row["drift"]))) for row in rows]  # type: ignore[call-overload]  # a list of texts
    session.table([_("Insight"), _("Seconds"), _("Shown as a score"), _("Drift")], told)


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
            (_("Spent in their last year by those at risk"), session.money(report.money_at_risk, report.currency)),
        ]
    )
