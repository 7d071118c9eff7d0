"""Levels of all fields for pairs of rows; two values that meet in many pairs are compared once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from habitue.identity.matching.ladders import levels, top
from habitue.identity.matching.shapes import Array, Values

FEW_TEXTS = 4_000
_UNKNOWN = -1


def compared(fields: Sequence[Values], a: Array, b: Array) -> Array:
    """An int8 matrix, one row a pair, one column a field."""
    found = np.zeros((len(a), len(fields)), dtype=np.int8)
    for place, field in enumerate(fields):
        found[:, place] = field_levels(field, a, b)
    mind_swapped(fields, a, b, found)
    return found


def field_levels(field: Values, a: Array, b: Array) -> Array:
    """The level of one field for each pair of rows; 0 where one of them says nothing."""
    one, two = field.codes[a], field.codes[b]
    found = np.zeros(len(a), dtype=np.int8)
    both = (one >= 0) & (two >= 0)
    same = both & (one == two)
    found[same] = 1
    rest = np.flatnonzero(both & ~same)
    if not len(rest):
        return found
    low, high = np.minimum(one[rest], two[rest]), np.maximum(one[rest], two[rest])
    pairs = low.astype(np.int64) * len(field.texts) + high
    found[rest] = _remembered(field, pairs) if len(field.texts) <= FEW_TEXTS else _each_once(field, pairs)
    return found


def _each_once(field: Values, pairs: Array) -> Array:
    """The level of pairs of values, each different pair compared once."""
    coded = pa.array(pairs).dictionary_encode()
    distinct = coded.dictionary.to_numpy()
    width = len(field.texts)
    made: Array = levels(field, distinct // width, field, distinct % width)[coded.indices.to_numpy()]
    return made


def _remembered(field: Values, pairs: Array) -> Array:
    """The same for a field of few values, with what was compared before in a table of all its pairs."""
    if "levels" not in field.cache:
        field.cache["levels"] = np.full(len(field.texts) ** 2, _UNKNOWN, dtype=np.int8)
    known: Array = field.cache["levels"]
    new = pairs[known[pairs] == _UNKNOWN]
    if len(new):
        distinct, width = np.unique(new), len(field.texts)
        known[distinct] = levels(field, distinct // width, field, distinct % width)
    made: Array = known[pairs]
    return made


def name_fields(fields: Sequence[Values]) -> tuple[int, int] | None:
    """The two fields that hold first and last name, when there are exactly two such."""
    found = [place for place, field in enumerate(fields) if field.column.kind == "name"]
    return (found[0], found[1]) if len(found) == 2 else None


def mind_swapped(fields: Sequence[Values], a: Array, b: Array, found: Array) -> None:
    """Where first and last name stand crosswise, both count as other forms."""
    names = name_fields(fields)
    if names is None:
        return
    doubtful = np.flatnonzero((found[:, names[0]] >= 4) & (found[:, names[1]] >= 4))
    if not len(doubtful):
        return
    one, two = fields[names[0]], fields[names[1]]
    alias = _alias(one, two)
    first = (one.codes[a[doubtful]] == alias[two.codes[b[doubtful]]]) & (one.codes[a[doubtful]] >= 0)
    second = (one.codes[b[doubtful]] == alias[two.codes[a[doubtful]]]) & (one.codes[b[doubtful]] >= 0)
    _take_crossed(found, names, doubtful, first, second)


def _alias(one: Values, two: Values) -> Array:
    """For each value of the last names its code among the first names; −2 for what is none of them, and at the end."""
    if "alias" not in two.cache:
        alias = np.full(len(two.texts) + 1, -2, dtype=np.int64)
        known = {text: code for code, text in enumerate(one.texts)}
        alias[:-1] = [known.get(text, -2) for text in two.texts]
        two.cache["alias"] = alias
    found: Array = two.cache["alias"]
    return found


def _take_crossed(found: Array, names: tuple[int, int], rows: Array, first: Array, second: Array) -> None:
    """Where first and last name stand crosswise, both count as other forms; where one does, it shares a word."""
    both = rows[first & second]
    found[both, names[0]] = 2
    found[both, names[1]] = 2
    worst = top("name")
    half = rows[(first ^ second) & (found[rows, names[0]] == worst) & (found[rows, names[1]] == worst)]
    found[half, names[0]] = 5


def cross_names(
    found: Array, names: tuple[int, int], mine: tuple[str | None, str | None],
    theirs: Sequence[tuple[str | None, str | None]],
) -> None:  # fmt: skip
    """The same for one record, given as its two names, against others."""
    rows = np.flatnonzero((found[:, names[0]] >= 4) & (found[:, names[1]] >= 4))
    picked = [theirs[row] for row in rows.tolist()]
    first: Array = np.array([mine[0] is not None and each[1] == mine[0] for each in picked], dtype=np.bool_)
    second: Array = np.array([mine[1] is not None and each[0] == mine[1] for each in picked], dtype=np.bool_)
    _take_crossed(found, names, rows, first, second)
