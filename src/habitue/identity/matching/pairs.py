"""Pairs worth a look: the self-join of the blocking keys, on DuckDB or on Spark, or all pairs of a small table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from habitue.identity.matching.blocking import BLOCK_LIMIT, Glasses, Key
from habitue.identity.matching.shapes import Array
from habitue.kernel.lake import temporary_engine, temporary_rows

ALL_PAIRS_ROWS = 1_200


@dataclass(frozen=True)
class Population:
    """Which pairs could be one: all of a table, or only those across two sources."""

    rows: int
    side: Array | None = None

    @property
    def pairs(self) -> float:
        """How many pairs there are at all."""
        if self.side is None:
            return self.rows * (self.rows - 1) / 2
        _names, counts = np.unique(self.side, return_counts=True)
        return (self.rows**2 - float((counts.astype(np.float64) ** 2).sum())) / 2

    def allowed(self, a: Array, b: Array) -> Array:
        """Which pairs could be one."""
        return np.ones(len(a), dtype=bool) if self.side is None else self.side[a] != self.side[b]

    def random(self, size: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Pairs picked by chance; all of them when there are no more than `size`."""
        if self.rows * (self.rows - 1) / 2 <= size:
            a, b = np.triu_indices(self.rows, 1)
        else:
            a, b = rng.integers(0, self.rows, size), rng.integers(0, self.rows, size)
        keep = (a != b) & self.allowed(a, b)
        return np.minimum(a, b)[keep], np.maximum(a, b)[keep]


def candidates(
    glasses: Glasses, keys: Sequence[Key], who: Population, *, engine: str = "duckdb"
) -> tuple[Array, Array]:
    """The rows (a, b), a < b, of every pair that agrees in a key, in order; each pair once."""
    if who.rows <= ALL_PAIRS_ROWS:
        a, b = np.triu_indices(who.rows, 1)
        keep = who.allowed(a, b)
        return a[keep].astype(np.int32), b[keep].astype(np.int32)
    if not keys:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    with temporary_engine(engine) as con:
        found = con.to_pyarrow(_joined(con, glasses, keys, who))
    a, b = np.asarray(found["a"]), np.asarray(found["b"])
    return a.astype(np.int32), b.astype(np.int32)


def _joined(con: Any, glasses: Glasses, keys: Sequence[Key], who: Population) -> Any:
    """The pairs as an expression of the engine: one self-join of the blocks of all keys, doubles removed."""
    found = temporary_rows(con, "blocks", _blocks(glasses, keys, who))
    other = found.view()
    pairs = found.join(other, [found.block == other.block, found.row < other.row])
    if who.side is not None:
        pairs = pairs.filter(found.side != other.side)
    return pairs.select(a=found.row, b=other.row).distinct().order_by(["a", "b"])


def _blocks(glasses: Glasses, keys: Sequence[Key], who: Population) -> pa.Table:
    """`block` and `row` for each key: the rows of blocks with two rows at least and not too many."""
    blocks, rows = [], []
    for number, key in enumerate(keys):
        made = glasses.key(key.atoms)
        _values, inverse, counts = np.unique(made, return_inverse=True, return_counts=True)
        size = counts[inverse]
        kept = np.flatnonzero((made != 0) & (size > 1) & (size <= BLOCK_LIMIT))
        with np.errstate(over="ignore"):
            blocks.append(made[kept] * np.int64(64) + np.int64(number))
        rows.append(kept.astype(np.int32))
    columns: dict[str, Array] = {"block": np.concatenate(blocks), "row": np.concatenate(rows)}
    if who.side is not None:
        columns["side"] = who.side[columns["row"]].astype(np.int32)
    return pa.table(columns)
