"""The register of exports: which list left the house, who took it, how many people, for which purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError, NotFound
from habitue.kernel.register import Instant, metadata
from habitue.kernel.text import gettext_noop as _
from habitue.privacy.basis import REASONS, LeftOut

FOLDER = "exports"

exports = sa.Table(
    "activation_exports",
    metadata,
    sa.Column("export_id", sa.Text, primary_key=True),
    sa.Column("audience_id", sa.Text, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("columns", sa.JSON, nullable=False),
    sa.Column("people", sa.Integer, nullable=False),
    sa.Column("left_out", sa.JSON, nullable=False),
    sa.Column("actor_id", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("encoding", sa.Text, nullable=False),
    sa.Column("deleted_at", Instant),
)


@dataclass(frozen=True, slots=True)
class Export:
    """One list that was made; `deleted_at` is set when its file was taken away."""

    export_id: str
    audience_id: str | None
    name: str
    purpose: str
    target: str
    columns: tuple[str, ...]
    people: int
    left_out: tuple[LeftOut, ...]
    actor_id: str
    at: datetime
    sha256: str
    file_name: str
    encoding: str
    deleted_at: datetime | None


class ExportGone(HabitueError):
    """The file of an export is no longer there."""

    code = "export_gone"
    message = _("The file of this export is no longer kept.")
    next_step = _("Make the export again.")


def folder(ws: Context) -> Path:
    """Where the files are."""
    return ws.folder / FOLDER


def insert(conn: Connection, export: Export) -> None:
    """Store an export inside the caller's transaction."""
    values = {field: getattr(export, field) for field in Export.__dataclass_fields__}
    left_out = [{"code": item.code, "people": item.people} for item in export.left_out]
    conn.execute(sa.insert(exports).values(**{**values, "columns": list(export.columns), "left_out": left_out}))


def listing(ws: Context, *, offset: int = 0, limit: int = 50) -> Sequence[Export]:
    """Exports, the newest first."""
    policy.require(ws.actor, "exports.read")
    query = sa.select(exports).order_by(exports.c.at.desc(), exports.c.export_id.desc())
    with ws.register.read() as conn:
        return [of_row(row) for row in conn.execute(query.offset(offset).limit(limit)).mappings()]


def count(ws: Context) -> int:
    """How many exports there are."""
    policy.require(ws.actor, "exports.read")
    with ws.register.read() as conn:
        return int(conn.scalar(sa.select(sa.func.count()).select_from(exports)) or 0)


def get(ws: Context, export_id: str) -> Export:
    """One export; NotFound when there is none of that id."""
    policy.require(ws.actor, "exports.read")
    with ws.register.read() as conn:
        row = conn.execute(sa.select(exports).where(exports.c.export_id == export_id)).mappings().first()
    if row is None:
        raise NotFound(what=_("export"), key=export_id)
    return of_row(row)


def path(ws: Context, export_id: str) -> Path:
    """The file of an export, for those who may download lists; raises NotFound and ExportGone."""
    policy.require(ws.actor, "people.export")
    export = get(ws, export_id)
    file = folder(ws) / export.file_name
    if export.deleted_at is not None or not file.is_file():
        raise ExportGone()
    return file


def of_row(row: Mapping[Any, Any]) -> Export:
    """The export of a row of the table."""
    left_out = tuple(
        LeftOut(item["code"], REASONS.get(item["code"], item["code"]), item["people"]) for item in row["left_out"]
    )
    return Export(**{**row, "columns": tuple(row["columns"]), "left_out": left_out})
