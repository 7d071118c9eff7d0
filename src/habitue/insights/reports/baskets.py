"""Purchases and articles as a sparse matrix, counted in one product of matrices: no join of a table with itself.

A purchase is a person and day. Only the MOST_ITEMS most bought articles take part; a list of pairs needs no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

MOST_ITEMS = 2_000


@dataclass(frozen=True, slots=True)
class Baskets:
    """`matrix` has a row for each purchase, sorted by person and day, and a column for each of `items`.

    `persons` holds the person of each row as a number.
    """

    matrix: Any
    persons: Any
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """`both` of `of` purchases with `one` also had (or were followed by) `other`; `usual` of all did."""

    one: str
    other: str
    both: int
    of: int
    usual: float


def coded(sold: ir.Table) -> ir.Table:
    """Purchases with articles as numbers (person, on, item, product), each once, sorted."""
    one = sold.select("profile_id", "on", "product").distinct()
    counted = one.group_by("product").aggregate(times=one.count())
    order = [ibis.desc("times", nulls_first=False), ibis.asc("product", nulls_first=False)]
    top = counted.order_by(order).limit(MOST_ITEMS)
    top = top.select("product", item=ibis.row_number().over(order_by=order))
    joined = one.inner_join(top, "product")
    return joined.select("on", "product", "item", person=ibis.dense_rank().over(order_by=joined.profile_id)).order_by(
        ["person", "on", "item"]
    )


def baskets(rows: pa.Table) -> Baskets:
    """The matrix of `coded` rows."""
    # Imported here: only who opens these reports waits for it.
    import numpy as np
    from scipy import sparse

    person, item = rows["person"].to_numpy(), rows["item"].to_numpy()
    on = rows["on"].cast(pa.int32()).to_numpy()
    starts = np.ones(len(person), bool)
    starts[1:] = (person[1:] != person[:-1]) | (on[1:] != on[:-1])
    row = np.cumsum(starts) - 1
    names = dict(zip(item.tolist(), rows["product"].to_pylist(), strict=True))
    size = (int(row[-1]) + 1 if len(row) else 0, max(names, default=-1) + 1)
    matrix = sparse.csr_matrix((np.ones(len(row), np.int64), (row, item)), shape=size)
    return Baskets(matrix, person[starts], tuple(names[number] for number in range(len(names))))


def together(made: Baskets, *, least: int, most: int) -> tuple[list[Pair], int]:
    """Pairs of articles in one purchase, the most frequent first, each pair once; and the number of purchases."""
    from scipy import sparse

    counts = made.matrix.T @ made.matrix
    single = counts.diagonal()
    upper = sparse.triu(counts, k=1).tocoo()
    purchases = made.matrix.shape[0]
    found = [
        _pair(made, one, other, both, single, single, purchases)
        for one, other, both in _frequent(upper, least=least, most=most)
    ]
    return found, purchases


def following(made: Baskets, *, least: int, most: int) -> tuple[list[Pair], int]:
    """What follows what: articles of a purchase and of the same person's next one; and how many have a next one."""
    has_next = made.persons[:-1] == made.persons[1:]
    before, after = made.matrix[:-1][has_next], made.matrix[1:][has_next]
    counts = (before.T @ after).tocoo()
    of, usual = before.sum(axis=0).A1, after.sum(axis=0).A1
    purchases = int(has_next.sum())
    found = [
        _pair(made, one, other, both, of, usual, purchases)
        for one, other, both in _frequent(counts, least=least, most=most)
        if one != other
    ]
    return found, purchases


def _pair(made: Baskets, one: int, other: int, both: int, of: Any, usual: Any, purchases: int) -> Pair:
    return Pair(made.items[one], made.items[other], both, int(of[one]), int(usual[other]) / purchases)


def _frequent(counts: Any, *, least: int, most: int) -> list[tuple[int, int, int]]:
    triples = zip(counts.row.tolist(), counts.col.tolist(), counts.data.tolist(), strict=True)
    kept = [(one, other, both) for one, other, both in triples if both >= least]
    return sorted(kept, key=lambda found: (-found[2], found[0], found[1]))[:most]
