"""Files that hold one table: read as they are, and written with the same rows in the same order."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from habitue.collect.files import reading
from habitue.collect.files.delimited import BLANKS
from habitue.collect.files.shape_of_table import could_head
from habitue.collect.files.shapes import Format
from habitue.collect.files.sniff import sniff
from habitue.identity.matching.errors import DelimiterUnknown, EndingUnknown, OutIsInput
from habitue.identity.matching.evenness import check_even, check_one_column

HEAD_ROWS = 1_000


@dataclass(frozen=True)
class TableFile:
    """A table, how its file was written, how many of its rows could not be read, and how many were padded or cut."""

    table: pa.Table
    format: Format
    lost: int = 0
    odd: int = 0


def read_table(path: Path, *, delimiter: str | None = None) -> TableFile:
    """The table of a CSV, TSV, Parquet, JSON Lines or spreadsheet file; raises what the reader of files raises.

    What stands between the cells of a CSV file is found out, unless `delimiter` names it. Raises RowsUneven and
    OnlyOneColumn where its lines are no table.
    """
    fmt = sniff(path, filename=path.name)
    if fmt.kind == "parquet" and not fmt.gzip:
        return TableFile(pq.read_table(path), fmt)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '\r\n"\0'):
        raise DelimiterUnknown(delimiter=delimiter)
    if fmt.kind == "csv" and delimiter is not None:
        fmt = replace(fmt, delimiter=delimiter, quote='"', header_row=None, skip_rows=0)
    if fmt.kind == "csv" and not fmt.gzip and fmt.delimiter != BLANKS:
        fmt = _headed(path, fmt)
        return _csv_file(path, fmt, is_named=delimiter is not None)
    table, lost = _other_table(path, fmt)
    return TableFile(table, fmt, lost)


def _csv_file(path: Path, fmt: Format, *, is_named: bool) -> TableFile:
    table, is_fast = _csv_table(path, fmt)
    if table.num_columns == 1 and not is_named:
        check_one_column(path, fmt)
    if is_fast and not _has_lines(table):
        return TableFile(table, fmt)
    odd, broken = check_even(path, fmt, table.num_columns)
    if broken:  # a quotation mark that is not closed takes all lines below into its cell: read line by line instead
        table, lost = _other_table(path, fmt)
        return TableFile(table, fmt, lost)
    return TableFile(table, fmt, odd=odd)


def _has_lines(table: pa.Table) -> bool:
    """Whether a cell holds several lines: by intent, or since a quotation mark was opened and not closed."""
    return any(pc.any(pc.match_substring(column, "\n")).as_py() for column in table.columns)


def _headed(path: Path, fmt: Format) -> Format:
    """With the first row as headings wherever it may be: a table to match has them far more often than not.

    An import asks before it takes such a row; here the same columns have to come out as went in.
    """
    if fmt.header_row is not None or fmt.skip_rows:
        return fmt
    with path.open(encoding=fmt.encoding or "utf-8", errors="replace", newline="") as file:
        lines = csv.reader(file, delimiter=fmt.delimiter or ",", quotechar=fmt.quote or '"')
        first = list(islice(lines, HEAD_ROWS))
    return replace(fmt, header_row=0, heading_rows=1) if first and could_head(first) else fmt


def _csv_table(path: Path, fmt: Format) -> tuple[pa.Table, bool]:
    """All cells as text, and whether every row had its place; else those too short or too long are padded or cut."""
    try:
        options = pyarrow.csv.ReadOptions(
            encoding=fmt.encoding or "utf-8",
            skip_rows=fmt.header_row or 0,
            autogenerate_column_names=fmt.header_row is None,
        )
        first = _heading(path, fmt)
        parse = pyarrow.csv.ParseOptions(
            delimiter=fmt.delimiter or ",",
            quote_char=fmt.quote or False,
            newlines_in_values=fmt.quote is not None,
            ignore_empty_lines=len(first) > 1,  # where there is one column, an empty line is a row that says nothing
        )
        convert = pyarrow.csv.ConvertOptions(
            column_types={name: pa.string() for name in first}, strings_can_be_null=False
        )
        table = pyarrow.csv.read_csv(path, read_options=options, parse_options=parse, convert_options=convert)
        if len(set(table.column_names)) == len(table.column_names) and all(
            pa.types.is_string(kind) for kind in table.schema.types
        ):
            return table, True
    except (pa.ArrowException, UnicodeError, ValueError, LookupError):
        return _slow_csv(path, fmt), False
    return _slow_csv(path, fmt), False


def _heading(path: Path, fmt: Format) -> list[str]:
    with path.open(encoding=fmt.encoding or "utf-8", errors="replace", newline="") as file:
        for _row in range(fmt.header_row or 0):
            file.readline()
        row = next(csv.reader(file, delimiter=fmt.delimiter or ",", quotechar=fmt.quote or '"'), [])
    if fmt.header_row is None:
        return [f"f{number}" for number in range(len(row))]
    return [name.lstrip("\ufeff") for name in row]


def _slow_csv(path: Path, fmt: Format) -> pa.Table:
    quoting: Literal[0, 3] = 0 if fmt.quote else 3  # minimal, none
    with path.open(encoding=fmt.encoding or "utf-8", errors="replace", newline="") as file:
        rows = list(csv.reader(file, delimiter=fmt.delimiter or ",", quotechar=fmt.quote or '"', quoting=quoting))
    rows = [row for row in rows if row]
    start = fmt.header_row or 0
    names = rows[start] if fmt.header_row is not None else [f"f{number}" for number in range(max(map(len, rows)))]
    body = rows[start + 1 :] if fmt.header_row is not None else rows
    names = distinct([name.lstrip("\ufeff") for name in names])
    return pa.table(
        {
            name: pa.array([row[at] if at < len(row) else "" for row in body], pa.string())
            for at, name in enumerate(names)
        }
    )


def _other_table(path: Path, fmt: Format) -> tuple[pa.Table, int]:
    columns: tuple[str, ...] = ()
    rows: list[tuple[object, ...]] = []
    lost = 0
    for batch in reading.read(path, fmt):
        columns = batch.columns
        rows.extend(batch.rows)
        lost += len(batch.rejected)
    names = distinct(list(columns))
    cells = {name: [None if row[at] is None else str(row[at]) for row in rows] for at, name in enumerate(names)}
    return pa.table({name: pa.array(texts, pa.string()) for name, texts in cells.items()}), lost


def distinct(names: list[str]) -> list[str]:
    """The names, each once: from its second time on a name carries a number."""
    seen: dict[str, int] = {}
    made = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return made


def write_table(table: pa.Table, path: Path, *, like: Format | None = None) -> None:
    """Write CSV (in the delimiter of `like`) or Parquet by the ending of `path`; raises EndingUnknown.

    The file is there whole or not at all: whatever stops the writing leaves what was there before.
    """
    check_ending(path)
    path = path.resolve()
    part = path.with_name(f".{path.name}.part")
    try:
        _write(table, part, path.suffix.lower(), like)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write(table: pa.Table, path: Path, ending: str, like: Format | None) -> None:
    if ending == ".parquet":
        pq.write_table(table, path)
        return
    delimiter = "\t" if ending == ".tsv" else (like.delimiter if like and like.delimiter else ",")
    plain = [field.name for field in table.schema if pa.types.is_nested(field.type) or pa.types.is_binary(field.type)]
    for name in plain:
        texts = pa.array([None if cell is None else str(cell) for cell in table[name].to_pylist()], pa.string())
        table = table.set_column(table.column_names.index(name), name, texts)
    options = pyarrow.csv.WriteOptions(delimiter=delimiter, quoting_style="needed")
    pyarrow.csv.write_csv(table, path, write_options=options)


def check_out(path: Path, given: Path) -> None:
    """Refuse, before a long run, a result that could not be written or would take the place of the file `given`."""
    check_ending(path)
    if path.exists() and path.samefile(given):
        raise OutIsInput(file=path.name)
    try:
        with TemporaryFile(dir=path.resolve().parent):
            pass
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, str(path)) from None  # about the file that was asked for


def check_ending(path: Path) -> None:
    """Refuse a name whose kind we do not write."""
    if path.suffix.lower() not in {".csv", ".tsv", ".parquet"}:
        raise EndingUnknown(file=path.name)
