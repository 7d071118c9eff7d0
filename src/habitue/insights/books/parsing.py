"""Cells of whole columns as numbers: days, amounts, codes; every different cell is read once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from habitue.collect.files.amounts import UNIT, amount
from habitue.collect.files.moments import moment
from habitue.insights.models.histories import Flags, Floats, Ints

NO_DAY = np.iinfo(np.int64).min
_MOST_DAY_NUMBER = 20_000
_EPOCH = 719_163
"""The proleptic ordinal of 1 January 1970."""


def days(values: pa.Array | list[Any], *, order: str, year_now: int) -> Ints:
    """Days since 1970 of each cell, NO_DAY where there is none; small whole numbers are days as they are."""
    array = _arrow(values)
    if array is not None and (pa.types.is_timestamp(array.type) or pa.types.is_date(array.type)):
        on = array.cast(pa.date32(), safe=False).cast(pa.int32()).cast(pa.int64())
        return _filled(on, NO_DAY)
    if array is not None and pa.types.is_integer(array.type):
        low, high = (pc.min_max(array)[name].as_py() for name in ("min", "max"))
        if low is not None and low >= 0 and high <= _MOST_DAY_NUMBER:
            return _filled(array.cast(pa.int64()), NO_DAY)

    def day(cell: Any) -> int:
        at = moment(cell, order=order, year_now=year_now)
        return NO_DAY if at is None else at.date().toordinal() - _EPOCH

    found: Ints = _each(values, day, np.int64)
    return found


def amounts(values: pa.Array | list[Any], *, decimal: str) -> Floats:
    """Each cell as a number, NaN where there is none."""
    array = _arrow(values)
    if array is not None and (pa.types.is_floating(array.type) or pa.types.is_integer(array.type)):
        return _floats(array)
    if array is not None and pa.types.is_decimal(array.type):
        return _floats(array)

    def number(cell: Any) -> float:
        found = amount(cell, decimal=decimal)
        return float("nan") if found is None else found[0] / UNIT

    found: Floats = _each(values, number, np.float64)
    return found


def codes(values: pa.Array | list[Any]) -> tuple[Ints, list[str]]:
    """Each cell as the number of its text, -1 for an empty one, and the texts by number, in alphabetical order."""
    places, texts = _distinct(values)
    cleaned = [_plain(text) for text in texts]
    known = sorted({text for text in cleaned if text})
    number = {text: index for index, text in enumerate(known)}
    table = np.array([number.get(text, -1) for text in cleaned] or [-1], dtype=np.int64)
    return table[places], known


def flags(values: pa.Array | list[Any], test: Callable[[str], bool]) -> Flags:
    """Whether the text of each cell passes the test."""
    places, texts = _distinct(values)
    return np.array([test(_plain(text)) for text in texts] or [False], dtype=bool)[places]


def _plain(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return "" if cell != cell else str(int(cell)) if cell == int(cell) else str(cell)
    text = str(cell).strip()
    if text.lower() in ("nan", "none", "null", "n/a", "na"):
        return ""
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


def _arrow(values: pa.Array | list[Any]) -> pa.Array | None:
    if isinstance(values, list):
        return None
    if pa.types.is_dictionary(values.type):
        return values.dictionary_decode()
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _filled(array: pa.Array, missing: int) -> Ints:
    found: Ints = pc.fill_null(array, missing).to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def _floats(array: pa.Array) -> Floats:
    found: Floats = array.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(float)
    return found


def _distinct(values: pa.Array | list[Any]) -> tuple[Ints, list[Any]]:
    """The place of each cell among the different ones, and those."""
    array = _arrow(values)
    if array is None:
        seen: dict[Any, int] = {}
        places = np.fromiter((seen.setdefault(cell, len(seen)) for cell in values), np.int64, len(values))
        return places, list(seen)
    encoded = array.dictionary_encode(null_encoding="encode")
    return _filled(encoded.indices.cast(pa.int64()), 0), encoded.dictionary.to_pylist()


def _each(values: pa.Array | list[Any], read: Callable[[Any], Any], kind: Any) -> Any:
    places, different = _distinct(values)
    table = np.array([read(cell) for cell in different] or [read(None)], dtype=kind)
    return table[places]
