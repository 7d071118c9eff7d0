"""The columns of any table of orders: a path, a pandas data frame, an Arrow or an Ibis table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from habitue.collect.files.container import open_bytes
from habitue.collect.files.lines import LineSource
from habitue.collect.files.reading import read, sample
from habitue.collect.files.shapes import Format
from habitue.collect.files.sniff import sniff
from habitue.insights.books.roles import Roles, roles

SAMPLE = 1_000


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that matter, by their role, and how their cells are written."""

    values: Mapping[str, pa.Array | list[Any]]
    names: Mapping[str, str]
    roles: Roles
    format: Format
    rows: int


def columns_of(orders: Any, named: Mapping[str, str | None]) -> Columns:
    """Read what matters from a path, a pandas data frame, an Arrow table or an Ibis table."""
    if isinstance(orders, str | Path):
        return _of_path(Path(orders), named)
    if isinstance(orders, ir.Table):
        orders = orders.to_pyarrow()
    if not isinstance(orders, pa.Table):
        orders = pa.Table.from_pandas(orders, preserve_index=False)
    return _of_table(orders, named, Format(kind="parquet", date_order="YMD"))


def _of_path(path: Path, named: Mapping[str, str | None]) -> Columns:
    fmt = sniff(path, filename=path.name)
    if fmt.kind == "parquet" and not fmt.gzip:
        return _of_table(pq.read_table(path), named, fmt)
    first = sample(path, fmt, rows=SAMPLE)
    if len(first.columns) == 1 and fmt.kind == "csv":
        return _of_blanks(path, fmt, named)
    found = roles(first.columns, first.rows, fmt, named)
    places = found.places()
    cells: dict[str, list[Any]] = {name: [] for name in places}
    rows = 0
    for batch in read(path, fmt):
        rows += len(batch.rows)
        for name, place in places.items():
            cells[name].extend(row[place] for row in batch.rows)
    return Columns(cells, {name: first.columns[place] for name, place in places.items()}, found, fmt, rows)


def _of_table(table: pa.Table, named: Mapping[str, str | None], fmt: Format) -> Columns:
    few = table.slice(0, SAMPLE)
    rows = list(zip(*(column.to_pylist() for column in few.columns), strict=True))
    found = roles(table.column_names, rows, fmt, named)
    places = found.places()
    values = {name: table.column(place).combine_chunks() for name, place in places.items()}
    return Columns(values, {n: table.column_names[p] for n, p in places.items()}, found, fmt, table.num_rows)


def _of_blanks(path: Path, fmt: Format, named: Mapping[str, str | None]) -> Columns:
    """A text whose columns are set apart by blanks."""
    with open_bytes(path, name=path.name, packed=fmt.gzip) as file:
        lines = [line.split() for line in LineSource(file, encoding=fmt.encoding or "utf-8")]
    lines = [line for line in lines if line]
    width = max(map(len, lines), default=0)
    headings: Sequence[str] = [f"Column {number}" for number in range(1, width + 1)]
    if lines and not any(cell[:1].isdigit() for cell in lines[0]):
        headings = [*lines[0], *headings[len(lines[0]) :]]
        lines = lines[1:]
    rows: list[Any] = [tuple(line) for line in lines if len(line) == width]
    found = roles(headings, rows[:SAMPLE], fmt, named)
    places = found.places()
    cells = {name: [row[place] for row in rows] for name, place in places.items()}
    return Columns(cells, {name: headings[place] for name, place in places.items()}, found, fmt, len(rows))
