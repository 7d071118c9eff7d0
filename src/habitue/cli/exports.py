"""`habitue export`: an audience as a file, for a stated purpose."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from habitue.cli import texts
from habitue.cli.audiences import find
from habitue.cli.session import Session
from habitue.cli.verbs import Verb, pass_session
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.activation.exports import Export

TARGETS = ("xlsx", "csv", "csv_german_excel", "csv_newsletter")


@click.command("export", cls=Verb)
@click.argument("audience", metavar="AUDIENCE")
@click.option("--purpose", required=True, help="What the list is for, such as newsletter; it decides who is left out.")
@click.option("--target", type=click.Choice(TARGETS), default="xlsx", show_default=True, help="Kind of file.")
@click.option("--columns", default="", metavar="A,B,C", help="Fields such as name,email,rfm.rfm_group.")
@click.option("--output", type=click.Path(path_type=Path), help="File or folder to copy the list to.")
@pass_session
def export(session: Session, audience: str, purpose: str, target: str, columns: str, output: Path | None) -> None:
    """Write the people of an audience whom the purpose allows to a file.

    Those without a lawful basis are left out and counted. Every export stands in the ledger.
    """
    from habitue.activation.columns import DEFAULT_COLUMNS

    wanted = [name.strip() for name in columns.split(",") if name.strip()] or list(DEFAULT_COLUMNS)
    with session.open() as ws:
        made = ws.exports.run(
            audience_id=find(ws, audience).audience_id,
            purpose=purpose,
            columns=wanted,
            target=target,
            translate=lambda message: texts.text(session.language, message),
        )
        path = ws.exports.path(made.export_id)
    file = Path(shutil.copy(path, output)) if output else path
    session.give({"export": made, "file": str(file)}, lambda: _show(session, made, file))


def _show(session: Session, made: Export, file: Path) -> None:
    session.say(_("%(people)s people written to %(file)s"), people=session.cell(made.people), file=file)
    for group in made.left_out:
        reason = session.text(group.message)
        session.say(_("Left out: %(people)s %(reason)s"), people=session.cell(group.people), reason=reason)
