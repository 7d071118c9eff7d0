"""What strangers have in common for one reason: whoever lives in a town has its postcode, and that says nothing more.

Expectation maximisation takes the strongest bond in a table for "is one". Where hardly anybody stands twice, that bond
is the town and its postcode. So a bond that far more pairs have than can be one is known before training begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from habitue.identity.matching.dependence import joint, smoothed
from habitue.identity.matching.ladders import top
from habitue.identity.matching.model import EQUAL, Relation, state
from habitue.identity.matching.shapes import Array, Values

_A_ROW = 8.0  # so many pairs a row are no pairs of one any more: each would have to stand there seventeen times
_OFTENER = 0.7  # log of how much oftener than by chance two fields agree together
_SEEN = 20.0
_PAIRS = 100_000


@dataclass(frozen=True)
class Lean:
    """The chance of each level of a field among strangers, by the state of the field that it leans on."""

    parent: int
    last: int  # the level of the parent that says "different"
    given: Array

    def log(self, levels: Array, child: int) -> Array:
        """Logarithms of the chance of what `child` says, for each row of levels; 0 where it says nothing."""
        table = np.log(np.maximum(self.given, 1e-12))
        table[:, 0] = 0.0
        made: Array = table[state(levels[:, self.parent], self.last), levels[:, child]]
        return made


def leans(
    fields: Sequence[Values], by_chance: Array, plain: Sequence[Array], *, rows: int, pairs: float
) -> dict[int, Lean]:
    """On which other field each field leans among pairs picked by chance, where too many agree in both to be one."""
    levels = by_chance[:: max(1, len(by_chance) // _PAIRS)]
    ones = np.ones(len(levels))
    found: dict[int, Lean] = {}
    for child, parent in _bonds(levels, least=_A_ROW * rows * len(levels) / max(pairs, 1.0)):
        if child not in found and not _leads_to(found, parent, child):
            given = smoothed(joint(levels, ones, child, parent, fields), plain[child])
            found[child] = Lean(parent, top(fields[parent].column.kind), given)
    return found


def with_leans(relations: Sequence[Relation], leaning: Mapping[int, Lean]) -> list[Relation]:
    """The relations, and those of fields that lean on another where no relation tells it."""
    made = [Relation(each.shared, dict(each.u)) for each in relations]
    for child, lean in leaning.items():
        known = next((each for each in made if each.shared == (lean.parent,)), None)
        if known is None:
            known = Relation((lean.parent,), {})
            made.append(known)
        known.u.setdefault(child, lean.given[EQUAL].copy())
    return made


def _bonds(levels: Array, *, least: float) -> list[tuple[int, int]]:
    """(field, the field that it leans on), the closest bond first; at least `least` pairs agree in both."""
    equal = (levels == 1).astype(np.float32)
    spoken = (levels > 0).astype(np.float32)
    both, total = equal.T @ equal, np.maximum(spoken.T @ spoken, 1.0)
    one = np.maximum(equal.T @ spoken, 1.0)  # the first agrees, and the second says something
    oftener = np.log(np.maximum(both, 1.0) * total / (one * one.T))
    held = (both >= max(least, _SEEN)) & (oftener > _OFTENER)
    np.fill_diagonal(held, val=False)
    closeness = np.where(held, both / total * oftener, 0.0)
    places = np.argsort(-closeness, axis=None, kind="stable")[: int(held.sum())]
    return [(int(child), int(parent)) for child, parent in (divmod(int(place), len(held)) for place in places)]


def _leads_to(found: dict[int, Lean], start: int, goal: int) -> bool:
    """Whether `start` leans, directly or by others, on `goal`."""
    place = start
    while place in found:
        place = found[place].parent
        if place == goal:
            return True
    return False
