"""`habitue report`: a question of the business, answered by a sentence and its tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from habitue.cli.session import Session
from habitue.cli.verbs import Verb, pass_session
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.insights.reports.shape import Outcome
    from habitue.web.reports.writing import Writer


@click.command("report", cls=Verb)
@click.argument("name", metavar="[NAME]", default="")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the tables into this CSV file.")
@pass_session
def report(session: Session, name: str, out: Path | None) -> None:
    """What a report says; without a name, which reports there are."""
    if not name:
        _listing(session)
        return
    with session.open() as ws:
        outcome = ws.reports.get(name)
    writer = _writer(session)
    if out is not None:
        _write(out, outcome, writer)
        session.say(_("Written: %(file)s"), file=out)
        if not session.as_json:
            return
    from habitue.web.reports.writing import plain

    session.give(plain(writer, outcome), lambda: _show(session, outcome, writer))


def _listing(session: Session) -> None:
    from habitue.insights.reports.catalogue import reports

    found = [
        {"name": each.name, "label": session.text(each.label), "question": session.text(each.question)}
        for each in reports().values()
    ]
    rows = [(each["name"], each["label"], each["question"]) for each in found]
    session.give(found, lambda: session.table([_("Report"), _("Name"), _("Question")], rows))


def _writer(session: Session) -> Writer:
    from habitue.web import formats
    from habitue.web.reports.writing import Writer

    locale = formats.locale_for(session.language, session.country)
    return Writer(lambda text: session.text(text), locale, session.currency, session.timezone)


def _show(session: Session, outcome: Outcome, writer: Writer) -> None:
    session.out.print(writer.say(outcome.says), style="bold")
    for warning in outcome.warnings:
        session.out.print(writer.say(warning))
    for section in outcome.sections:
        session.out.print()
        session.out.print(f"{writer.translate(section.title)}: {writer.say(section.says)}")
        rows = [[writer.cell(row, column) for column in section.columns] for row in section.rows]
        session.table([column.label for column in section.columns], rows)
        if section.note:
            session.out.print(writer.say(section.note), style="dim")


def _write(path: Path, outcome: Outcome, writer: Writer) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(_rows(outcome, writer))


def _rows(outcome: Outcome, writer: Writer) -> Iterator[list[str]]:
    """Every table of the report, each below its title, with an empty line between."""
    from habitue.activation.safe_cells import csv_text
    from habitue.web.reports.writing import plain_rows

    for number, section in enumerate(outcome.sections):
        if number:
            yield []
        yield [csv_text(writer.translate(section.title))]
        for row in plain_rows(writer, section):
            yield [csv_text(cell) for cell in row]
