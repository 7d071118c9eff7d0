"""Insights learnt anew one after the other, with progress, stopped by Ctrl+C after the one that is under way."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from habitue.cli.session import Session
from habitue.insights.card_store import drift
from habitue.insights.catalogue import insights
from habitue.insights.store import insight_of
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.workspace import Workspace


def refreshed(session: Session, ws: Workspace, names: Sequence[str]) -> list[dict[str, object]]:
    """Learn the named insights, else those that are due; one row each: name, seconds, shown, drift.

    Raises NotFound for a name that no insight has.
    """
    wanted = [insight_of(name.replace("-", "_")).name for name in names] or list(ws.insights.due())
    rows: list[dict[str, object]] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=session.err, disable=session.as_json, transient=True) as bars, _stop() as stopped:
        bar = bars.add_task("", total=len(wanted))
        for name in wanted:
            if stopped:
                break
            bars.update(bar, description=session.text(insights()[name].label))
            rows.append(_learnt(session, ws, name))
            bars.advance(bar)
    if stopped:
        session.err.print(session.text(_("Stopped; what was learnt is kept.")))
    return rows


def _learnt(session: Session, ws: Workspace, name: str) -> dict[str, object]:
    begun = time.perf_counter()
    ws.insights.learn([name])
    kept = ws.insights.card(name) if insights()[name].learn is not None else None
    return {
        "name": name,
        "label": session.text(insights()[name].label),
        "seconds": round(time.perf_counter() - begun, 1),
        "shown": None if kept is None else session.text(_("yes") if kept.card.is_shown else _("no")),
        "drift": [] if kept is None else [each.text(session.text) for each in drift(kept.card)],
    }


@contextmanager
def _stop() -> Iterator[list[int]]:
    """A list that holds something as soon as somebody has pressed Ctrl+C; twice interrupts at once."""
    pressed: list[int] = []

    def note(number: int, _frame: object) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
