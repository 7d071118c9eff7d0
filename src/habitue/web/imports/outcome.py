"""What became of an import: how far it is, what was taken, what was set aside and why."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext

from habitue.collect.imports import Import
from habitue.kernel.jobs import OPEN_STATES, Job
from habitue.kernel.text import gettext_noop as _
from habitue.quality.quarantine import Quarantined
from habitue.web.templatetags.show import number

if TYPE_CHECKING:
    from habitue.workspace import Workspace

STATES: MappingType[str, tuple[str, str]] = {
    "waiting": (_("waiting"), "n"),
    "running": (_("running"), "w"),
    "done": (_("done"), ""),
    "cancelled": (_("stopped"), "w"),
    "failed": (_("failed"), "a"),
    "undone": (_("taken back"), "n"),
}
REASONS: MappingType[str, str] = {
    "no_identifier": _("The row names nobody: no number, no e-mail, no phone and no name."),
    "no_customer": _("No customer is named."),
    "quotes_broken": _("Quotation marks are opened and not closed."),
    "too_many_cells": _("The line has another number of cells than the table."),
    "line_undecodable": _("The line is not text in the encoding of the file."),
    "order_without_date": _("The order has no date."),
    "order_date_unreadable": _("The date of the order cannot be read."),
    "order_without_amount": _("The order has no amount."),
    "amount_unreadable": _("An amount cannot be read."),
    "not_an_object": _("The line is not a JSON object."),
    "line_too_long": _("The line is too long."),
}
PAGE = 25
LEAST_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running import is; `percent` is None as long as nobody can tell."""

    label: str
    percent: int | None
    note: str


@dataclass(frozen=True, slots=True)
class AsideRow:
    """A row that was set aside, or a value that was left out; `why` is translated."""

    line: int | None
    cells: str
    why: str


def state_of(item: Import, job: Job | None) -> str:
    """A key of STATES: what the job says as long as it is open, else what the import says."""
    if item.state == "running" and job is not None:
        if job.state == "queued":
            return "waiting"
        return job.state if job.state in ("cancelled", "failed") else "running"
    return item.state


def is_open(item: Import, job: Job | None) -> bool:
    """Whether somebody still works on it, or will."""
    return job is not None and job.state in OPEN_STATES and item.state != "undone"


def progress(item: Import, job: Job, now: datetime) -> Progress:
    """How far, how fast, and how long it still takes."""
    if job.is_cancel_wanted:
        return Progress(gettext("Stopping…"), None, gettext("What was taken until now stays and can be taken back."))
    if job.state == "queued" or job.started_at is None:
        return Progress(gettext("Waiting for its turn"), None, gettext("You can close this page; the work goes on."))
    if item.state != "running":
        return Progress(gettext("Counting people and figures"), 100, gettext("Nearly done."))
    seconds = max((now - job.started_at).total_seconds(), 0.001)
    rows = ngettext("%(count)s row", "%(count)s rows", job.done) % {"count": number(job.done)}
    if seconds < LEAST_SECONDS or not job.done:
        return Progress(rows, None, gettext("You can close this page; the work goes on."))
    rate = job.done / seconds
    left = max(job.total - job.done, 0) / rate
    percent = min(int(100 * job.done / job.total), 99) if job.total else None
    note = gettext("%(rate)s rows a second, about %(left)s left. You can close this page; the work goes on.")
    return Progress(rows, percent, note % {"rate": number(round(rate)), "left": _duration(left)})


def reasons(ws: Workspace, import_id: str, *, state: str = "open", but: str = "") -> Sequence[tuple[str, int]]:
    """Why rows were set aside, with their number, most first; without those of the reason `but`."""
    found = ws.imports.reasons(import_id, state=state)
    counted = {code: count for code, count in found.items() if code != but}
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [(gettext(REASONS[code]) if code in REASONS else _of_first(ws, import_id, code, state), count)
            for code, count in ordered]  # fmt: skip


def aside(ws: Workspace, import_id: str, *, state: str, offset: int) -> Sequence[AsideRow]:
    """Some rows that were set aside (`open`), or values that were left out (`noted`)."""
    found = ws.imports.set_aside(import_id, state=state, offset=offset, limit=PAGE)
    return [AsideRow(row.line, " · ".join(cell for cell in row.cells if cell)[:300], _why(row)) for row in found]


def _why(row: Quarantined) -> str:
    text = gettext(row.message)
    return text % row.params if row.params else text


def _of_first(ws: Workspace, import_id: str, code: str, state: str) -> str:
    rows = ws.imports.set_aside(import_id, state=state, limit=200)
    return next((_why(row) for row in rows if row.code == code), code)


def _duration(seconds: float) -> str:
    if seconds < 90:
        count = max(round(seconds), 1)
        return ngettext("%(count)s second", "%(count)s seconds", count) % {"count": number(count)}
    count = round(seconds / 60)
    return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": number(count)}
