"""Who is who: groups that agree on the whole, by agglomeration on the mean weight between two groups.

A pair alone may be wrong; two groups become one only when all pairs between them, taken together, speak for it. Pairs
that were never candidates are scored too, or count as against. Rows that must not be one are never in one group.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from habitue.identity.matching.shapes import Array

LARGEST_FILLED = 150
CELLS = 2_000_000
CLIP = 9.0
NEVER = -1e6

Scorer = Callable[[Array, Array], Array]


def components(rows: int, a: Array, b: Array) -> Array:
    """The component of each row."""
    graph = sparse.coo_matrix((np.ones(len(a), dtype=bool), (a, b)), shape=(rows, rows))
    found: Array = csgraph.connected_components(graph, directed=False)[1]
    return found


def clusters(
    rows: int, pairs: tuple[Array, Array, Array], score: Scorer, *, at: float = 0.0,
    forbidden: Iterable[tuple[int, int]] = (), sides: Array | None = None,
) -> Array:  # fmt: skip
    """A cluster number for every row; `pairs` are rows a < b and calibrated log odds, `at` the least mean."""
    a, b, odds = pairs
    strong = odds > at
    part = components(rows, a[strong], b[strong])
    held = Held.of(a, b, odds, np.flatnonzero(part[a] == part[b]), rows)
    never = Never(np.sort(np.array([_packed(min(pair), max(pair), rows) for pair in forbidden], dtype=np.int64)), sides)
    sizes = np.bincount(part)
    members = np.argsort(part, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    result = np.arange(rows)
    for size in np.unique(sizes[sizes > 1]).tolist():
        starts = offsets[np.flatnonzero(sizes == size)]
        step = max(1, CELLS // min(size, LARGEST_FILLED) ** 2)
        for first in range(0, len(starts), step):
            groups = members[starts[first : first + step, None] + np.arange(size)]
            if size <= LARGEST_FILLED:
                _settle(groups, held, score, result, at, never)
            else:
                _settle_large(groups, held, result, at, never)
    return result


def _packed(a: Any, b: Any, rows: int) -> Any:
    """A pair of rows as one number."""
    return a * rows + b


@dataclass(frozen=True)
class Held:
    """Pairs inside components as sorted numbers, with their odds."""

    pairs: Array
    odds: Array
    rows: int

    @classmethod
    def of(cls, a: Array, b: Array, odds: Array, chosen: Array, rows: int) -> Held:
        """The chosen ones of some pairs."""
        pairs = _packed(a[chosen].astype(np.int64), b[chosen].astype(np.int64), rows)
        kept = np.clip(odds[chosen], -CLIP, CLIP)
        if len(pairs) and not (pairs[1:] > pairs[:-1]).all():
            order = np.argsort(pairs, kind="stable")
            pairs, kept = pairs[order], kept[order]
        return cls(pairs, kept, rows)

    def find(self, x: Array, y: Array) -> tuple[Array, Array]:
        """(the odds of some pairs, which of them are held)."""
        wanted = _packed(x, y, self.rows)
        place = np.minimum(np.searchsorted(self.pairs, wanted), max(len(self.pairs) - 1, 0))
        return self.odds[place].astype(np.float64), self.pairs[place] == wanted

    def within(self, group: Array) -> tuple[Array, Array, Array]:
        """(rows a, rows b, odds) of the pairs inside one component, whose rows are in order."""
        first = np.searchsorted(self.pairs, _packed(group.astype(np.int64), 0, self.rows))
        last = np.searchsorted(self.pairs, _packed(group.astype(np.int64) + 1, 0, self.rows))
        places = np.concatenate([np.arange(one, end) for one, end in zip(first, last, strict=True)])
        return self.pairs[places] // self.rows, self.pairs[places] % self.rows, self.odds[places].astype(np.float64)


@dataclass(frozen=True)
class Never:
    """Pairs that somebody said are different, as sorted numbers, and the side of each row, if rows of one differ."""

    pairs: Array
    sides: Array | None

    def of(self, x: Array, y: Array, rows: int) -> Array:
        """Which pairs must not be one."""
        found = np.isin(_packed(x, y, rows), self.pairs) if len(self.pairs) else np.zeros(x.shape, dtype=np.bool_)
        return found if self.sides is None else found | (self.sides[x] == self.sides[y])


def _settle(groups: Array, held: Held, score: Scorer, result: Array, at: float, never: Never) -> None:
    """Agglomerate components of one size, one a row; the missing pairs of all of them are scored at once."""
    left, right = np.triu_indices(groups.shape[1], 1)
    x, y = groups[:, left], groups[:, right]
    odds, known = held.find(x, y)
    if not known.all():
        odds[~known] = np.clip(score(x[~known], y[~known]), -CLIP, CLIP)
    odds[never.of(x, y, held.rows)] = NEVER
    is_whole = (odds > at).all(axis=1)
    result[groups[is_whole]] = groups[is_whole, :1]
    for place in np.flatnonzero(~is_whole).tolist():
        pairs = zip(x[place].tolist(), y[place].tolist(), strict=True)
        edges = dict(zip(pairs, odds[place].tolist(), strict=True))
        _take(agglomerated(groups[place].tolist(), edges, at=at), result)


def _settle_large(groups: Array, held: Held, result: Array, at: float, never: Never) -> None:
    """The same for components so large that missing pairs count as against instead of being scored."""
    for group in groups:
        x, y, odds = held.within(group)
        odds[never.of(x, y, held.rows)] = NEVER
        edges = dict(zip(zip(x.tolist(), y.tolist(), strict=True), odds.tolist(), strict=True))
        _take(agglomerated(group.tolist(), edges, at=at), result)


def _take(found: list[list[int]], result: Array) -> None:
    for group in found:
        result[group] = min(group)


def agglomerated(
    rows: list[int], edges: dict[tuple[int, int], float], *, at: float = 0.0, unknown: float = -4.0
) -> list[list[int]]:
    """Groups of `rows`: the two groups with the highest mean weight become one until no mean is above `at`."""
    if all(weight > at for weight in edges.values()) and len(edges) == len(rows) * (len(rows) - 1) // 2:
        return [rows]
    sums: dict[int, dict[int, float]] = {row: {} for row in rows}
    counts: dict[int, dict[int, int]] = {row: {} for row in rows}
    group = {row: [row] for row in rows}
    heap: list[tuple[float, int, int]] = []
    for (x, y), weight in edges.items():
        sums[x][y] = sums[y][x] = weight
        counts[x][y] = counts[y][x] = 1
        if weight > at:
            heap.append((-weight, x, y))
    heapq.heapify(heap)
    new = max(rows) + 1
    while heap:
        _weight, x, y = heapq.heappop(heap)
        if x not in group or y not in group:
            continue
        group[new] = group.pop(x) + group.pop(y)
        sums[new], counts[new] = {}, {}
        for other in (sums[x].keys() | sums[y].keys()) - {x, y}:
            if other not in group:
                continue
            total = sums[x].get(other, 0.0) + sums[y].get(other, 0.0)
            seen = counts[x].get(other, 0) + counts[y].get(other, 0)
            sums[new][other] = sums[other][new] = total
            counts[new][other] = counts[other][new] = seen
            cells = len(group[new]) * len(group[other])
            mean = (total + unknown * (cells - seen)) / cells
            if mean > at:
                heapq.heappush(heap, (-mean, min(new, other), max(new, other)))
        new += 1
    return list(group.values())
