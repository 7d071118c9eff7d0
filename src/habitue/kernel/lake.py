"""The lake: a disposable columnar replica in Parquet, read through Ibis.

With `engine.py` and `cluster.py` the only files that name an engine; everybody else imports them from here.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.kernel import spill
from habitue.kernel.cluster import INSTANT, Cluster, engine_on_cluster
from habitue.kernel.engine import (
    MACROS,
    answer,
    elements,
    engine_errors,
    engine_in_process,
    fellow,
    in_batches,
    is_cluster,
    is_file_gone,
    json_elements,
    json_value,
    prepare,
    records,
    set_day,
    set_instant,
    temporary_engine,
    temporary_rows,
    text_in,
)
from habitue.kernel.errors import HabitueError
from habitue.kernel.ids import Ids
from habitue.kernel.register import BigId, Register, metadata
from habitue.kernel.text import gettext_noop as _

__all__ = [
    "MACROS",
    "Cluster",
    "HasTables",
    "Lake",
    "LakeChanged",
    "answer",
    "declare",
    "declare_view",
    "elements",
    "engine_errors",
    "engine_in_process",
    "engine_on_cluster",
    "fellow",
    "in_batches",
    "instant",
    "is_cluster",
    "is_file_gone",
    "json_elements",
    "json_value",
    "lake_files",
    "money",
    "prepare",
    "records",
    "set_day",
    "set_instant",
    "temporary_engine",
    "temporary_rows",
    "text_in",
    "view_of",
]

GRACE_SECONDS = 3600
MOST_FILES = 32
SMALL_ROWS = 100_000
SPILL = ".spill"
SAVING = ".saving"

lake_files = sa.Table(
    "kernel_lake_files",
    metadata,
    sa.Column("file_name", sa.Text, primary_key=True),
    sa.Column("table_name", sa.Text, nullable=False, index=True),
    sa.Column("first_seq", BigId, nullable=False),
    sa.Column("last_seq", BigId, nullable=False),
    sa.Column("row_count", sa.BigInteger, nullable=False),
)


class HasTables(Protocol):
    """Whatever gives tables by name: the lake, or names alone to compile a question against."""

    def table(self, name: str) -> ir.Table: ...


View = Callable[[HasTables], ir.Table]
_schemas: dict[str, pa.Schema] = {}
_views: dict[str, View] = {}


def _complete(table: ir.Table, name: str) -> ir.Table:
    """With the columns that the table has got since its files were written, without values."""
    schema = _schemas.get(name)
    missing = [] if schema is None else [field for field in schema if field.name not in table.columns]
    if not missing:
        return table
    kinds = ibis.Schema.from_pyarrow(pa.schema(missing))
    return table.mutate(**{column: ibis.null(kind) for column, kind in kinds.items()})


def instant() -> pa.DataType:
    """The lake's type of an instant."""
    return INSTANT


def money() -> pa.DataType:
    """The lake's type of an amount of money."""
    return pa.decimal128(18, 4)


def declare(name: str, schema: pa.Schema) -> None:
    """Name a table and fix its columns; its owner writes it, everybody reads it."""
    _schemas[name] = schema


def declare_view(name: str, view: View) -> None:
    """Name a table that is computed from others whenever it is read."""
    _views[name] = view


def view_of(name: str) -> View | None:
    """The view of a name; None for a table in files."""
    return _views.get(name)


class LakeChanged(HabitueError):
    """Somebody else changed the list of files in the meantime."""

    code = "lake_changed"
    message = _("The files of the table %(table)s were changed by something else at the same time.")
    next_step = _("Nothing was lost; the next refresh tries again.")
    retry_helps = True


