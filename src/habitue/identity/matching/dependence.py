"""Fields that say the same thing count once: each field may lean on one other, its parent, in a tree.

The postcode nearly decides the town; whoever moved changes street, postcode and town together; a household shares
surname, address and telephone. So the chance of a level is kept by how the parent compares, among ones and among
others. Among others it is measured on pairs picked by chance from those that agree in the parent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import numpy as np

from habitue.identity.matching.ladders import top
from habitue.identity.matching.model import STATES, state
from habitue.identity.matching.shapes import Array, Values
from habitue.identity.matching.training import Patterns, shares

AGREEING_PAIRS = 12_000
_STRENGTH = 15.0
_WORTH_IT = 0.12
_FEW_FIELDS = 40
_PARENTS = 8


def joined(one: Values, two: Values) -> Array:
    """The values of two fields as one code a row; −1 where one of them says nothing."""
    both = np.flatnonzero((one.codes >= 0) & (two.codes >= 0))
    made = np.full(len(one.codes), -1, dtype=np.int64)
    packed = one.codes[both].astype(np.int64) * len(two.texts) + two.codes[both]
    made[both] = np.unique(packed, return_inverse=True)[1]
    return made


def pairs_of(codes: Array) -> float:
    """How many pairs of rows have the same code."""
    counts = np.bincount(codes[codes >= 0]).astype(np.float64)
    return float((counts * (counts - 1)).sum() / 2)


def agreeing_pairs(codes: Array, size: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Pairs of rows picked by chance from all pairs that have the same code."""
    rows = np.flatnonzero(codes >= 0)
    rows = rows[np.argsort(codes[rows], kind="stable")]
    counts = np.bincount(codes[rows]).astype(np.float64)
    starts = np.searchsorted(codes[rows], np.arange(len(counts)))
    chance = counts * (counts - 1)
    if chance.sum() <= 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    picked = rng.choice(len(counts), size, p=chance / chance.sum())
    first = np.floor(rng.random(size) * counts[picked]).astype(np.int64)
    second = np.floor(rng.random(size) * (counts[picked] - 1)).astype(np.int64)
    second += second >= first
    return rows[starts[picked] + first], rows[starts[picked] + second]


def joint(levels: Array, weight: Array, child: int, parent: int, fields: Sequence[Values]) -> Array:
    """Weighted counts [state of the parent, level of the child]."""
    last, width = top(fields[parent].column.kind), top(fields[child].column.kind) + 1
    packed = state(levels[:, parent], last).astype(np.int64) * width + levels[:, child]
    return np.bincount(packed, weights=weight, minlength=STATES * width).reshape(STATES, width)


def smoothed(counts: Array, plain: Array, strength: float = _STRENGTH) -> Array:
    """Rows of counts as shares that lean on the plain shares; "nothing said" left out."""
    counts = counts.copy()
    counts[:, 0] = 0.0
    made: Array = (counts + strength * plain) / (counts.sum(axis=1, keepdims=True) + strength * max(plain.sum(), 1e-12))
    return made


def worth_trying(levels: Array, weight: Array) -> Iterator[tuple[int, int]]:
    """(child, parent): every two fields; of very many, those that agree together most."""
    size = levels.shape[1]
    if size <= _FEW_FIELDS:
        yield from permutations(range(size), 2)
        return
    equal = (levels == 1).astype(np.float32)
    total = max(float(weight.sum()), 1e-9)
    mean = (weight @ equal) / total
    apart = np.abs((equal.T * weight.astype(np.float32)) @ equal / total - np.outer(mean, mean))
    apart /= np.sqrt(np.outer(mean * (1 - mean), mean * (1 - mean))) + 1e-6
    np.fill_diagonal(apart, -1.0)
    for child in range(size):
        for parent in np.argsort(-apart[child], kind="stable")[:_PARENTS].tolist():
            yield child, parent


def tree(gain: Array) -> list[int]:
    """The parent of every field (−1 for none): the strongest links that make no circle."""
    size = len(gain)
    parents = [-1] * size
    for place in np.argsort(-gain, axis=None):
        child, parent = divmod(int(place), size)
        if gain[child, parent] < _WORTH_IT:
            break
        if child == parent or parents[child] >= 0:
            continue
        above = parent
        while above >= 0 and above != child:
            above = parents[above]
        if above != child:
            parents[child] = parent
    return parents


def information(counts: Array) -> float:
    """Mutual information, in nats, between the state of the parent and the level of the child, where both speak."""
    table = counts[1:, 1:]
    total = table.sum()
    if total < 50:
        return 0.0
    share = table / total
    apart = share.sum(axis=1, keepdims=True) * share.sum(axis=0, keepdims=True)
    held = share > 0
    return float((share[held] * np.log(share[held] / apart[held])).sum())


def among_agreeing(
    grouped: Patterns,
    m: Sequence[Array],
    plain: Sequence[Array],
    shared: tuple[int, ...],
    worth: float,
    passive: frozenset[int] = frozenset(),
) -> tuple[list[Array], float, float]:
    """(levels of each field, how many, how far from ones) among *different* ones that agree in `shared`.

    The mirror of a session: what ones look like (`m`) is given, what others look like is learnt, in pairs that agree
    in these fields. `worth` weighs a sample that drew the same pairs again and again. `passive` fields do not tell who
    is one: whoever moved differs in all of the address, and whoever shares a home agrees in all of it.
    """
    levels, weight = grouped.levels, grouped.weight * worth
    free = [place for place in range(len(m)) if place not in shared]
    u = [each.copy() for each in plain]
    share = 0.5
    different = weight
    telling = [place for place in free if place not in passive]
    for_it = sum((_log(m[place])[levels[:, place]] for place in telling), np.zeros(len(weight)))
    for _round in range(3):
        against = sum((_log(u[place])[levels[:, place]] for place in telling), np.zeros(len(weight)))
        odds = np.clip(for_it - against + np.log(share / (1 - share)), -50, 50)
        different = weight / (1 + np.exp(odds))
        before, share = share, float(np.clip(1 - different.sum() / max(weight.sum(), 1e-9), 1e-4, 1 - 1e-4))
        for place in free:
            u[place] = shares(levels[:, place], different, plain[place], _STRENGTH)
        if abs(before - share) < 1e-5:
            break
    against = sum((_log(u[place])[levels[:, place]] for place in telling), np.zeros(len(weight)))
    apart = float((different * (against - for_it)).sum() / max(different.sum(), 1e-9))
    return u, float(different.sum()), apart


def _log(share: Array) -> Array:
    made = np.log(np.maximum(share, 1e-12))
    made[0] = 0.0
    return made
