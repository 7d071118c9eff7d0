"""Levels of all fields for pairs of rows; two values that meet in many pairs are compared once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from habitue.identity.matching.ladders import levels, top
from habitue.identity.matching.shapes import Array, Values


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
    width = len(field.texts)
    low, high = np.minimum(one[rest], two[rest]), np.maximum(one[rest], two[rest])
    pairs, inverse = np.unique(low.astype(np.int64) * width + high, return_inverse=True)
    found[rest] = levels(field, pairs // width, field, pairs % width)[inverse]
    return found


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
    alias = np.full(len(two.texts) + 1, -2, dtype=np.int64)
    known = {text: code for code, text in enumerate(one.texts)}
    alias[:-1] = [known.get(text, -2) for text in two.texts]
    first = (one.codes[a[doubtful]] == alias[two.codes[b[doubtful]]]) & (one.codes[a[doubtful]] >= 0)
    second = (one.codes[b[doubtful]] == alias[two.codes[a[doubtful]]]) & (one.codes[b[doubtful]] >= 0)
    _take_crossed(found, names, doubtful, first, second)


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
