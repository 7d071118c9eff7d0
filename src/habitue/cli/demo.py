"""`habitue demo`: the example shop, generated, imported and served by one command."""

from __future__ import annotations

import os
import secrets
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from habitue.cli import serving
from habitue.cli.importing import Stoppable
from habitue.cli.session import Session, environment
from habitue.cli.verbs import Verb, pass_session
from habitue.kernel import config
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.demo.generate import Generated
    from habitue.workspace import Workspace

FILES = "files"
OWNER_EMAIL = "owner@kessel-und-kanne.example"
OWNER_NAME = "Ada Kessel"
# Whoever tries the shop in a terminal wants no lines of a log there; the processes beside us are told in this way too.
LOG_LEVEL = "HABITUE_LOG__LEVEL"


class FolderTaken(HabitueError):
    """The folder holds something else."""

    code = "folder_taken"
    message = _("The folder %(folder)s holds something else already; nothing was changed.")
    next_step = _("Choose another one: habitue demo NEW-FOLDER")


class DemoUnfinished(HabitueError):
    """One of the example files could not be imported."""

    code = "demo_unfinished"
    message = _("The example shop was not finished; its folder was taken away again.")
    next_step = _("Run habitue demo again.")
    retry_helps = True


@click.command("demo", cls=Verb)
@click.argument("folder", metavar="[DIR]", default="habitue-demo", type=click.Path(file_okay=False, path_type=Path))
@click.option("--people", default=8000, show_default=True, help="How many people the shop knows (at least 50).")
@click.option("--bind", metavar="HOST:PORT", help="Where the pages answer; else 127.0.0.1:8321.")
@click.option("--no-serve", is_flag=True, help="Only make the folder.")
@pass_session
def demo(session: Session, folder: Path, people: int, bind: str | None, no_serve: bool) -> None:
    """Make the example shop in DIR (habitue-demo), import its files and open the pages.

    Run again, it opens what is there.
    """
    if (folder / config.FILE_NAME).is_file():
        session.say(_("The example shop is in %(folder)s already. For a fresh one: habitue demo NEW-FOLDER"),
                    folder=folder)  # fmt: skip
    elif folder.exists() and any(folder.iterdir()):
        raise FolderTaken(folder=folder)
    else:
        made = _made_whole(session, folder, people)
        session.give(made, lambda: _show(session, made))
    if not no_serve:
        session.folder = folder
        os.environ.setdefault(LOG_LEVEL, "warning")
        with session.open() as ws:
            serving.run(session, ws, bind or ws.config.serve.bind)


def _made_whole(session: Session, folder: Path, people: int) -> dict[str, Any]:
    """Make it beside its place and move it there when it is whole, so that an interruption leaves nothing half."""
    from habitue.kernel.config import WorkspaceSettings
    from habitue.web.accounts import create_owner
    from habitue.workspace import create_workspace

    making = folder.resolve().with_name(f".{folder.resolve().name}.unfinished")
    shutil.rmtree(making, ignore_errors=True)
    try:
        settings = WorkspaceSettings(name="Kessel & Kanne", country="DE", currency="EUR", timezone="Europe/Berlin")
        with create_workspace(making, workspace=settings, environ=environment()) as ws:
            session.keep(ws)
            shop = _generated(session, ws, people)
            outcomes = _imported(session, ws, shop)
            audiences = _audiences(ws)
            password = secrets.token_urlsafe(12)
            create_owner(ws, OWNER_EMAIL, OWNER_NAME, password)
            found = ws.people.count()
        making.rename(folder.resolve())
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return {
        "folder": str(folder),
        "true_people": shop.people,
        "records": shop.records,
        "people": found,
        "imports": outcomes,
        "audiences": audiences,
        "email": OWNER_EMAIL,
        "password": password,
    }


def _generated(session: Session, ws: Workspace, people: int) -> Generated:
    from habitue.demo.generate import generate

    session.say(_("Writing the files of the example shop …"))
    yesterday = ws.clock.now().astimezone(ZoneInfo(ws.config.workspace.timezone)).date() - timedelta(days=1)
    return generate(ws.folder / FILES, people=people, until=yesterday)


def _imported(session: Session, ws: Workspace, shop: Generated) -> list[dict[str, Any]]:
    outcomes = []
    with Stoppable(session) as run:
        for file in shop.files:
            outcome = run.one(ws, file.path, file.source_name.capitalize(), None)
            if run.is_stopped:
                raise KeyboardInterrupt
            if "error" in outcome:
                raise DemoUnfinished()
            done = outcome["import"]
            aside = outcome["set_aside"]
            session.say(
                _(
                    "%(file)s: %(rows)s rows, %(people)s new people, %(aside)s rows set aside, "
                    "%(nobody)s records without a customer"
                ),
                file=file.path.name,
                rows=session.cell(done.rows_read),
                people=session.cell(done.people_new),
                aside=session.cell(aside.to_mend),
                nobody=session.cell(aside.without_customer),
            )
            outcomes.append(outcome)
    return outcomes


def _audiences(ws: Workspace) -> list[dict[str, Any]]:
    """Two lists that every shop wants."""
    from habitue.audiences.rule import EventCount, Group, InsightIs, Trait, Window

    year, quarter = Window(kind="last_year"), Window(kind="last_days", count=90)
    asleep = Group(
        rules=(
            Trait(field="country", op="is", value="DE"),
            EventCount(event="Order Completed", op="at_least", count=2, window=year),
            EventCount(event="Order Completed", op="at_least", count=1, window=quarter, negate=True),
        )
    )
    leaving = Group(
        rules=(
            InsightIs(insight="rfm", field="is_valuable", op="is", value="true"),
            InsightIs(insight="rfm", field="rfm_group", op="is", value="at_risk"),
        )
    )
    wanted = (("Germany: bought twice, silent for 90 days", asleep), ("Valuable and about to leave", leaving))
    return [
        {"audience": ws.audiences.create(name, rule, purpose="newsletter"), "count": ws.audiences.count(rule)}
        for name, rule in wanted
    ]


def _show(session: Session, made: dict[str, Any]) -> None:
    session.say(_("%(records)s records turned out to be %(people)s people."),
                records=session.cell(made["records"]), people=session.cell(made["people"]))  # fmt: skip
    for each in made["audiences"]:
        name, people = each["audience"].name, session.cell(each["count"].people)
        session.say(_("“%(name)s” holds %(people)s people."), name=name, people=people)
    session.say(_("The files are in %(folder)s, to be imported by hand as well."), folder=f"{made['folder']}/{FILES}")
    session.say(_("Sign in as %(email)s with the password %(password)s – it is shown only now."),
                email=made["email"], password=made["password"])  # fmt: skip
