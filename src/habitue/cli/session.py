"""One call of the command line: where the workspace is, in which language and form to answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
import msgspec
from rich.console import Console
from rich.table import Table

from habitue.cli import texts
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _
from habitue.web import formats

if TYPE_CHECKING:
    from habitue.workspace import Workspace

WORKSPACE_VARIABLE = "HABITUE_WORKSPACE"
PIPE_WIDTH = 240
NOTHING = "–"


def environment() -> dict[str, str]:
    """The environment as a workspace reads it: without the variable that only tells where the workspace is."""
    return {key: value for key, value in os.environ.items() if key != WORKSPACE_VARIABLE}


@dataclass(slots=True)
class Session:
    """What all commands share; options write into it."""

    folder: Path = field(default_factory=lambda: Path(os.environ.get(WORKSPACE_VARIABLE) or "."))
    as_json: bool = False
    language: str = field(default_factory=lambda: texts.language_of(os.environ))
    timezone: str = "UTC"
    country: str = "DE"
    currency: str = "EUR"
    out: Console = field(default_factory=lambda: _console(is_error=False))
    err: Console = field(default_factory=lambda: _console(is_error=True))

    def open(self) -> Workspace:
        """The workspace, opened by the owner of its folder."""
        from habitue.workspace import open_workspace

        return self.keep(open_workspace(self.folder, environ=environment()))

    def keep(self, ws: Workspace) -> Workspace:
        """Take over how the workspace writes days and money."""
        settings = ws.config.workspace
        self.timezone, self.country, self.currency = settings.timezone, settings.country, settings.currency
        return ws

    def text(self, message: str, **params: object) -> str:
        """A text in the reader's language; `message` is an English msgid."""
        return texts.text(self.language, message, params)

    def one_or_many(self, one: str, many: str, count: int) -> str:
        """The text that fits a number, in the reader's language, not yet filled."""
        return texts.one_or_many(self.language, one, many, count)

    def say(self, message: str, **params: object) -> None:
        """Tell a person something; silent when a machine reads."""
        if not self.as_json:
            self.out.print(self.text(message, **params))

    def count(self, words: tuple[str, str], count: int, **params: object) -> None:
        """The same about one or many, by `count`."""
        if not self.as_json:
            self.out.print(self.one_or_many(*words, count) % {"count": count, **params})

    def give(self, data: object, show: Callable[[], None]) -> None:
        """The answer of a command: `data` for machines, `show` for people."""
        if self.as_json:
            encoded = msgspec.json.encode(data, enc_hook=str, order="deterministic")
            click.echo(msgspec.json.format(encoded, indent=2).decode())
        else:
            show()

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
        """Print rows below translated headings; numbers stand to the right."""
        listed = [list(row) for row in rows]
        table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
        for number, heading in enumerate(headings):
            numeric = any(isinstance(row[number], int | float | Decimal) for row in listed)
            table.add_column(self.text(heading), justify="right" if numeric else "left", overflow="fold")
        for row in listed:
            table.add_row(*(self.cell(value) for value in row))
        self.out.print(table)

    def facts(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Print names (msgids) and values below each other."""
        table = Table(box=None, show_header=False, pad_edge=False)
        for name, value in pairs:
            table.add_row(self.text(name), self.cell(value))
        self.out.print(table)

    def cell(self, value: object) -> str:
        """A value as the reader writes it, without characters that steer a terminal."""
        locale = formats.locale_for(self.language, self.country)
        if value is None or value == "":
            return NOTHING
        if isinstance(value, bool):
            return self.text(_("yes") if value else _("no"))
        if isinstance(value, int | float | Decimal):
            return formats.number(value, locale, decimals=0 if isinstance(value, int) else 2)
        if isinstance(value, datetime):
            return formats.instant(value, locale, ZoneInfo(self.timezone))
        if isinstance(value, date):
            return formats.day(value, locale, ZoneInfo(self.timezone))
        return "".join(letter if letter.isprintable() else " " for letter in str(value))

    def money(self, value: Decimal | None, currency: str = "") -> str:
        """An amount with its currency."""
        locale = formats.locale_for(self.language, self.country)
        return formats.money(value, currency or self.currency, locale)

    def percent(self, share: float) -> str:
        """A share between 0 and 1."""
        return formats.percent(share, formats.locale_for(self.language, self.country))

    def fail(self, error: HabitueError) -> None:
        """Tell on the error stream what went wrong and what to do next."""
        self.fail_with(texts.told(self.language, error))

    def fail_with(self, error: dict[str, Any]) -> None:
        """The same for an error that is plain data already."""
        if self.as_json:
            click.echo(msgspec.json.encode({"error": error}).decode(), err=True)
            return
        self.err.print(f"{self.text(_('Error'))} {error['code']}: {error['message']}", style="red")
        if error.get("next_step"):
            self.err.print(str(error["next_step"]))


def _console(*, is_error: bool) -> Console:
    stream = sys.stderr if is_error else sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False, soft_wrap=not stream.isatty())
