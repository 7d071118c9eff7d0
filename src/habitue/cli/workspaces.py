"""`habitue init` and `habitue doctor`: make a workspace, and see how it is."""

from __future__ import annotations

import platform
import sqlite3
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING

import click

from habitue.cli.session import Session, environment
from habitue.cli.verbs import Verb, pass_session
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.workspace import Workspace

ENGINES = ("duckdb", "ibis-framework", "pyarrow", "sqlalchemy", "django")


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


@click.command("doctor", cls=Verb)
@pass_session
def doctor(session: Session) -> None:
    """Look whether the workspace is well; ends with 1 when it is not."""
    with session.open() as ws:
        report = _health(ws)
    session.give(report, lambda: session.facts((_NAMES[key], value) for key, value in report.items()))
    if not report["is_well"]:
        click.get_current_context().exit(1)


def _welcome(session: Session, folder: Path) -> None:
    session.say(_("The workspace is ready in %(folder)s."), folder=folder)
    session.say(_("Bring your first file in: habitue import customers.csv --workspace %(folder)s"), folder=folder)
    session.say(_("Open the pages: habitue serve --workspace %(folder)s"), folder=folder)


def _health(ws: Workspace) -> dict[str, object]:
    from habitue.collect import projection
    from habitue.kernel import migrate

    with ws.register.read() as conn:
        done = projection.position(conn)
    backlog = sum(1 for _frame in projection.journal(ws.context).read(done))
    broken = ws.ledger.first_broken()
    known, newest = migrate.version(ws.register), migrate.newest()
    return {
        "habitue": installed("habitue"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: installed(name) for name in ENGINES},
        "folder": str(ws.folder),
        "register": "SQLite" if ws.register.is_sqlite else "PostgreSQL",
        "register_version": known,
        "register_is_newest": known == newest,
        "people": ws.people.count(),
        "ledger_entries": ws.ledger.count(),
        "ledger_is_whole": broken is None,
        "journal_waiting": backlog,
        "is_well": broken is None and known == newest,
    }


_NAMES = {
    "habitue": "Habitué",
    "python": "Python",
    "sqlite": "SQLite",
    "duckdb": "DuckDB",
    "ibis-framework": "Ibis",
    "pyarrow": "Arrow",
    "sqlalchemy": "SQLAlchemy",
    "django": "Django",
    "folder": _("Folder"),
    "register": _("Register"),
    "register_version": _("Version of the register"),
    "register_is_newest": _("The register is up to date"),
    "people": _("People"),
    "ledger_entries": _("Entries in the ledger"),
    "ledger_is_whole": _("The ledger is whole"),
    "journal_waiting": _("Batches that wait in the journal"),
    "is_well": _("All is well"),
}
