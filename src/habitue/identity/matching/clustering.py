"""Who is who: groups that agree on the whole, by agglomeration on the mean weight between two groups.

A pair alone may be wrong; two groups become one only when all pairs between them, taken together, speak for it. Pairs
that were never candidates are scored too, or count as against. Rows that must not be one are never in one group.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from habitue.identity.matching.shapes import Array

LARGEST_FILLED = 150
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
    """A cluster number for every row; `pairs` are rows a, rows b and calibrated log odds, `at` the least mean."""
    a, b, odds = pairs
    strong = odds > at
    part = components(rows, a[strong], b[strong])
    apart = {(min(pair), max(pair)) for pair in forbidden}
    sizes = np.bincount(part)
    inside = strong | (part[a] == part[b])
    a, b, odds = a[inside], b[inside], np.clip(odds[inside], -CLIP, CLIP)
    result = np.arange(rows)
    by_part = np.argsort(part[a], kind="stable")
    a, b, odds = a[by_part], b[by_part], odds[by_part]
    starts = np.searchsorted(part[a], np.arange(len(sizes) + 1))
    members = np.argsort(part, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    todo = [int(number) for number in np.flatnonzero(sizes > 1)]
    for batch in _batches(todo, sizes):
        _fill(batch, (a, b, odds), starts, members, offsets, sizes, score, result, at, apart, sides)
    return result


def _batches(todo: list[int], sizes: Array) -> Iterable[list[int]]:
    batch: list[int] = []
    cells = 0
    for number in todo:
        batch.append(number)
        cells += min(int(sizes[number]), LARGEST_FILLED) ** 2
        if cells > 2_000_000:
            yield batch
            batch, cells = [], 0
    if batch:
        yield batch


def _fill(
    batch: list[int], pairs: tuple[Array, Array, Array], starts: Array, members: Array, offsets: Array, sizes: Array,
    score: Scorer, result: Array, at: float, apart: set[tuple[int, int]], sides: Array | None,
) -> None:  # fmt: skip
    """Agglomerate the components of a batch; the missing pairs of all of them are scored at once."""
    a, b, odds = pairs
    known: list[tuple[list[int], dict[tuple[int, int], float]]] = []
    missing: list[tuple[int, int, int]] = []
    for place, number in enumerate(batch):
        rows = members[offsets[number] : offsets[number + 1]].tolist()
        part = slice(starts[number], starts[number + 1])
        edges = dict(zip(zip(a[part].tolist(), b[part].tolist(), strict=True), odds[part].tolist(), strict=True))
        known.append((rows, edges))
        if len(rows) <= LARGEST_FILLED and len(edges) < len(rows) * (len(rows) - 1) // 2:
            rows.sort()
            missing.extend((place, x, y) for i, x in enumerate(rows) for y in rows[i + 1 :] if (x, y) not in edges)
    if missing:
        wanted = np.array(missing, dtype=np.int64)
        scored = np.clip(score(wanted[:, 1], wanted[:, 2]), -CLIP, CLIP).tolist()
        for (place, x, y), value in zip(missing, scored, strict=True):
            known[place][1][x, y] = value
    for rows, edges in known:
        for pair in apart & edges.keys() if apart else ():
            edges[pair] = NEVER
        if sides is not None:
            for x, y in list(edges):
                if sides[x] == sides[y]:
                    edges[x, y] = NEVER
        for group in agglomerated(rows, edges, at=at):
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