class Lake:
    """Tables in Parquet files whose list lives in the register, so that readers see whole refreshes only."""

    def __init__(self, register: Register, path: Path, ids: Ids, *, engine: str = "duckdb", memory_mb: int = 0) -> None:
        self._register = register
        self.path = path
        self._ids = ids
        self._engine = engine
        self._memory_mb = memory_mb
        self._local = threading.local()

    @property
    def con(self) -> Any:
        """The Ibis connection of this thread (an engine connection must not be shared between threads)."""
        return self._connected().con

    def _connected(self) -> _Connected:
        if not hasattr(self._local, "connected"):
            con = self.engine() if self._engine == "duckdb" else engine_on_cluster(self._engine)
            self._local.connected = _Connected(con)
        connected: _Connected = self._local.connected
        return connected

    def engine(self) -> Any:
        """A further connection of the engine in process, with the memory that one may take and a folder to spill into.

        The folder is gone with the connection.
        """
        aside = spill.Spill(self.path / SPILL)
        con = engine_in_process(memory_mb=self._memory_mb, folder=aside.folder)
        # The raw connection, for whoever has it may have let go of the other.
        aside.belongs_to(con.con)
        return con

    def table(self, name: str) -> ir.Table:
        """The table or view `name`, as an Ibis expression; empty with its columns when nothing was written yet."""
        if name in _views:
            return self._view(name)
        files = self.files(name)
        connected = self._connected()
        known = connected.tables.get(name)
        if known is None or known[0] != files:
            known = connected.tables[name] = (files, self._read(connected.con, name, files))
        return known[1]

    def _view(self, name: str) -> ir.Table:
        """The view `name`, made anew when a table that it is made of has other files: to make it takes long."""
        views = self._connected().views
        known = views.get(name)
        if known is None or any(self.files(part) != files for part, files in known[0].items()):
            noting = _Noting(self)
            known = views[name] = (noting.files, _views[name](noting))
        return known[1]

    def has(self, name: str) -> bool:
        """Whether `name` was ever written."""
        return bool(self.files(name))

    def files(self, name: str) -> tuple[str, ...]:
        """The names of the files that make up the table now."""
        with self._register.read() as conn:
            query = sa.select(lake_files.c.file_name).where(lake_files.c.table_name == name)
            return tuple(conn.scalars(query.order_by(lake_files.c.first_seq, lake_files.c.file_name)))

    def schema(self, name: str) -> pa.Schema:
        """The columns of a table in files: as declared, else as its newest file has them."""
        return _schemas.get(name) or pq.read_schema(self.path / self.files(name)[-1])

    def paths(self, name: str) -> tuple[str, ...]:
        """The files of the table as paths."""
        return tuple(str(self.path / file) for file in self.files(name))

    def sequence(self, name: str, *others: str) -> int:
        """The highest sequence number that the table has seen, and the others as well; 0 at first."""
        names = {name, *others}
        query = sa.select(sa.func.max(lake_files.c.last_seq)).where(lake_files.c.table_name.in_(names))
        with self._register.read() as conn:
            found = conn.scalars(query.group_by(lake_files.c.table_name)).all()
        return min(found) if len(found) == len(names) else 0

    def rows(self, name: str) -> int:
        """How many rows the files of the table have together."""
        with self._register.read() as conn:
            query = sa.select(sa.func.sum(lake_files.c.row_count)).where(lake_files.c.table_name == name)
            return int(conn.scalar(query) or 0)

    def write(self, name: str, table: pa.Table, *, seq: int = 0) -> None:
        """Replace the whole table by `table`; readers see the old or the new one, never half."""
        self.write_together({name: table}, seq=seq)

    def write_together(self, tables: Mapping[str, pa.Table], *, seq: int = 0) -> None:
        """Replace several tables at once; readers see the old ones or the new ones."""
        with self._saving():
            saved = {name: self._save(name, table) for name, table in tables.items()}
            with self._register.write() as conn:
                conn.execute(sa.delete(lake_files).where(lake_files.c.table_name.in_(list(tables))))
                for name, file_name in saved.items():
                    rows = tables[name].num_rows
                    _list_file(conn, name, file_name, first_seq=0, last_seq=seq, rows=rows)
        self.sweep()

    def append(self, name: str, table: pa.Table, *, first_seq: int, last_seq: int) -> None:
        """Add rows with sequence numbers from `first_seq` to `last_seq`."""
        with self._saving():
            file_name = self._save(name, table)
            with self._register.write() as conn:
                _list_file(conn, name, file_name, first_seq=first_seq, last_seq=last_seq, rows=table.num_rows)

    def compact(self, name: str, *, most: int = MOST_FILES) -> bool:
        """Write the small files of a table as one when there are more than `most`; returns whether it did.

        Readers go on with the old files until the list has changed, which is one transaction.
        """
        small = sa.and_(lake_files.c.table_name == name, lake_files.c.row_count < SMALL_ROWS)
        with self._register.read() as conn:
            rows = conn.execute(sa.select(lake_files).where(small).order_by(lake_files.c.first_seq)).all()
        if len(rows) <= most:
            return False
        schema = _schemas.get(name) or pq.read_schema(self.path / rows[-1].file_name)
        parts = [_fitting(pq.read_table(self.path / row.file_name), schema) for row in rows]
        with self._saving():
            file_name = self._save(name, pa.concat_tables(parts))
            with self._register.write() as conn:
                gone = sa.and_(small, lake_files.c.file_name.in_([row.file_name for row in rows]))
                if conn.execute(sa.delete(lake_files).where(gone)).rowcount != len(rows):
                    raise LakeChanged(table=name)
                _list_file(
                    conn,
                    name,
                    file_name,
                    first_seq=rows[0].first_seq,
                    last_seq=max(row.last_seq for row in rows),
                    rows=sum(part.num_rows for part in parts),
                )
        self.sweep()
        return True

    def forget(self, names: Iterable[str]) -> None:
        """Take tables away; they are written anew at the next refresh."""
        with self._register.write() as conn:
            conn.execute(sa.delete(lake_files).where(lake_files.c.table_name.in_(list(names))))
        self.sweep(grace=0)

    def forget_from(self, name: str, seq: int) -> int:
        """Take away the files of `name` that hold `seq` or later; returns the highest sequence number that is left."""
        with self._register.write() as conn:
            wanted = sa.and_(lake_files.c.table_name == name, lake_files.c.last_seq >= seq)
            conn.execute(sa.delete(lake_files).where(wanted))
        self.sweep(grace=0)
        return self.sequence(name)

    def close(self) -> None:
        """Close this thread's engine connection."""
        if hasattr(self._local, "connected"):
            self._local.connected.con.disconnect()
            del self._local.connected

    @contextlib.contextmanager
    def _saving(self, *, is_alone: bool = False) -> Iterator[None]:
        """Between saving a file and listing it, nobody sweeps; whoever sweeps at once is alone."""
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path / SAVING, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH)
            yield
        finally:
            os.close(descriptor)

    def _save(self, name: str, table: pa.Table) -> str:
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True)
        file_name = f"{name}/{self._ids.new()}.parquet"
        pq.write_table(table, self.path / file_name, compression="zstd")
        return file_name

    def _read(self, con: Any, name: str, files: Sequence[str]) -> ir.Table:
        if not files:
            return ibis.memtable(_schemas[name].empty_table())
        paths = [str(self.path / file) for file in files]
        if isinstance(con, Cluster):
            return _complete(con.parquet(name, paths), name)
        return _complete(con.read_parquet(paths, union_by_name=True), name)

    def sweep(self, grace: float = GRACE_SECONDS) -> None:
        """Delete files that no table lists any more and that are older than `grace` seconds.

        So goes what an engine had put aside whose process was killed.
        """
        spill.sweep(self.path / SPILL)
        # A file that is older than the grace was listed long ago, or never will be.
        with contextlib.nullcontext() if grace >= GRACE_SECONDS else self._saving(is_alone=True):
            self._sweep(time.time() - grace)

    def _sweep(self, oldest: float) -> None:
        with self._register.read() as conn:
            listed = set(conn.scalars(sa.select(lake_files.c.file_name)))
        for path in self.path.glob("*/*.parquet"):
            if f"{path.parent.name}/{path.name}" not in listed:
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime <= oldest:
                        path.unlink()


@dataclass(slots=True)
class _Connected:
    """An engine's connection with the tables and views that were asked of it, and the files that each is made of."""

    con: Any
    tables: dict[str, tuple[tuple[str, ...], ir.Table]] = field(default_factory=dict)
    views: dict[str, tuple[Mapping[str, tuple[str, ...]], ir.Table]] = field(default_factory=dict)


class _Noting:
    """Gives the tables of a lake, and notes the files of which each is made."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self.files: dict[str, tuple[str, ...]] = {}

    def table(self, name: str) -> ir.Table:
        """The table or view of the name."""
        view = view_of(name)
        if view is not None:
            return view(self)
        # Before the table: of files that change in between, the view is then made anew.
        self.files[name] = self._lake.files(name)
        return self._lake.table(name)


def _fitting(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A table in the columns of a schema; what it does not have is missing."""
    columns = [
        table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _list_file(conn: Connection, table: str, file: str, *, first_seq: int, last_seq: int, rows: int) -> None:
    conn.execute(
        sa.insert(lake_files).values(
            file_name=file, table_name=table, first_seq=first_seq, last_seq=last_seq, row_count=rows
        )
    )
