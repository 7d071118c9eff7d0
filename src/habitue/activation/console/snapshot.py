"""The tables as plain files: one Parquet file each, for tools that only read files; the ledger keeps who wrote them."""

from __future__ import annotations

import logging
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

FOLDER = "warehouse"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was written: the folder, the rows of each table, and the tables that could not be written."""

    folder: Path
    tables: Sequence[tuple[str, int]]
    is_masked: bool
    failed: tuple[str, ...] = ()


def write_snapshot(ws: Context, folder: Path | str | None = None) -> Snapshot:
    """Write every table anew, each file at once under its name; files of tables that are gone or failed go too.

    In the workspace's own folder an erasure takes the files away; elsewhere they are the care of who wrote them.
    """
    policy.require(ws.actor, "sql.run")
    is_masked = not sees_contacts(ws.actor)
    target = Path(folder) if folder is not None else ws.folder / FOLDER
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    written, failed = [], []
    for name, table in offers(ws).tables.items():
        try:
            rows = ws.lake.con.to_pyarrow(table.read(ws.lake, is_masked=is_masked))
            _write(target, name, rows)
        except (*engine_errors(), OSError):
            _log.exception("The table %s could not be written", name)
            failed.append(name)
            (target / f"{name}.parquet").unlink(missing_ok=True)
        else:
            written.append((name, rows.num_rows))
    if folder is None:
        _tidy(target, {name for name, _rows in written})
    with ws.register.write() as conn:
        details: dict[str, object] = {"tables": len(written), "rows": sum(rows for _name, rows in written)}
        details |= {"is_masked": is_masked, "failed": sorted(failed)}
        ledger.record(conn, ws, verb="lake.written", subject_kind="lake", subject_id=FOLDER, details=details)
    return Snapshot(target, written, is_masked, tuple(failed))


def erase(ws: Context) -> None:
    """Take the files in the workspace's own folder away: they hold somebody who is to be forgotten."""
    _tidy(ws.folder / FOLDER, frozenset())


def _write(folder: Path, name: str, rows: pa.Table) -> None:
    part = folder / f".{name}.parquet"
    pq.write_table(rows, part, compression="zstd")
    part.chmod(0o600)
    part.replace(folder / f"{name}.parquet")


def _tidy(folder: Path, kept: set[str] | frozenset[str]) -> None:
    for path in folder.glob("*.parquet"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)
