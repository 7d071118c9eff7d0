"""Shadow columns: every column in comparable form, junk taken out, columns that only repeat others left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from habitue.identity.matching import spelling
from habitue.identity.matching.columns import FEW_ROWS, understood
from habitue.identity.matching.roles import told_by_neighbours
from habitue.identity.matching.shapes import NULL, Column, Kind, Values
from habitue.kernel.text import gettext_noop as _

KEYS: Mapping[Kind, Callable[[str], str | None]] = {
    "name": spelling.word_key,
    "word": spelling.word_key,
    "text": spelling.text_key,
    "email": spelling.email_key,
    "phone": spelling.phone_key,
    "date": spelling.day_key,
    "code": spelling.code_key,
    "category": spelling.word_key,
}
_REPEATED = 0.03
GLANCE = 64
PERSONAL: frozenset[Kind] = frozenset({"email", "phone"})


def fields_of(table: pa.Table) -> tuple[list[Column], list[Values]]:
    """(what every column holds, the comparable fields among them)."""
    columns: list[Column] = []
    fields: list[Values] = []
    for name in table.column_names:
        cells = dictionary(table[name])
        texts = cells.dictionary.to_pylist()
        counted = _counted(cells, texts)
        column = understood(name, counted, rows=table.num_rows)
        if column.kind != "ignored":
            values = comparable(column, cells, texts)
            if len(values.texts) < (2 if values.filled >= FEW_ROWS else 1):
                column = replace(column, kind="ignored", why=_("nothing to compare"))
            else:
                fields.append(values)
        columns.append(column)
    columns, fields = without_repeats(columns, fields)
    fields = told_by_neighbours(fields)
    told = {field.column.name: field.column for field in fields}
    return [told.get(column.name, column) for column in columns], fields


def dictionary(cells: Any) -> Any:
    """One column as a dictionary array of texts."""
    kind = cells.type
    if pa.types.is_dictionary(kind):
        cells, kind = _decoded(cells), kind.value_type
    if pa.types.is_nested(kind):
        cells = pa.chunked_array(
            [pa.array([None if each is None else str(each) for each in cells.to_pylist()], pa.string())]
        )
    elif pa.types.is_floating(kind):
        cells = pa.chunked_array([pa.array([_number(each) for each in cells.to_pylist()], pa.string())])
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        cells = pa.chunked_array(
            [
                pa.array(
                    [None if each is None else each.decode("utf-8", "replace") for each in cells.to_pylist()],
                    pa.string(),
                )
            ]
        )
    else:
        cells = cells.cast(pa.string())
    combined = cells.combine_chunks()
    if isinstance(combined, pa.ChunkedArray):
        combined = pa.concat_arrays(combined.chunks) if combined.num_chunks else pa.array([], pa.string())
    return pc.dictionary_encode(combined)


def _decoded(cells: Any) -> Any:
    """A dictionary-encoded column as plain values; texts in the newest form of Arrow are not decoded by it yet."""
    parts = cells.chunks
    if pa.types.is_string_view(cells.type.value_type):
        parts = [pa.DictionaryArray.from_arrays(each.indices, each.dictionary.cast(pa.string())) for each in parts]
        return pa.chunked_array([each.dictionary_decode() for each in parts], pa.string())
    return pa.chunked_array([each.dictionary_decode() for each in parts], cells.type.value_type)


def _number(value: float | None) -> str | None:
    if value is None or value != value:
        return None
    return str(int(value)) if value == int(value) else repr(value)


def _counted(cells: Any, texts: list[str]) -> dict[str, int]:
    """How often every value stands in the column."""
    counts = np.bincount(np.asarray(cells.indices.drop_null()), minlength=len(texts))
    return dict(zip(texts, counts.tolist(), strict=True))


def comparable(column: Column, cells: Any, texts: list[str]) -> Values:
    """The column's values in comparable form."""
    key = KEYS[column.kind]
    known: dict[str, int] = {}
    mapped = np.empty(len(texts) + 1, dtype=np.int32)
    mapped[-1] = NULL
    for number, text in enumerate(texts):
        made = None if spelling.is_empty(text) else key(text)
        mapped[number] = NULL if made is None else known.setdefault(made, len(known))
    codes = mapped[np.asarray(cells.indices.fill_null(len(texts)))]
    counts = np.bincount(codes[codes >= 0], minlength=len(known)).astype(np.float64)
    return Values(column, codes, list(known), counts)


