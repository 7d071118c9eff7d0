"""Pairs worth a look: the self-join of the blocking keys, on DuckDB or on Spark, or all pairs of a small table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from habitue.identity.matching.blocking import BLOCK_LIMIT, Glasses, Key
from habitue.identity.matching.shapes import Array
from habitue.kernel.lake import is_cluster, temporary_engine, temporary_rows

ALL_PAIRS_ROWS = 1_200
PAIRS_AT_ONCE = 16e6


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
    firsts: list[Array] = []
    seconds: list[Array] = []
    with temporary_engine(engine) as con:
        held = _held(con, glasses, keys, who)
        for part in _parts(con, keys, who):
            found = con.to_pyarrow(_joined(held, who, part))
            firsts.append(np.asarray(found["a"]).astype(np.int32, copy=False))
            seconds.append(np.asarray(found["b"]).astype(np.int32, copy=False))
    return _put_together(firsts), _put_together(seconds)


def _put_together(parts: list[Array]) -> Array:
    """The parts as one; they are let go, for the next ones need the memory."""
    made: Array = np.concatenate(parts)
    parts.clear()
    return made


def _parts(con: Any, keys: Sequence[Key], who: Population) -> list[tuple[int, int]]:
    """Rows in so many parts that the pairs of one stay in the engine's memory; a cluster takes all at once."""
    count = 1 if is_cluster(con) else int(sum(key.pairs for key in keys) // PAIRS_AT_ONCE) + 1
    ends = np.linspace(0, who.rows, count + 1).astype(int).tolist()
    return list(pairwise(ends))


def _joined(found: Any, who: Population, part: tuple[int, int]) -> Any:
    """The pairs whose first row is in a part: one self-join of the blocks of all keys, doubles removed, in order."""
    mine, other = found.filter(found.row >= part[0], found.row < part[1]), found.view()
    pairs = mine.join(other, [mine.block == other.block, mine.row < other.row])
    if who.side is not None:
        pairs = pairs.filter(mine.side != other.side)
    return pairs.select(a=mine.row, b=other.row).distinct().order_by(["a", "b"])


def _held(con: Any, glasses: Glasses, keys: Sequence[Key], who: Population) -> Any:
    """The blocks of all keys as a table of the engine, which in process takes them key by key."""
    blocks = (_block(glasses, key, number, who) for number, key in enumerate(keys))
    if is_cluster(con):
        return temporary_rows(con, "blocks", pa.concat_tables(blocks))
    made = temporary_rows(con, "blocks", next(blocks))
    for more in blocks:
        con.insert("blocks", more)
    return made


def _block(glasses: Glasses, key: Key, number: int, who: Population) -> pa.Table:
    """`block` and `row` of a key: the rows of blocks with two rows at least and not too many."""
    made = glasses.key(key.atoms)
    order = np.argsort(made, kind="stable")
    blocks = made[order]
    starts = np.flatnonzero(np.concatenate([[True], blocks[1:] != blocks[:-1]]))
    size = np.diff(np.concatenate([starts, [len(blocks)]]))
    kept = np.repeat((blocks[starts] != 0) & (size > 1) & (size <= BLOCK_LIMIT), size)
    rows = order[kept].astype(np.int32)
    with np.errstate(over="ignore"):
        columns: dict[str, Array] = {"block": blocks[kept] * np.int64(64) + np.int64(number), "row": rows}
    if who.side is not None:
        columns["side"] = who.side[rows].astype(np.int32)
    return pa.table(columns)
