"""The shapes that the steps of reading a file hand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

Cell: TypeAlias = str | int | float | Decimal | datetime | date | bool | None
Row: TypeAlias = tuple[Cell, ...]

MAX_COLUMNS = 2_000
MAX_LINE = 1_000_000
BATCH_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader of a file should know: a code, an English msgid and its parameters."""

    code: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written.

    `kind` is csv, xlsx, ods, jsonl or parquet. `header_row` is the 0-based row of the headings, None when the
    file has none; `heading_rows` says how many rows make up the headings, `skip_rows` how many come before
    the data of a file without headings. `encoding`, `delimiter` and `quote`
    are None where the kind has no such thing; `quote` is also None for a CSV file without quotes.
    """

    kind: str
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header_row: int | None = 0
    decimal: str = "."
    date_order: str = "DMY"
    heading_language: str | None = None
    sheet: str | None = None
    gzip: bool = False
    notes: tuple[Note, ...] = ()
    heading_rows: int = 1
    skip_rows: int = 0
    sheets: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line, or the lines of one order, that could not be taken, with the reason and what stood there.

    `raw` is the text as it stood in the file (shortened for endless lines), `rows` the cells where they could be
    told apart, `lines` every line concerned.
    """

    line: int
    raw: str
    code: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    lines: tuple[int, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file in their order, each as wide as `columns`; `lines` holds each row's line in the file."""

    columns: tuple[str, ...]
    first_line: int
    rows: list[Row]
    lines: list[int]
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A cell that could not be read as what its column means; the rest of its row was taken."""

    column: str
    value: Cell
    code: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """What one row, or the rows of one order, say.

    `key` names the record within its source and stays the same from one import to the next; `content_hash`
    changes when a cell or the mapping changes. `messages` lack only their messageId. `raw` holds the cells of
    the first row. The row of a list of products has no messages but a `product`.
    """

    line: int
    lines: tuple[int, ...]
    key: str
    content_hash: str
    messages: tuple[dict[str, Any], ...]
    raw: Row
    problems: tuple[CellProblem, ...] = ()
    product: dict[str, str] | None = None
