"""Reads a file in batches of rows, with every line that could not be read beside them."""

from __future__ import annotations

from itertools import islice
from typing import IO, TYPE_CHECKING

from habitue.collect.files.container import open_bytes
from habitue.collect.files.delimited import DelimitedRows
from habitue.collect.files.errors import FileOnlyHeadings
from habitue.collect.files.lines import LineSource
from habitue.collect.files.objects import read_objects, read_parquet
from habitue.collect.files.shape_of_table import column_names, is_blank
from habitue.collect.files.shapes import BATCH_ROWS, Batch, Cell, Format, Note, Rejected, Row
from habitue.collect.files.sheets import sheet_rows, unpacked
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Batch", "Cell", "Rejected", "Row", "read", "sample"]

_LOOK_AHEAD = 200


def read(path: Path, fmt: Format) -> Iterator[Batch]:
    """The rows below the headings in batches of some 5,000, blank rows left out; memory stays bounded.

    Empty text cells stay `""` in CSV and are None elsewhere. Lines that cannot be read are in `Batch.rejected`.
    """
    if fmt.kind == "parquet":
        return read_parquet(path, fmt)
    if fmt.kind == "jsonl":
        return read_objects(path, fmt)
    return _read_csv(path, fmt) if fmt.kind == "csv" else _read_sheet(path, fmt)


def sample(path: Path, fmt: Format, *, rows: int = 1_000) -> Batch:
    """The first rows of a file as one batch, for guessing columns and for a preview."""
    taken: list[Row] = []
    lines: list[int] = []
    rejected: list[Rejected] = []
    columns: tuple[str, ...] = ()
    for batch in read(path, fmt):
        columns = batch.columns
        room = rows - len(taken)
        taken.extend(batch.rows[:room])
        lines.extend(batch.lines[:room])
        rejected.extend(batch.rejected)
        if len(taken) >= rows:
            break
    return Batch(columns, lines[0] if lines else 1, taken, lines, tuple(rejected))


def _rows_of(file: IO[bytes], fmt: Format) -> tuple[LineSource, DelimitedRows]:
    fallback = "cp1251" if fmt.heading_language == "ru" else "cp1252"
    source = LineSource(file, encoding=fmt.encoding or "utf-8", fallback=fallback)
    return source, DelimitedRows(source, delimiter=fmt.delimiter or ",", quote=fmt.quote)


def _above_data(fmt: Format) -> int:
    """How many rows stand above the first row of data."""
    return fmt.skip_rows if fmt.header_row is None else fmt.header_row + fmt.heading_rows


def _csv_columns(path: Path, fmt: Format) -> tuple[str, ...]:
    with open_bytes(path, name=fmt.name, packed=fmt.gzip) as file:
        _source, rows = _rows_of(file, fmt)
        first = [cells for _line, cells in islice(rows, _above_data(fmt) + _LOOK_AHEAD)]
    above = _above_data(fmt)
    headings = first[fmt.header_row : above] if fmt.header_row is not None else []
    return column_names(headings, _width(headings, [cells for cells in first[above:] if any(cells)]))


def _width(headings: list[list[str]], ahead: list[list[str]]) -> int:
    """The number of columns: as many as the headings name, or as most of the first rows have if that is more."""
    named = max((len(row) for row in headings), default=0)
    widths = [len(row) for row in ahead]
    usual = max(set(widths), key=widths.count) if widths else 0
    return usual if usual > named and widths.count(usual) > len(widths) * 0.8 else named or usual


def _read_csv(path: Path, fmt: Format) -> Iterator[Batch]:
    columns = _csv_columns(path, fmt)
    with open_bytes(path, name=fmt.name, packed=fmt.gzip) as file:
        source, delimited = _rows_of(file, fmt)
        found = iter(delimited)
        for _above in islice(found, _above_data(fmt)):
            pass
        delimited.width = len(columns)
        yield from _csv_batches(found, delimited, source, columns)


def _csv_batches(
    found: Iterator[tuple[int, list[str]]], delimited: DelimitedRows, source: LineSource, columns: tuple[str, ...]
) -> Iterator[Batch]:
    rows: list[Row] = []
    lines: list[int] = []
    mended = 0
    for line, cells in found:
        if not any(cells):
            continue
        rows.append(tuple(cells))
        lines.append(line)
        if len(rows) >= BATCH_ROWS:
            yield _batch(columns, rows, lines, delimited, source, mended)
            mended = source.mended
            rows, lines = [], []
    last = _batch(columns, rows, lines, delimited, source, mended)
    if last.rows or last.rejected:
        yield last


def _batch(
    columns: tuple[str, ...],
    rows: list[Row],
    lines: list[int],
    delimited: DelimitedRows,
    source: LineSource,
    mended: int,
) -> Batch:
    rejected = sorted((*source.rejected, *delimited.rejected), key=lambda item: item.line)
    source.rejected.clear()
    delimited.rejected.clear()
    notes: tuple[Note, ...] = ()
    if source.mended > mended:
        message = _("%(count)s characters were read in another encoding than the rest of the file.")
        notes = (Note("characters_mended", message, {"count": source.mended - mended}),)
    first = lines[0] if lines else (rejected[0].line if rejected else 1)
    return Batch(columns, first, rows, lines, tuple(rejected), notes)


def _read_sheet(path: Path, fmt: Format) -> Iterator[Batch]:
    with unpacked(path, name=fmt.name, packed=fmt.gzip) as plain:
        found = sheet_rows(plain, name=fmt.name, sheet=fmt.sheet).rows
        above = list(islice(found, _above_data(fmt)))
        headings = above[fmt.header_row :] if fmt.header_row is not None else []
        first = next(found, None)
        if first is None:
            raise FileOnlyHeadings(name=fmt.name)
        width = max(len(first), *(len(row) for row in headings)) if headings else len(first)
        columns = column_names(headings, width)
        line = _above_data(fmt) + 1
        yield from _sheet_batches(_chain(first, found), columns, width, line)


def _chain(first: list[Cell], rest: Iterator[list[Cell]]) -> Iterator[list[Cell]]:
    yield first
    yield from rest


def _sheet_batches(found: Iterator[list[Cell]], columns: tuple[str, ...], width: int, line: int) -> Iterator[Batch]:
    rows: list[Row] = []
    lines: list[int] = []
    for cells in found:
        if any(not is_blank(cell) for cell in cells):
            padded = [None if cell == "" else cell for cell in cells] + [None] * (width - len(cells))
            rows.append(tuple(padded[:width]))
            lines.append(line)
        line += 1
        if len(rows) >= BATCH_ROWS:
            yield Batch(columns, lines[0], rows, lines)
            rows, lines = [], []
    if rows:
        yield Batch(columns, lines[0], rows, lines)
