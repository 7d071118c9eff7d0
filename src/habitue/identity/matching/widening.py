"""More keys where they pay: a key is tried on some of its pairs, and taken when these hold people not yet found.

After a first training the model can tell what a key would bring. From each key that was not taken some pairs are
drawn that no taken key makes; the sum of their probabilities, times how many such pairs there are, is what the key
would add. The best key is taken, the others are judged anew, until a key adds too little or costs too much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from habitue.identity.matching import scoring
from habitue.identity.matching.blocking import BLOCK_LIMIT, Atom, Glasses, Key
from habitue.identity.matching.compare import compared
from habitue.identity.matching.model import Model
from habitue.identity.matching.pairs import Population
from habitue.identity.matching.shapes import Array, Values

DRAWN = 1_500
LEAST_GAIN = 0.0015
MOST_TRIED = 140
MANY_ROWS = 200_000


@dataclass
class _Trial:
    key: Key
    a: Array
    b: Array
    chance: Array
    worth: float  # pairs of the whole table that one drawn pair stands for


def widened(
    model: Model, fields: Sequence[Values], glasses: Glasses, keys: Sequence[Key], options: Sequence[Key],
    who: Population, *, budget: float, matches: float, seed: int,
) -> list[Key]:  # fmt: skip
    """`keys` and those of `options` that pay; `budget` is how many pairs more may be made, `matches` known so far."""
    rng = np.random.default_rng(seed)
    taken = list(keys)
    trials = [
        trial
        for key in _in_turns(options)[: MOST_TRIED if who.rows < MANY_ROWS else MOST_TRIED // 4]
        if key.atoms not in {each.atoms for each in keys}
        and (trial := _tried(model, fields, glasses, key, who, rng)) is not None
    ]
    for key in taken:
        trials = [each for trial in trials if (each := _without(trial, glasses, key)) is not None]
    while trials:
        gains = [float(trial.chance.sum()) * trial.worth for trial in trials]
        costs = [len(trial.a) * trial.worth for trial in trials]
        best = int(
            np.argmax(
                [
                    gain / (cost + 0.05 * who.rows) if cost <= budget else 0.0
                    for gain, cost in zip(gains, costs, strict=True)
                ]
            )
        )
        if costs[best] > budget or gains[best] < LEAST_GAIN * matches:
            remaining = [i for i, cost in enumerate(costs) if cost <= budget and gains[i] >= LEAST_GAIN * matches]
            if not remaining:
                break
            best = max(remaining, key=lambda i: gains[i])
        chosen = trials.pop(best)
        taken.append(chosen.key)
        budget -= costs[best]
        matches += gains[best]
        trials = [each for trial in trials if (each := _without(trial, glasses, chosen.key)) is not None]
    return taken


def _in_turns(options: Sequence[Key]) -> list[Key]:
    """The loosest key of every set of fields first, so that a short list still speaks of all fields."""
    first: dict[frozenset[int], Key] = {}
    for key in options:
        if key.fields not in first or key.pairs > first[key.fields].pairs:
            first[key.fields] = key
    chosen = set(first.values())
    return [*first.values(), *(key for key in options if key not in chosen)]


def _tried(
    model: Model, fields: Sequence[Values], glasses: Glasses, key: Key, who: Population, rng: np.random.Generator
) -> _Trial | None:
    a, b, pairs = drawn(glasses.key(key.atoms), DRAWN, rng)
    keep = who.allowed(a, b) if len(a) else np.empty(0, bool)
    a, b = a[keep], b[keep]
    if not len(a):
        return None
    weight = scoring.contributions(model, fields, compared(fields, a, b), a, b).sum(axis=1)
    return _Trial(key, a, b, scoring.probabilities(model, weight), pairs / len(keep))


def drawn(made: Array, size: int, rng: np.random.Generator) -> tuple[Array, Array, float]:
    """(rows a, rows b, how many pairs the key makes in all): pairs of a key by chance, heavy blocks left out."""
    order = np.argsort(made, kind="stable")
    blocks = made[order]
    starts = np.flatnonzero(np.concatenate([[True], blocks[1:] != blocks[:-1]]))
    counts = np.diff(np.concatenate([starts, [len(blocks)]])).astype(np.float64)
    chance = counts * (counts - 1) / 2
    chance[(counts > BLOCK_LIMIT) | (blocks[starts] == 0)] = 0.0
    total = float(chance.sum())
    if total <= 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), 0.0
    block = rng.choice(len(counts), size, p=chance / total)
    first = np.floor(rng.random(size) * counts[block]).astype(np.int64)
    second = np.floor(rng.random(size) * (counts[block] - 1)).astype(np.int64)
    second += second >= first
    a, b = order[starts[block] + first], order[starts[block] + second]
    return np.minimum(a, b), np.maximum(a, b), total


def _without(trial: _Trial, glasses: Glasses, key: Key) -> _Trial | None:
    """The trial without the pairs that `key` makes already."""
    one, two = glasses.key(key.atoms, trial.a), glasses.key(key.atoms, trial.b)
    keep = (one != two) | (one == 0)
    if not keep.any():
        return None
    return _Trial(trial.key, trial.a[keep], trial.b[keep], trial.chance[keep], trial.worth)


__all__ = ["Atom", "drawn", "widened"]
