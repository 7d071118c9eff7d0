"""`habitue init`: make a workspace."""

from __future__ import annotations

from pathlib import Path

import click

from habitue.cli.session import Session, environment
from habitue.cli.verbs import Verb, pass_session
from habitue.kernel.text import gettext_noop as _


@click.command("init", cls=Verb)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", default="My customers", help="What the workspace is called.")
@click.option("--country", default="DE", help="Country of most customers, two letters.")
@click.option("--currency", default="EUR", help="Currency of reports, three letters.")
@click.option("--timezone", default="Europe/Berlin", help="Time zone of days and reports.")
@pass_session
def init(session: Session, folder: Path, name: str, country: str, currency: str, timezone: str) -> None:
    """Make a workspace in a new or empty folder."""
    from habitue.kernel import config
    from habitue.workspace import create_workspace

    wanted = {"name": name, "country": country.upper(), "currency": currency.upper(), "timezone": timezone}
    settings = config.parse({"workspace": wanted}).workspace
    with create_workspace(folder, workspace=settings, environ=environment()) as ws:
        made = {"folder": str(ws.folder), **wanted}
    session.give(made, lambda: _welcome(session, folder))


def _welcome(session: Session, folder: Path) -> None:
    session.say(_("The workspace is ready in %(folder)s."), folder=folder)
    session.say(_("Bring your first file in: habitue import customers.csv --workspace %(folder)s"), folder=folder)
    session.say(_("Open the pages: habitue serve --workspace %(folder)s"), folder=folder)
