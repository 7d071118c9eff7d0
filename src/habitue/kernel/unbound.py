"""The lake's tables as names with columns: to write a question as SQL for an engine that somebody else opens."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.sql.datatypes import DuckDBType

from habitue.kernel.engine import MACROS
from habitue.kernel.lake import Lake, view_of

PREFIX = "lake_"
_DIALECT = "duckdb"


class Unbound:
    """Gives tables without rows, and remembers which files a question needs."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._needed: dict[str, pa.Schema] = {}

    def table(self, name: str) -> ir.Table:
        """The table or view of a name."""
        view = view_of(name)
        if view is not None:
            return view(self)
        schema = self._needed.setdefault(name, self._lake.schema(name))
        return ibis.table(ibis.Schema.from_pyarrow(schema), name=PREFIX + name)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that were needed so far."""
        return tuple(path for name in self._needed for path in self._lake.paths(name))

    @property
    def preparation(self) -> tuple[str, ...]:
        """The statements that make the engine know the files and functions."""
        return (*MACROS, *(f"CREATE OR REPLACE VIEW {PREFIX}{name} AS {self._sql(name)}" for name in self._needed))

    def _sql(self, name: str) -> str:
        paths, schema = self._lake.paths(name), self._needed[name]
        there = {column for path in paths for column in pq.read_schema(path).names}
        columns = ", ".join(_column(field, field.name in there) for field in schema)
        if not paths:
            return f"SELECT {columns} WHERE false"
        files = ", ".join(_text(path) for path in paths)
        return f"SELECT {columns} FROM read_parquet([{files}], union_by_name=true)"


def sql(expression: ir.Table) -> str:
    """A question about unbound tables as SQL of the engine in process."""
    return str(ibis.to_sql(expression, dialect=_DIALECT))


def _column(field: pa.Field, is_there: bool) -> str:
    if is_there:
        return f'"{field.name}"'
    kind = ibis.Schema.from_pyarrow(pa.schema([field]))[field.name]
    return f'CAST(NULL AS {DuckDBType.to_string(kind)}) AS "{field.name}"'


def _text(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"
