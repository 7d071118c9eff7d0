"""Commands and groups that all understand --workspace, --json and --language, before and after the verb."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from habitue.cli.session import WORKSPACE_VARIABLE, Session
from habitue.cli.texts import LANGUAGES

pass_session = click.make_pass_decorator(Session, ensure=True)


class Verb(click.Command):
    """A command with the common options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_common())


class Verbs(click.Group):
    """A group of such commands; called alone it runs its command `list` where it has one."""

    command_class = Verb
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_common())

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Let the group stand alone as soon as it has a list."""
        super().add_command(cmd, name)
        if (name or cmd.name) == "list":
            self.invoke_without_command, self.no_args_is_help = True, False
            self.callback = _runs(cmd)


def _runs(listing: click.Command) -> Callable[[], None]:
    @click.pass_context
    def alone(ctx: click.Context) -> None:
        if ctx.invoked_subcommand is None:
            ctx.invoke(listing)

    return alone


def _common() -> list[click.Option]:
    return [
        click.Option(
            ["-w", "--workspace", "workspace"],
            type=click.Path(file_okay=False, path_type=Path),
            callback=_put,
            expose_value=False,
            metavar="DIR",
            help=f"Folder of the workspace; else {WORKSPACE_VARIABLE}, else the current folder.",
        ),
        click.Option(
            ["--json", "as_json"],
            is_flag=True,
            default=None,
            callback=_put,
            expose_value=False,
            help="Answer in JSON, for programs.",
        ),
        click.Option(
            ["--language"],
            type=click.Choice(LANGUAGES),
            callback=_put,
            expose_value=False,
            help="Language of the answer; else that of the terminal.",
        ),
    ]


def _put(ctx: click.Context, param: click.Parameter, value: object) -> None:
    if value is not None and param.name:
        setattr(ctx.ensure_object(Session), _PLACES[param.name], value)


_PLACES = {"workspace": "folder", "as_json": "as_json", "language": "language"}
