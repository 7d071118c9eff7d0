"""Makes a list of an audience as a file: only people whom the purpose allows, and with a trace in the ledger."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
from anyascii import anyascii

from habitue.access import policy
from habitue.activation import exports, held_people
from habitue.activation.columns import DEFAULT_COLUMNS, ExportColumn, chosen, rows
from habitue.activation.targets import EXCEL_ROWS, TARGETS, Row, Target, Translate, headings, text, write
from habitue.audiences import reading
from habitue.audiences.fields import own_fields
from habitue.audiences.membership import matching
from habitue.audiences.rule import Rule
from habitue.audit import ledger
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError, NotFound
from habitue.kernel.text import gettext_noop as _
from habitue.privacy.basis import LeftOut, Reach, reach, reachable

SAMPLE_ROWS = 5
BATCH_ROWS = 10_000
_EMAIL = "email"


@dataclass(frozen=True, slots=True)
class ExportPreview:
    """What an export would hold: all members, those the purpose allows, who is left out and why, and a few rows."""

    total: int
    included: int
    left_out: tuple[LeftOut, ...]
    columns: tuple[ExportColumn, ...]
    headings: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]


class ExportWithoutAudience(HabitueError):
    """Neither an audience nor a rule was given, or both."""

    code = "export_without_audience"
    message = _("Say which people the list is to hold: one audience or one rule.")
    next_step = _("Choose an audience.")


class TooManyForExcel(HabitueError):
    """An Excel sheet holds fewer rows than the list has people."""

    code = "too_many_for_excel"
    message = _("The list has %(people)s people; an Excel sheet holds %(limit)s. Nothing was written.")
    next_step = _("Choose CSV instead.")


def untranslated(message: str) -> str:
    """The English text itself, for callers without a reader."""
    return message


def preview(
    ws: Context,
    *,
    purpose: str,
    audience_id: str | None = None,
    rule: Rule | None = None,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    target: str = "xlsx",
    channel: str | None = None,
    translate: Translate = untranslated,
) -> ExportPreview:
    """Who would be in the list and who not; writes nothing. Raises what `run` raises."""
    plan = _plan(ws, audience_id, rule, purpose, columns, target, channel)
    zone = ZoneInfo(ws.config.workspace.timezone)
    sample = rows(ws, plan.allowed, plan.columns).limit(SAMPLE_ROWS)
    return ExportPreview(
        total=plan.reach.total,
        included=plan.reach.included,
        left_out=plan.reach.left_out,
        columns=plan.columns,
        headings=tuple(headings(plan.target, plan.columns, translate)),
        sample=tuple(
            tuple(text(v, c, plan.target, zone, translate) for v, c in zip(row, plan.columns, strict=True))
            for _profile_id, row in _values(ws, sample)
        ),
    )


def run(
    ws: Context,
    *,
    purpose: str,
    audience_id: str | None = None,
    rule: Rule | None = None,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    target: str = "xlsx",
    channel: str | None = None,
    name: str = "",
    translate: Translate = untranslated,
) -> exports.Export:
    """Write the list into the folder `exports` and record who took what, how many, and for which purpose.

    `columns` are names of `columns.columns()` or custom traits, `target` a key of TARGETS. Raises PermissionMissing,
    ExportWithoutAudience, ColumnUnknown, and NotFound for an unknown audience, purpose or target.
    """
    plan = _plan(ws, audience_id, rule, purpose, columns, target, channel)
    if target == "xlsx" and (people := plan.reach.included) > EXCEL_ROWS:
        raise TooManyForExcel(people=people, limit=EXCEL_ROWS)
    export_id = ws.ids.new()
    shown_name = name.strip() or plan.name
    file_name = _file_name(ws, shown_name, export_id, plan.target)
    settings = ws.config.workspace
    held: list[str] = []
    with _new_file(exports.folder(ws) / file_name) as path:
        values = _noting(held, _values(ws, rows(ws, plan.allowed, plan.columns)))
        encoding = write(plan.target, path, plan.columns, values, timezone=settings.timezone, translate=translate)
        digest = _sha256(path)
    held_people.write(exports.folder(ws) / f"{export_id}{held_people.SUFFIX}", held)
    made = exports.Export(
        export_id=export_id,
        audience_id=audience_id,
        name=shown_name,
        purpose=purpose,
        target=target,
        columns=tuple(column.name for column in plan.columns),
        people=len(held),
        left_out=plan.reach.left_out,
        actor_id=ws.actor.actor_id,
        at=ws.clock.now(),
        sha256=digest,
        file_name=file_name,
        encoding=encoding,
        deleted_at=None,
    )
    _record(ws, made)
    return made


@dataclass(frozen=True, slots=True)
class _Plan:
    name: str
    allowed: ir.Table
    reach: Reach
    columns: tuple[ExportColumn, ...]
    target: Target


def _plan(
    ws: Context,
    audience_id: str | None,
    rule: Rule | None,
    purpose: str,
    columns: Sequence[str],
    target: str,
    channel: str | None,
) -> _Plan:
    policy.require(ws.actor, "people.export")
    if target not in TARGETS:
        raise NotFound(what=_("kind of file"), key=target)
    name = "people"
    if audience_id is not None and rule is None:
        audience = reading.get(ws, audience_id)
        name, rule = audience.name, audience.rule
    elif rule is None or audience_id is not None:
        raise ExportWithoutAudience()
    if target == "csv_newsletter":
        columns = [_EMAIL, *(column for column in columns if column != _EMAIL)]
        channel = channel or _EMAIL
    members = matching(ws, rule)
    return _Plan(
        name=name,
        allowed=reachable(ws, members, purpose, channel),
        reach=reach(ws, members, purpose, channel),
        columns=chosen(columns, own_fields(ws)),
        target=TARGETS[target],
    )


def _record(ws: Context, made: exports.Export) -> None:
    with ws.register.write() as conn:
        exports.insert(conn, made)
        ledger.record(
            conn,
            ws,
            verb="export.made",
            subject_kind="export",
            subject_id=made.export_id,
            details={
                "audience_id": made.audience_id,
                "name": made.name,
                "purpose": made.purpose,
                "people": made.people,
                "columns": list(made.columns),
                "target": made.target,
                "sha256": made.sha256,
            },
        )


def _values(ws: Context, table: ir.Table) -> Iterator[tuple[str, Row]]:
    for batch in ws.lake.con.to_pyarrow(table).to_batches(max_chunksize=BATCH_ROWS):
        columns = [column.to_pylist() for column in batch.columns]
        yield from zip(columns[0], zip(*columns[1:], strict=True), strict=True)


def _noting(held: list[str], values: Iterator[tuple[str, Row]]) -> Iterator[Row]:
    for profile_id, row in values:
        held.append(profile_id)
        yield row


@contextmanager
def _new_file(path: Path) -> Iterator[Path]:
    """A file that only its owner reads, and that appears under its name only when it is whole."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _file_name(ws: Context, name: str, export_id: str, target: Target) -> str:
    letters = "".join(c if c.isalnum() else "-" for c in anyascii(name).lower())
    slug = "-".join(filter(None, letters.split("-")))[:60] or "people"
    day = ws.clock.now().astimezone(ZoneInfo(ws.config.workspace.timezone)).date()
    return f"{slug}-{day}-{export_id[-8:]}{target.suffix}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
