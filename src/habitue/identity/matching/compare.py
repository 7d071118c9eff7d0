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
    _mind_swapped(fields, a, b, found)
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


def _mind_swapped(fields: Sequence[Values], a: Array, b: Array, found: Array) -> None:
    """Where first and last name stand crosswise, both count as what they are crosswise."""
    names = name_fields(fields)
    if names is None:
        return
    one, two = fields[names[0]], fields[names[1]]
    worst = top("name")
    doubtful = np.flatnonzero((found[:, names[0]] >= 4) & (found[:, names[1]] >= 4))
    if not len(doubtful):
        return
    one_a, two_a = one.codes[a[doubtful]], two.codes[a[doubtful]]
    one_b, two_b = one.codes[b[doubtful]], two.codes[b[doubtful]]
    link = np.full(len(two.texts) + 1, -2, dtype=np.int64)
    known = {text: code for code, text in enumerate(one.texts)}
    for code, text in enumerate(two.texts):
        link[code] = known.get(text, -2)
    first = (link[two_b] == one_a) & (one_a >= 0)
    second = (link[two_a] == one_b) & (one_b >= 0)
    crossed = doubtful[first & second]
    found[crossed, names[0]] = 2
    found[crossed, names[1]] = 2
    half = doubtful[(first ^ second) & (found[doubtful, names[0]] == worst) & (found[doubtful, names[1]] == worst)]
    found[half, names[0]] = 5
