"""What a person answered: which pairs to ask about, and what the answers teach the thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from habitue.identity.matching import scoring
from habitue.identity.matching.compare import compared
from habitue.identity.matching.model import Model
from habitue.identity.matching.shapes import Array, Values

_SHIFT_PRIOR, _SLOPE_PRIOR = 0.15, 8.0


@dataclass(frozen=True)
class Answer:
    """Two rows, and whether they are one."""

    a: int
    b: int
    same: bool


def questions(a: Array, b: Array, odds: Array, levels: Array, *, count: int = 30, seed: int = 7) -> Array:
    """Places of the pairs worth asking about: doubtful, of many kinds, each kind's most frequent first.

    A kind is a way in which the fields compare. What is learnt about one pair of a kind holds for all of it, so kinds
    are taken by the doubt that they hold all together.
    """
    doubt = np.exp(-np.abs(odds))
    open_ = np.flatnonzero(np.abs(odds) < 4.0)
    if not len(open_):
        return open_
    _kinds, kind = np.unique(levels[open_], axis=0, return_inverse=True)
    worth = np.sqrt(np.bincount(kind, weights=doubt[open_]))
    rng = np.random.default_rng(seed)
    chosen: list[int] = []
    members = [open_[kind == number] for number in range(len(worth))]
    for _turn in range(min(count, len(open_))):
        best = int(np.argmax(worth))
        if worth[best] <= 0:
            break
        place = int(rng.integers(len(members[best])))
        chosen.append(int(members[best][place]))
        members[best] = np.delete(members[best], place)
        worth[best] = worth[best] / 2 if len(members[best]) else 0.0
    return np.array(chosen, dtype=np.int64)


def taught(model: Model, fields: Sequence[Values], answers: Sequence[Answer]) -> None:
    """Move shift and slope of the model to what the answers say, the less the fewer they are."""
    if not answers:
        return
    a = np.array([answer.a for answer in answers])
    b = np.array([answer.b for answer in answers])
    same = np.array([answer.same for answer in answers], dtype=np.float64)
    weight = scoring.contributions(model, fields, compared(fields, a, b), a, b).sum(axis=1) + model.prior
    weight = np.clip(weight, -15, 15)
    shift, slope = model.shift, model.slope
    for _step in range(50):
        chance = 1 / (1 + np.exp(-(slope * weight + shift)))
        spread = np.maximum(chance * (1 - chance), 1e-4)
        pull = np.array(
            [
                (same - chance).sum() - _SHIFT_PRIOR * shift,
                ((same - chance) * weight).sum() - _SLOPE_PRIOR * (slope - 1),
            ]
        )
        mixed = (spread * weight).sum()
        curve = np.array([[spread.sum() + _SHIFT_PRIOR, mixed], [mixed, (spread * weight**2).sum() + _SLOPE_PRIOR]])
        step = np.linalg.solve(curve, pull)
        shift, slope = shift + step[0], float(np.clip(slope + step[1], 0.3, 2.0))
        if np.abs(step).max() < 1e-6:
            break
    model.shift, model.slope = float(np.clip(shift, -6, 6)), float(slope)
