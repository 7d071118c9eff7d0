"""JSON Lines and Parquet: files whose cells already have names and types."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from habitue.collect.files.container import open_bytes
from habitue.collect.files.errors import FileDamaged, FileEmpty, FileOnlyHeadings, FileTooManyColumns
from habitue.collect.files.evidence import decide_signs
from habitue.collect.files.lines import LineSource
from habitue.collect.files.shape_of_table import language_of
from habitue.collect.files.shapes import BATCH_ROWS, MAX_COLUMNS, Batch, Format, Note, Rejected
from habitue.collect.files.sheets import unpacked
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from habitue.collect.files.shapes import Cell, Row

_SAMPLE_ROWS = 2_000
_SHARED = 100_000


def _check_width(count: int, name: str) -> None:
    if count > MAX_COLUMNS:
        raise FileTooManyColumns(name=name, count=count, limit=MAX_COLUMNS)


@contextmanager
def _opened(path: Path, name: str, packed: bool) -> Iterator[pq.ParquetFile]:
    with unpacked(path, name=name, packed=packed) as plain:
        try:
            with pq.ParquetFile(plain) as file:
                yield file
        except (pa.ArrowException, OSError, ValueError):
            raise FileDamaged(name=name, kind="Parquet") from None


def sniff_parquet(path: Path, *, name: str, packed: bool) -> Format:
    """The format of a Parquet file; raises FileDamaged, FileOnlyHeadings or FileTooManyColumns."""
    with _opened(path, name, packed) as file:
        names = list(file.schema_arrow.names)
        _check_width(len(names), name)
        if not file.metadata.num_rows:
            raise FileOnlyHeadings(name=name)
        batch = next(file.iter_batches(batch_size=_SAMPLE_ROWS))
        rows = list(zip(*(_cells(column) for column in batch.columns), strict=True))
    return _typed_format("parquet", names, rows, name=name, packed=packed)


def _typed_format(
    kind: str, names: list[str], rows: list[Any], *, name: str, packed: bool, encoding: str | None = None
) -> Format:
    language = language_of([names])
    signs = decide_signs(rows, language=language, delimiter=None)
    return Format(
        kind=kind,
        encoding=encoding,
        header_row=None if kind == "jsonl" else 0,
        decimal=signs.decimal,
        date_order=signs.date_order,
        heading_language=language,
        gzip=packed,
        notes=signs.notes,
        name=name,
    )


def _cells(column: pa.Array) -> list[Any]:
    """The column as Python values; nested ones as JSON text, bytes as text."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_nested(kind):
        return [None if value is None else msgspec.json.encode(value).decode() for value in column.to_pylist()]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return [None if value is None else value.decode("utf-8", "replace") for value in column.to_pylist()]
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    if pa.types.is_time(kind) or pa.types.is_duration(kind):
        return [None if value is None else str(value) for value in column.to_pylist()]
    return list(column.to_pylist())


def read_parquet(path: Path, fmt: Format) -> Iterator[Batch]:
    """The rows of a Parquet file, a batch at a time; line 1 is the first row."""
    with _opened(path, fmt.name, fmt.gzip) as file:
        columns = tuple(file.schema_arrow.names)
        memos: list[dict[str, str]] = [{} for _column in columns]
        line = 1
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            cells = [
                _shared(_cells(column), memo) if pa.types.is_string(column.type) else _cells(column)
                for column, memo in zip(batch.columns, memos, strict=True)
            ]
            rows: list[Row] = list(zip(*cells, strict=True))
            yield Batch(columns, line, rows, list(range(line, line + len(rows))))
            line += len(rows)


def _shared(cells: list[Any], memo: dict[str, str]) -> list[Any]:
    """Equal strings as one object, so that rows which are kept cost little."""
    if len(memo) > _SHARED:
        memo.clear()
    return list(map(memo.setdefault, cells, cells))


def _flat(value: dict[str, Any]) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            for below, cell in inner.items():
                found[f"{name}.{below}"] = _leaf(cell)
        else:
            found[name] = _leaf(inner)
    return found


def _leaf(value: Any) -> Cell:
    return msgspec.json.encode(value).decode() if isinstance(value, (dict, list)) else value


def _objects(path: Path, name: str, packed: bool, encoding: str) -> Iterator[tuple[int, dict[str, Cell] | Rejected]]:
    decode = msgspec.json.Decoder().decode
    with open_bytes(path, name=name, packed=packed) as file:
        source = LineSource(file, encoding=encoding)
        for line in source:
            source.taken.clear()
            while source.rejected:
                yield source.number, source.rejected.pop(0)
            text = line.strip().lstrip("\ufeff")
            if not text or text in "[]":
                continue
            try:
                value = decode(text.rstrip(","))
            except (msgspec.DecodeError, UnicodeEncodeError):
                value = None
            if isinstance(value, dict):
                yield source.number, _flat(value)
            elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
                yield from ((source.number, _flat(item)) for item in value)
            else:
                message = _("The line is not a JSON object.")
                number = source.number
                yield number, Rejected(number, text[:1000], "not_an_object", message, lines=(number,))


def sniff_objects(path: Path, *, name: str, packed: bool, encoding: str, notes: tuple[Note, ...]) -> Format:
    """The format of a JSON Lines file; raises FileDamaged when no line of it is an object."""
    sample = list(islice(_objects(path, name, packed, encoding), _SAMPLE_ROWS))
    if not sample:
        raise FileEmpty(name=name)
    rows = [value for _line, value in sample if isinstance(value, dict)]
    if not rows:
        raise FileDamaged(name=name, kind="JSON Lines")
    names = list(dict.fromkeys(key for row in rows for key in row))
    _check_width(len(names), name)
    cells = [list(row.values()) for row in rows]
    return _typed_format("jsonl", names, cells, name=name, packed=packed, encoding=encoding)


def read_objects(path: Path, fmt: Format) -> Iterator[Batch]:
    """The objects of a JSON Lines file as rows; a first walk gathers every name, so that late ones are kept."""
    encoding = fmt.encoding or "utf-8"
    names: dict[str, None] = {}
    for _line, value in _objects(path, fmt.name, fmt.gzip, encoding):
        if isinstance(value, dict):
            names.update(dict.fromkeys(value))
            _check_width(len(names), fmt.name)
    columns = tuple(names)
    rows: list[Row] = []
    lines: list[int] = []
    rejected: list[Rejected] = []
    for line, value in _objects(path, fmt.name, fmt.gzip, encoding):
        if isinstance(value, Rejected):
            rejected.append(value)
            continue
        rows.append(tuple(map(value.get, columns)))
        lines.append(line)
        if len(rows) >= BATCH_ROWS:
            yield Batch(columns, lines[0], rows, lines, tuple(rejected))
            rows, lines, rejected = [], [], []
    if rows or rejected:
        first = lines[0] if lines else rejected[0].line
        yield Batch(columns, first, rows, lines, tuple(rejected))
