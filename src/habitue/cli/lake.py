"""`habitue sql` and `habitue lake`: the tables for analysts, asked and written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from habitue.cli.session import Session
from habitue.cli.verbs import Verb, Verbs, pass_session
from habitue.kernel.text import gettext_noop as _

NARROWEST = 10
"""Letters that a column needs at least when several stand side by side."""

if TYPE_CHECKING:
    from habitue.activation.console.run import Answer
    from habitue.activation.console.snapshot import Snapshot


@click.command("sql", cls=Verb)
@click.argument("query", metavar="QUERY", required=False, default="")
@click.option("--saved", metavar="NAME", default="", help="Ask the query that was saved under this name.")
@click.option("--save", metavar="NAME", default="", help="Save the query under this name, too.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Rows to show.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write all rows into this CSV file.")
@pass_session
def sql(session: Session, query: str, saved: str, save: str, limit: int, out: Path | None) -> None:
    """Ask the tables in SQL; nothing is changed.

    A file holds neither names nor contact data: lists of people are made with `habitue export`, for a purpose.
    """
    if bool(query) == bool(saved):
        raise click.UsageError("Give either a query or --saved with the name of one.")
    with session.open() as ws:
        query = query or ws.lake.saved(saved).query
        if save:
            ws.lake.save_query(save, query)
        if out is not None:
            made = ws.lake.download(query)
            out.write_bytes(made.content)
            session.give({"file": str(out), "rows": made.rows}, lambda: None)
            session.say(_("%(rows)s rows written to %(file)s"), rows=session.cell(made.rows), file=out)
            return
        answer = ws.lake.answer(query, limit=limit)
    session.give(
        {"columns": answer.columns, "rows": answer.rows, "is_cut": answer.is_cut}, lambda: _show(session, answer)
    )


def _show(session: Session, answer: Answer) -> None:
    if _is_wide(answer, session):
        for number, row in enumerate(answer.rows, 1):
            session.out.print(session.text(_("Row %(number)s")) % {"number": number}, style="bold")
            session.facts(zip(answer.columns, row, strict=True))
    else:
        session.table(answer.columns, answer.rows)
    if answer.is_cut:
        session.out.print(session.text(_("There are more rows; --limit shows more, --out writes all.")), style="dim")


def _is_wide(answer: Answer, session: Session) -> bool:
    """Whether a table of the answer would leave its columns too few letters to be read."""
    width = session.out.width
    if len(answer.columns) * NARROWEST <= width:
        return False
    needed = [
        max([len(name), *(len(session.cell(row[place])) for row in answer.rows)])
        for place, name in enumerate(answer.columns)
    ]
    return sum(needed) + len(needed) - 1 > width


@click.group("lake", cls=Verbs)
def lake() -> None:
    """The tables for analysts."""


@lake.command("tables")
@pass_session
def tables(session: Session) -> None:
    """Which tables there are, with their columns."""
    from habitue.activation.console.offers import listed, offers

    with session.open() as ws:
        offered = offers(ws.context)
        found = listed(ws.context, offered, is_masked=False)
    data = [{"name": table.name, "columns": table.columns, "left_out": table.left_out} for table in found]
    rows = [(table.name, len(table.columns), ", ".join(c.name for c in table.columns[:12])) for table in found]
    session.give(
        {"tables": data, "events_left_out": offered.events_left_out},
        lambda: session.table([_("Table"), _("Columns"), _("The first of them")], rows),
    )


@lake.command("queries")
@pass_session
def queries(session: Session) -> None:
    """The saved queries."""
    with session.open() as ws:
        found = ws.lake.queries()
    data = [{"name": each.name, "folder": each.folder, "query": each.query} for each in found]
    rows = [(each.folder, each.name, " ".join(each.query.split())) for each in found]
    session.give({"queries": data}, lambda: session.table([_("Folder"), _("Name"), _("Query")], rows))


@lake.command("write")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option("--purpose", default="", help="What names and contact data are needed for in another folder.")
@pass_session
def write(session: Session, folder: Path | None, purpose: str) -> None:
    """Write every table as one Parquet file, into `warehouse` of the workspace or another folder.

    In another folder names and contact data are hidden unless a purpose is given.
    """
    with session.open() as ws:
        ws.refresh()
        made = ws.lake.snapshot(folder, purpose=purpose)
    session.give(
        {"folder": str(made.folder), "tables": made.tables, "failed": made.failed}, lambda: _written(session, made)
    )


def _written(session: Session, made: Snapshot) -> None:
    session.table([_("Table"), _("Rows")], made.tables)
    session.say(_("Written: %(file)s"), file=made.folder)
    if made.failed:
        session.say(_("Not written, for the engine could not read them: %(tables)s"), tables=", ".join(made.failed))
