"""The tables as plain files: one Parquet file each, for tools that only read files; the ledger keeps who wrote them."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from habitue.access import policy
from habitue.access.masks import sees_contacts
from habitue.activation.console.offers import offers
from habitue.audit import ledger
from habitue.kernel.context import Context
from habitue.kernel.lake import engine_errors
from habitue.privacy import purposes
from habitue.profiles import replica

FOLDER = "warehouse"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was written: the folder, the rows of each table, and the tables that could not be written."""

    folder: Path
    tables: Sequence[tuple[str, int]]
    is_masked: bool
    failed: tuple[str, ...] = ()


def write_snapshot(ws: Context, folder: Path | str | None = None, *, purpose: str = "") -> Snapshot:
    """Write every table anew, each file at once under its name; files of tables that are gone or failed go too.

    In the workspace's own folder an erasure takes the files away; elsewhere they are the care of who wrote them, and
    names and contact data are hidden from everybody unless a `purpose` of the register is given (NotFound when there
    is none of that id). The ledger knows of it before the first file is there.
    """
    policy.require(ws.actor, "sql.run")
    target = Path(folder) if folder is not None else ws.folder / FOLDER
    is_outside = not target.resolve().is_relative_to(ws.folder.resolve())
    is_masked = not sees_contacts(ws.actor) or (is_outside and not purpose)
    with ws.register.write() as conn:
        if purpose:
            purposes.get(conn, purpose)
        details: dict[str, object] = {"folder": str(target.resolve()), "is_masked": is_masked, "purpose": purpose}
        ledger.record(conn, ws, verb="lake.opened", subject_kind="lake", subject_id=FOLDER, details=details)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    # An erasure refreshes the replica and then takes these files away: it waits until they are all there.
    with replica.only_one(ws):
        written, failed = _write_all(ws, target, is_masked)
    if folder is None:
        _tidy(target, {name for name, _rows in written})
    with ws.register.write() as conn:
        details |= {"tables": len(written), "rows": sum(rows for _name, rows in written), "failed": sorted(failed)}
        ledger.record(conn, ws, verb="lake.written", subject_kind="lake", subject_id=FOLDER, details=details)
    return Snapshot(target, written, is_masked, tuple(failed))


def _write_all(ws: Context, target: Path, is_masked: bool) -> tuple[list[tuple[str, int]], list[str]]:
    written, failed = [], []
    problems: tuple[type[Exception], ...] = (*engine_errors(), OSError)
    for name, table in offers(ws).tables.items():
        try:
            rows = ws.lake.con.to_pyarrow(table.read(ws.lake, is_masked=is_masked))
            _write(target, name, rows)
        except problems:
            _log.exception("The table %s could not be written", name)
            failed.append(name)
            (target / f"{name}.parquet").unlink(missing_ok=True)
        else:
            written.append((name, rows.num_rows))
    return written, failed


def erase(ws: Context) -> None:
    """Take the files in the workspace's own folder away: they hold somebody who is to be forgotten."""
    _tidy(ws.folder / FOLDER, frozenset())


def _write(folder: Path, name: str, rows: pa.Table) -> None:
    """Write a file that nobody else may read, never through a link that somebody has put in its place."""
    part = folder / f".{name}.parquet"
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        pq.write_table(rows, out, compression="zstd")
    part.replace(folder / f"{name}.parquet")


def _tidy(folder: Path, kept: set[str] | frozenset[str]) -> None:
    for path in folder.glob("*.parquet"):
        if path.stem not in kept and not path.is_dir():
            path.unlink(missing_ok=True)
