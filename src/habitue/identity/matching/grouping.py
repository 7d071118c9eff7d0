"""From scored pairs and known answers to clusters, and the chance of each row to belong to its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations

import numpy as np

from habitue.identity.matching import clustering, scoring
from habitue.identity.matching.answers import Answer
from habitue.identity.matching.compare import compared
from habitue.identity.matching.model import Model
from habitue.identity.matching.pairs import Population
from habitue.identity.matching.shapes import Array, Scored, Values

SURE = 60.0
LARGEST_HELD = 60


def grouped(
    model: Model, fields: Sequence[Values], pairs: Scored, who: Population, known: Sequence[Answer]
) -> tuple[Array, Array]:
    """(the lowest row of each row's cluster, the chance that it belongs there)."""
    odds = scoring.odds(model, pairs.weight)
    a, b, odds = _with_known(pairs.a, pairs.b, odds, known)
    different = [(answer.a, answer.b) for answer in known if not answer.same]

    shares = scoring.rarities(model, fields)

    def score(x: Array, y: Array) -> Array:
        levels = compared(fields, x, y)
        return scoring.odds(model, scoring.contributions(model, fields, levels, x, y, shares).sum(axis=1))

    found = clustering.clusters(who.rows, (a, b, odds), score, at=model.link_at, forbidden=different, sides=who.side)
    return found, belonging(found, a, b, odds)


def held(pairs: Sequence[tuple[int, int]]) -> list[Answer]:
    """Pairs that hold groups together as all pairs of each group, so that no mean weight takes a group apart.

    Of a group of more than `LARGEST_HELD` rows only the given pairs.
    """
    rows = sorted({row for pair in pairs for row in pair})
    place = {row: number for number, row in enumerate(rows)}
    a = np.array([place[pair[0]] for pair in pairs], dtype=np.int64)
    b = np.array([place[pair[1]] for pair in pairs], dtype=np.int64)
    part = clustering.components(len(rows), a, b)
    groups: dict[int, list[int]] = {}
    for row, number in zip(rows, part.tolist(), strict=True):
        groups.setdefault(number, []).append(row)
    small = [group for group in groups.values() if len(group) <= LARGEST_HELD]
    chained = (pair for pair in pairs if len(groups[int(part[place[pair[0]]])]) > LARGEST_HELD)
    return [Answer(x, y, True) for x, y in chain(*(combinations(group, 2) for group in small), chained)]


def _with_known(a: Array, b: Array, odds: Array, known: Sequence[Answer]) -> tuple[Array, Array, Array]:
    if not known:
        return a, b, odds
    said = {(min(each.a, each.b), max(each.a, each.b)): SURE if each.same else -SURE for each in known}
    keep = np.fromiter(((x, y) not in said for x, y in zip(a.tolist(), b.tolist(), strict=True)), bool, len(a))
    pairs = np.array(list(said), dtype=a.dtype).reshape(-1, 2)
    return (
        np.concatenate([a[keep], pairs[:, 0]]),
        np.concatenate([b[keep], pairs[:, 1]]),
        np.concatenate([odds[keep], np.array(list(said.values()))]),
    )


def belonging(clusters: Array, a: Array, b: Array, odds: Array) -> Array:
    """The chance of each row to belong to its cluster: by its best pair inside, or outside for who stands alone."""
    inside = clusters[a] == clusters[b]
    best = np.full(len(clusters), -np.inf)
    np.maximum.at(best, a[inside], odds[inside])
    np.maximum.at(best, b[inside], odds[inside])
    rival = np.full(len(clusters), -np.inf)
    np.maximum.at(rival, a[~inside], odds[~inside])
    np.maximum.at(rival, b[~inside], odds[~inside])
    alone = np.isneginf(best)
    value = np.where(alone, -rival, best)
    made: Array = 1 / (1 + np.exp(-np.clip(value, -60, 60)))
    made[alone & np.isneginf(rival)] = 1.0
    return made
