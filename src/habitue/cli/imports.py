"""`habitue import`, `habitue imports`, `habitue undo`: bring files in, and take them back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from habitue.cli import texts
from habitue.cli.importing import Stoppable, chosen_mapping
from habitue.cli.importing import outcome as outcome_of
from habitue.cli.session import Session
from habitue.cli.verbs import Verb, Verbs, pass_session
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.collect.imports import Import
    from habitue.quality.importing import Preview
    from habitue.quality.rehearsal import Rehearsed
    from habitue.web.set_aside import SetAside

NO_CUSTOMER = "no_customer"
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import", cls=Verb)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
@click.option("--source", default="", help="Name of the source; else taken from the name of the file.")
@click.option("--map", "wishes", multiple=True, metavar='"HEADING=TARGET"', help="What a column becomes; may repeat.")
@click.option("--dry-run", is_flag=True, help="Show how the files would be read; store nothing.")
@pass_session
def import_files(session: Session, files: Sequence[Path], source: str, wishes: Sequence[str], dry_run: bool) -> None:
    """Bring files in: CSV, TSV, XLSX, ODS, JSON Lines or Parquet.

    Columns are recognised by heading and content; --map "Kundennr.=person.customer_number" decides one,
    --map "Kundennr.=" leaves it out. The same file again changes nothing.
    """
    with session.open() as ws:
        if dry_run:
            previews = [
                ws.imports.preview(file, source_name=source, mapping=chosen_mapping(ws, file, source, wishes))
                for file in files
            ]
            would = [ws.imports.rehearse(file, each) for file, each in zip(files, previews, strict=True)]
            data = [{**msgspec.to_builtins(p), "would": w} for p, w in zip(previews, would, strict=True)]
            session.give(data, lambda: _show_previews(session, previews, would))
            return
        with Stoppable(session) as run:
            done = [run.one(ws, file, source, chosen_mapping(ws, file, source, wishes)) for file in files]
        ws.refresh()
        session.give(done, lambda: _show_outcomes(session, done))
    if run.is_stopped:
        click.get_current_context().exit(130)
    if any("error" in outcome for outcome in done):
        click.get_current_context().exit(1)


@click.command("undo", cls=Verb)
@click.argument("import_id", metavar="IMPORT")
@pass_session
def undo(session: Session, import_id: str) -> None:
    """Take an import back, as if it had never happened."""
    with session.open() as ws:
        ws.imports.undo(import_id)
        item = ws.imports.get(import_id)
    session.give(item, lambda: session.say(_("The import of %(name)s is undone."), name=item.file_name))


@click.group(cls=Verbs)
def imports() -> None:
    """What was brought in, and what was set aside."""


@imports.command("list")
@click.option("--limit", default=50, show_default=True, help="How many to show.")
@pass_session
def listing(session: Session, limit: int) -> None:
    """Imports, newest first."""
    from habitue.web.set_aside import told_apart

    with session.open() as ws:
        found = ws.imports.listing(limit=limit)
        with ws.register.read() as conn:
            aside = [told_apart(conn, item) for item in found]
    headings = [
        _("Import"), _("File"), _("Source"), _("State"), _("Rows read"), _("Taken"), _("Set aside"),
        _("Without a customer"), _("New people"), _("Started"),
    ]  # fmt: skip
    rows = [
        (item.import_id, item.file_name, item.source_id, session.text(STATES[item.state]), item.rows_read,
         item.rows_taken, of.to_mend, of.without_customer, item.people_new, item.started_at)
        for item, of in zip(found, aside, strict=True)
    ]  # fmt: skip
    session.give(found, lambda: session.table(headings, rows))


@imports.command("show")
@click.argument("import_id", metavar="IMPORT")
@pass_session
def show(session: Session, import_id: str) -> None:
    """One import with its figures and the reasons for rows set aside."""
    with session.open() as ws:
        outcome = outcome_of(ws, ws.imports.get(import_id))
    session.give(outcome, lambda: _show_outcome(session, outcome))


@imports.command("set-aside")
@click.argument("import_id", metavar="IMPORT")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@pass_session
def set_aside(session: Session, import_id: str, file: Path) -> None:
    """Write the rows set aside to a workbook, to be corrected and imported again."""
    with session.open() as ws:
        file.write_bytes(ws.imports.set_aside_file(import_id, lambda message: texts.text(session.language, message)))
    session.give({"file": str(file)}, lambda: session.say(_("Written to %(file)s."), file=file))


@imports.command("template")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@pass_session
def template(session: Session, file: Path) -> None:
    """Write a workbook with explained headings to start from."""
    language = session.language
    with session.open() as ws:
        file.write_bytes(ws.imports.template(language, lambda message: texts.text(language, message)))
    session.give({"file": str(file)}, lambda: session.say(_("Written to %(file)s."), file=file))


def _show_previews(session: Session, previews: Sequence[Preview], would: Sequence[Rehearsed]) -> None:
    for preview, rehearsed in zip(previews, would, strict=True):
        _show_preview(session, preview)
        _show_rehearsed(session, rehearsed)


def _show_rehearsed(session: Session, would: Rehearsed) -> None:
    nobody = would.reasons.get(NO_CUSTOMER, 0)
    told = _(
        "Of %(rows)s rows %(taken)s would be taken, %(unchanged)s are known already, %(aside)s would be set aside."
    )
    session.say(
        told,
        rows=session.cell(would.rows_read),
        taken=session.cell(would.rows_taken),
        unchanged=session.cell(would.rows_unchanged),
        aside=session.cell(would.rows_set_aside - nobody),
    )
    if nobody:
        session.facts([(_("Records without a customer"), nobody)])
    for code, count in would.reasons.items():
        if code == NO_CUSTOMER:
            continue
        session.say(_("Set aside because of %(code)s: %(count)s"), code=code, count=session.cell(count))
    session.say(_("Nothing was stored."))


def _show_outcomes(session: Session, outcomes: Sequence[dict[str, Any]]) -> None:
    for outcome in outcomes:
        if "import" in outcome:
            _show_outcome(session, outcome)


def _show_preview(session: Session, preview: Preview) -> None:
    session.say(_("%(file)s (%(format)s), source %(source)s"), file=preview.file_name, format=preview.format.kind,
                source=preview.source_name)  # fmt: skip
    session.table(
        [_("Column"), _("Becomes"), _("Problems"), _("Example")],
        [(each.heading, each.target, each.problems, each.example) for each in preview.columns],
    )
    for note in preview.notes:
        session.say(note.message, **note.params)
    for error in preview.errors[:20]:
        told = session.text(error.message, **error.params)
        line = _("Line %(line)s, %(column)s: %(value)s – %(problem)s")
        session.say(line, line=error.line, column=error.column, value=session.cell(error.value), problem=told)


def _show_outcome(session: Session, outcome: dict[str, Any]) -> None:
    item: Import = outcome["import"]
    session.say(_("%(file)s: %(state)s"), file=item.file_name, state=session.text(STATES[item.state]))
    aside: SetAside = outcome["set_aside"]
    told = {"rows_set_aside": aside.to_mend, "without_customer": aside.without_customer}
    session.facts((name, told[field] if field in told else getattr(item, field)) for field, name in FIGURES.items())
    for code, count in outcome["reasons"].items():
        if code != NO_CUSTOMER:
            session.say(_("Set aside because of %(code)s: %(count)s"), code=code, count=count)
    session.say(_("Take it back with: habitue undo %(import_id)s"), import_id=item.import_id)


STATES = {
    "running": _("running"),
    "done": _("done"),
    "cancelled": _("cancelled"),
    "failed": _("failed"),
    "undone": _("undone"),
}
FIGURES = {
    "rows_read": _("Rows read"),
    "rows_taken": _("Rows taken"),
    "rows_unchanged": _("Rows known already"),
    "rows_set_aside": _("Rows set aside"),
    "without_customer": _("Records without a customer"),
    "values_left_out": _("Values left out"),
    "events": _("Events"),
    "people_new": _("New people"),
    "people_updated": _("People updated"),
}