def without_repeats(columns: list[Column], fields: list[Values]) -> tuple[list[Column], list[Values]]:
    """Leave out fields that only say what others say already (`first_and_surname` beside both), the longest first."""
    kept = list(fields)
    gone: set[str] = set()
    words = {field.column.name: _mean_words(field) for field in fields}
    glances = {field.column.name: _glance(field) for field in fields}
    for field in sorted(fields, key=lambda each: (-words[each.column.name], each.filled)):
        mine = words[field.column.name]
        shorter = [each for each in kept if each is not field and words[each.column.name] < mine]
        glance = glances[field.column.name]
        like = (each for each in kept if each is not field and not _are_unlike(glances[each.column.name], glance))
        twin = next((each for each in like if _same(each, field)), None)
        if twin is not None or _put_together(field, shorter):
            gone.add(field.column.name)
            kept.remove(field)
    told = [
        replace(each, kind="ignored", why=_("repeats other columns")) if each.name in gone else each for each in columns
    ]
    return told, kept


def _put_together(field: Values, others: list[Values]) -> bool:
    """Whether nearly every value is made of words that other fields of the same row hold, of two of them at least."""
    if len(others) < 2 or _mean_words(field) < 1.5:
        return False
    rows = np.flatnonzero(field.codes >= 0)
    rows = rows[:: max(1, len(rows) // 2_000)]
    others_there = [(other.texts, other.codes[rows].tolist()) for other in others]
    left = _REPEATED * len(rows)  # rows with other words; most columns are through with it soon
    used = 0
    for place, code in enumerate(field.codes[rows].tolist()):
        words = set(field.texts[code].split())
        parts = [set(texts[codes[place]].split()) for texts, codes in others_there if codes[place] >= 0]
        left -= not words <= set().union(*parts)
        if left <= 0:
            return False
        used += sum(1 for part in parts if part & words) >= 2
    return used > 0.5 * len(rows)


def _mean_words(field: Values) -> float:
    sample = field.texts[:: max(1, len(field.texts) // 1_000)]
    return sum(text.count(" ") + 1 for text in sample) / max(len(sample), 1)


def _glance(field: Values) -> list[str | None]:
    """What some rows say, the same rows for every field."""
    codes = field.codes[:: max(1, len(field.codes) // GLANCE)].tolist()
    return [field.texts[code] if code >= 0 else None for code in codes]


def _are_unlike(one: list[str | None], two: list[str | None]) -> bool:
    """Whether more than half of sixteen rows or more differ: then they are not the same in nearly all others."""
    both = unlike = 0
    for first, second in zip(one, two, strict=True):
        if first is not None and second is not None:
            both += 1
            unlike += first != second
            if both >= 16 and unlike > both / 2:
                return True
    return False


def _same(one: Values, two: Values) -> bool:
    both = (one.codes >= 0) & (two.codes >= 0)
    if both.sum() < 0.5 * min(one.filled, two.filled) or not both.any():
        return False
    rows = np.flatnonzero(both)[:: max(1, int(both.sum()) // 2_000)]
    left = _REPEATED * len(rows)  # rows that may differ; most columns are through with it soon
    for first, second in zip(one.codes[rows].tolist(), two.codes[rows].tolist(), strict=True):
        left -= one.texts[first] != two.texts[second]
        if left <= 0:
            return False
    return True
