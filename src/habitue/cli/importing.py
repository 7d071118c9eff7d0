"""Imports with a progress bar that Ctrl-C stops cleanly, and the mapping that --map asks for."""

from __future__ import annotations

import difflib
import signal
from collections.abc import Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from habitue.cli import texts
from habitue.cli.session import Session
from habitue.kernel.errors import HabitueError

if TYPE_CHECKING:
    from habitue.collect.files.mapping import Mapping
    from habitue.collect.imports import Import
    from habitue.workspace import Workspace


class Stoppable:
    """Runs imports one after the other; the first Ctrl-C cancels the one that runs and lets no other begin."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.is_stopped = False
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        is_quiet = session.as_json or not session.err.is_terminal
        self._bars = Progress(*columns, console=session.err, disable=is_quiet, transient=True)
        self._former: Any = None

    def __enter__(self) -> Stoppable:
        self._former = signal.signal(signal.SIGINT, self._stop)
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        self._bars.stop()
        signal.signal(signal.SIGINT, self._former)

    def one(self, ws: Workspace, file: Path, source: str, mapping: Mapping | None) -> dict[str, Any]:
        """Import one file: `import` and `reasons`, or `file` and `error` as plain data."""
        bar = self._bars.add_task(file.name, total=None)
        try:
            done = ws.imports.run(file, source_name=source, mapping=mapping, progress=self._progress(bar))
        except HabitueError as error:
            return self._failed(file, texts.told(self.session.language, error))
        finally:
            self._bars.remove_task(bar)
        job = ws.imports.job(done.import_id)
        if job is not None and job.error is not None:
            return self._failed(file, job.error)
        return outcome(ws, done)

    def _progress(self, bar: TaskID) -> Any:
        from habitue.kernel.jobs import JobCancelled

        def tell(done: int, total: int) -> None:
            if self.is_stopped:
                raise JobCancelled()
            self._bars.update(bar, completed=done, total=total)

        return tell

    def _failed(self, file: Path, error: dict[str, Any]) -> dict[str, Any]:
        self.session.fail_with({**error, "file": str(file)})
        return {"file": str(file), "error": error}

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        if self.is_stopped:
            raise KeyboardInterrupt
        self.is_stopped = True


def outcome(ws: Workspace, item: Import) -> dict[str, Any]:
    """An import with the reasons for its rows set aside; records without a customer are told apart from faulty rows."""
    from habitue.web.set_aside import told_apart

    with ws.register.read() as conn:
        aside = told_apart(conn, item)
    return {"import": item, "set_aside": aside, "reasons": dict(ws.imports.reasons(item.import_id))}


def chosen_mapping(ws: Workspace, file: Path, source: str, wishes: Sequence[str]) -> Mapping | None:
    """The guessed (or remembered) mapping with the wishes of --map put over it; None without wishes."""
    if not wishes:
        return None
    from habitue.collect.files.mapping import Mapping

    preview = ws.imports.preview(file, source_name=source)
    headings = [column.heading for column in preview.columns]
    targets = list(preview.mapping.targets)
    for wish in wishes:
        heading, is_there, target = wish.rpartition("=")
        if not is_there or heading not in headings:
            raise click.BadParameter(f"{file.name} has no column {heading or wish!r}; it has {', '.join(headings)}",
                                     param_hint="--map")  # fmt: skip
        targets[headings.index(heading)] = target.strip() or None
    try:
        return Mapping(targets=tuple(targets), constants=dict(preview.mapping.constants))
    except ValueError as problem:
        raise click.BadParameter(_unknown_target(str(problem)), param_hint="--map") from problem


def _unknown_target(target: str) -> str:
    from habitue.collect.files.targets import TARGETS

    near = difflib.get_close_matches(target, [*TARGETS, *(name.partition(".")[2] for name in TARGETS)], n=3)
    hint = f"; did you mean {' or '.join(near)}?" if near else "; custom.<name> keeps it as a field of your own"
    return f"there is no target {target!r}{hint}"
