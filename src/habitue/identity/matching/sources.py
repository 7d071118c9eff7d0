"""Sources that hold everybody once: noticed in a column that names the source, and used when records are grouped.

When a run finds pairs everywhere but hardly any inside one source, that source has no duplicates. Two of its records
are then never one, however much alike they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from habitue.identity.matching.columns import NAMES_SOURCE
from habitue.identity.matching.shapes import Array, Column

MOST_SHARE = 0.06
LEAST_EXPECTED = 30.0


def without_duplicates(
    table: pa.Table, columns: Sequence[Column], a: Array, b: Array, chance: Array
) -> tuple[Array | None, list[str]]:
    """(a side for each row, its own where a source may hold somebody twice; the sources that hold everybody once).

    `a` and `b` are rows of pairs, `chance` the probability of each to be one.
    """
    named = [column.name for column in columns if column.why == NAMES_SOURCE]
    if len(named) != 1:
        return None, []
    names, source = np.unique([cell or "" for cell in _texts(table[named[0]])], return_inverse=True)
    if len(names) < 2:
        return None, []
    inside = source[a] == source[b]
    found = np.bincount(source[a[inside]], weights=chance[inside], minlength=len(names))
    rows = np.bincount(source, minlength=len(names)).astype(np.float64)
    expected = float(chance.sum()) * (rows / rows.sum()) ** 2
    once = (expected >= LEAST_EXPECTED) & (found <= MOST_SHARE * expected) & (names != "")
    if not once.any():
        return None, []
    side = np.where(once[source], source, len(names) + np.arange(len(source)))
    return side, names[once].tolist()


def _texts(cells: pa.ChunkedArray) -> list[str | None]:
    found: list[str | None] = cells.cast(pa.string()).to_pylist()
    return found
