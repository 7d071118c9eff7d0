"""The values of an answer as Python holds them, and as the cells of a file for spreadsheets. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from habitue.activation.safe_cells import csv_text

# How the engine writes the ends of time into an answer.
_INFINITE: Final = {2**63 - 1: "infinity", 1 - 2**63: "-infinity", 2**31 - 1: "infinity", 1 - 2**31: "-infinity"}
_QUOTED: Final = re.compile(r'[",\r\n]')
# No sign and no break anywhere: such a text is a cell as it is.
_HARMLESS: Final = re.compile(r"[\w .:/]*")


def values(column: pa.ChunkedArray | pa.Array) -> Sequence[Any]:
    """The values of a column; an instant or a day that Python cannot hold, or cannot move by a time zone, as text."""
    try:
        plain = column.to_pylist()
    except (OverflowError, ValueError, pa.ArrowException):
        plain = [_one(scalar) for scalar in column]
    return [_text_at_the_edge(value) for value in plain] if pa.types.is_temporal(column.type) else plain


def texts(column: pa.Array, zone: ZoneInfo) -> Sequence[str]:
    """The cells of a column as a CSV file has them, quoted where they must be."""
    found = values(column)
    if pa.types.is_boolean(column.type):
        return ["" if value is None else "true" if value else "false" for value in found]
    if pa.types.is_integer(column.type):
        return ["" if value is None else str(value) for value in found]
    known: dict[Any, str] = {}
    cells = []
    for value in found:
        text = value if isinstance(value, str) else written(value, zone)
        if text not in known:
            known[text] = cell(text)
        cells.append(known[text])
    return cells


def cell(text: str) -> str:
    """A text as a cell of a CSV file that no program takes for a formula."""
    if _HARMLESS.fullmatch(text):
        return text
    safe = csv_text(text)
    return '"' + safe.replace('"', '""') + '"' if _QUOTED.search(safe) else safe


def written(value: object, zone: ZoneInfo) -> str:
    """A value as a machine reads it; instants in the time zone of the business."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text_at_the_edge(value: Any) -> Any:
    is_at_the_edge = isinstance(value, datetime) and value.year in (MINYEAR, MAXYEAR)
    return value.isoformat(timespec="seconds") if is_at_the_edge else value


def _one(scalar: Any) -> Any:
    """The value of one cell, inside lists and structures too."""
    if not scalar.is_valid:
        return None
    if isinstance(scalar, pa.StructScalar):
        return {name: _one(inner) for name, inner in scalar.items()}
    if isinstance(scalar, pa.ListScalar):
        return [_one(inner) for inner in scalar.values]
    try:
        return scalar.as_py()
    except (OverflowError, ValueError, pa.ArrowException):
        number = getattr(scalar, "value", None)
        return _moment(number, scalar.type) if isinstance(number, int) else "…"


def _moment(number: int, kind: pa.DataType) -> str:
    """An instant or a day far away, counted from 1970 in the unit of its kind."""
    if number in _INFINITE:
        return _INFINITE[number]
    unit: Any = "D" if pa.types.is_date(kind) else getattr(kind, "unit", "us")
    return str(np.datetime64(number, unit))
