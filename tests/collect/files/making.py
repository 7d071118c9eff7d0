"""Writes the same table as every kind of file, and imports a file without asking anything."""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from habitue.collect.files.columns import guess_columns
from habitue.collect.files.mapping import Mapping
from habitue.collect.files.messages import Record, Rejected, messages
from habitue.collect.files.reading import read, sample
from habitue.collect.files.sniff import Format, sniff

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file."""

    format: Format
    targets: dict[str, str | None]
    records: list[Record]
    rejected: list[Rejected]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All messages in their order."""
        return [message for record in self.records for message in record.messages]

    def events(self, name: str) -> list[dict[str, Any]]:
        """The properties of all events of a name."""
        return [message["properties"] for message in self.messages if message.get("event") == name]

    @property
    def traits(self) -> list[dict[str, Any]]:
        """The traits of all identify messages."""
        return [message["traits"] for message in self.messages if message["type"] == "identify"]


def import_file(
    path: Path, *, sheet: str | None = None, targets: dict[str, str | None] | None = None, **constants: str
) -> Imported:
    """Sniff, guess (some targets may be given by heading), read, and gather everything."""
    fmt = sniff(path, filename=path.name, sheet=sheet)
    first = sample(path, fmt)
    guesses = guess_columns(first.columns, first.rows, fmt)
    chosen = [(targets or {}).get(guess.heading, guess.target) for guess in guesses]
    found = list(
        messages(
            read(path, fmt),
            Mapping(tuple(chosen), constants),
            fmt,
            source_id="till",
            country="DE",
            currency="EUR",
            timezone="Europe/Berlin",
            received_at=NOW,
        )
    )
    return Imported(
        fmt,
        dict(zip(first.columns, chosen, strict=True)),
        [item for item in found if isinstance(item, Record)],
        [item for item in found if isinstance(item, Rejected)],
    )


def import_text(folder: Path, text: str, *, encoding: str = "utf-8", **given: Any) -> Imported:
    """Import a text written to a CSV file."""
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    return import_file(path, **given)


def csv_bytes(rows: list[list[Any]], *, encoding: str = "utf-8", **dialect: Any) -> bytes:
    """The rows as delimited text."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, **dialect).writerows(rows)
    return buffer.getvalue().encode(encoding)


def xlsx_bytes(rows: list[list[Any]]) -> bytes:
    """The rows as a workbook."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Liste")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


def ods_bytes(rows: list[list[Any]]) -> bytes:
    """The rows as an OpenDocument spreadsheet."""
    document = OpenDocumentSpreadsheet()
    table = Table(name="Liste")
    for row in rows:
        line = TableRow()
        for cell in row:
            if isinstance(cell, (int, float)):
                line.addElement(TableCell(valuetype="float", value=str(cell)))
            else:
                written = TableCell(valuetype="string")
                written.addElement(P(text=str(cell)))
                line.addElement(written)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    buffer = io.BytesIO()
    document.write(buffer)
    return buffer.getvalue()


def jsonl_bytes(rows: list[list[Any]]) -> bytes:
    """The rows as JSON Lines."""
    lines = [json.dumps(dict(zip(rows[0], row, strict=True)), ensure_ascii=False) for row in rows[1:]]
    return "\n".join(lines).encode()


def parquet_bytes(rows: list[list[Any]]) -> bytes:
    """The rows as Parquet."""
    buffer = io.BytesIO()
    columns = {name: [row[index] for row in rows[1:]] for index, name in enumerate(rows[0])}
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def packed(data: bytes) -> bytes:
    """The bytes, gzipped."""
    return gzip.compress(data)
