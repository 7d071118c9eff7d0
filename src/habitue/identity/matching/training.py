"""What agreement is worth, learnt from the table itself by expectation maximisation, with no labels.

How often two *different* people agree comes from pairs picked by chance. How often one person's records agree comes
from one session for each blocking key: in the pairs of a key, EM splits ones from others by the fields that the key
does not rest on. A session whose view of a field contradicts the others is thrown away: blocked on the address it
takes households for people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from habitue.identity.matching.ladders import top
from habitue.identity.matching.shapes import Array, KeyName, Kind, Values
from habitue.kernel.text import gettext_noop as _

_STRANGERS = _("finds strangers: what tells people apart differs")
_DISAGREES = _("contradicts the other sessions about %(column)s")
ROUNDS = 60
_TELLING = 0.004  # chance of strangers to agree, below which a field tells people apart
_STRANGE = 0.3  # share of "equal" in every such field below which a session found no one person twice
STRENGTH = 12.0
_NEAR_SHARE = 0.18
_PAIRS_BEFORE = 100.0
_EQUAL_BEFORE: dict[Kind, float] = {
    "name": 0.005, "word": 0.01, "text": 0.0005, "email": 0.0005, "phone": 0.0005, "date": 0.0005, "code": 0.005,
    "category": 0.2,
}  # fmt: skip
_DIFFERENT_SHARE: dict[Kind, float] = {"phone": 0.2, "email": 0.15, "text": 0.15, "category": 0.15}


class Leaning(Protocol):
    """A field whose chance among strangers depends on another field."""

    def log(self, levels: Array, child: int) -> Array:
        """Logarithms of the chance of what `child` says, for each row of levels."""


@dataclass(frozen=True)
class Session:
    """One EM session: on which key, what it found, and why it was kept or thrown away."""

    key: KeyName
    pairs: int
    matches: float
    kept: bool
    reason: str  # a msgid; `about` is the column that it speaks of
    about: str = ""


def first_guess(kind: Kind) -> Array:
    """Levels among records of one person before anything was seen: mostly equal, the nearer the likelier."""
    last = top(kind)
    guess = np.zeros(last + 1)
    different = _DIFFERENT_SHARE.get(kind, 0.07)
    middle = last - 2
    near = _NEAR_SHARE if middle > 0 else 0.0
    for level in range(2, last):
        guess[level] = 2.0 ** -(level - 1)
    if middle > 0:
        guess *= near / guess.sum()
    guess[1], guess[last] = 1.0 - near - different, different
    return guess


@dataclass
class Chance:
    """How often pairs picked by chance reach each level of one field: counted in a sample, and equality exactly."""

    counts: Array
    size: float
    equal: float

    def without(self, matches: Array, total: float) -> Array:
        """The share of each level among different ones: the matches that a sample of all `total` pairs holds taken out.

        `matches` is how many matches reach each level.
        """
        there = matches * (self.size / max(total, 1.0))
        counts = np.maximum(self.counts - there, 0.05 * self.counts) + 0.2
        counts[0] = 0.0
        share = counts / max(counts.sum(), 1e-12)
        share[1] = self.equal
        share[2:] *= (1 - share[1]) / max(share[2:].sum(), 1e-12)
        made: Array = share
        return made


def chance(field: Values, levels: Array) -> Chance:
    """Levels of one field among pairs picked by chance."""
    counts = np.bincount(levels, minlength=top(field.column.kind) + 1).astype(np.float64)
    return Chance(counts, float(len(levels)), equal_by_chance(field))


def equal_by_chance(field: Values) -> float:
    """The chance that two different people who say something say the same.

    Three rows do not tell how rare a name is: so many pairs as `_PAIRS_BEFORE` of people at large are counted in, which
    weigh nothing beside the pairs of a hundred rows.
    """
    total = float(field.holders.sum())
    equal = float((field.holders * (field.holders - 1)).sum()) + 2 * _PAIRS_BEFORE * _EQUAL_BEFORE[field.column.kind]
    equal /= total * (total - 1) + 2 * _PAIRS_BEFORE
    return min(max(equal, 0.1 / max(len(field.texts), 2) ** 2, 1e-10), 0.98)


def holders(field: Values, rows: Array, posterior: Array, *, scale: float, mean: float) -> Array:
    """How many different people hold each value.

    `rows` are rows of pairs that are equal in the field and `posterior` the chance of each pair to be one. With all
    pairs known (`scale` 1) it is counted for each value: c rows of k people in equal parts make c²(1−1/k)/2 pairs of
    different ones. From a sample of pairs only the mean of records a person is used.
    """
    if scale > 1.5:
        return np.maximum(field.counts / mean, 1.0)
    ones = np.bincount(field.codes[rows], weights=posterior, minlength=len(field.texts))
    square = np.maximum(field.counts**2, 1.0)
    different = np.clip(field.counts * (field.counts - 1) / 2 - ones, 0.0, None)
    made: Array = np.clip(1.0 / np.maximum(1.0 - 2.0 * different / square, 1e-9), 1.0, field.counts)
    return made


@dataclass
class Patterns:
    """Pairs grouped by how all their fields compare: `levels` one row a pattern, `weight` pairs, `inverse` per pair."""

    levels: Array
    weight: Array
    inverse: Array


def patterns(levels: Array) -> Patterns:
    """Group equal rows."""
    packed = np.zeros(len(levels), dtype=np.uint64)
    for place in range(levels.shape[1]):
        packed = packed * np.uint64(1099511628211) + levels[:, place].astype(np.uint64) + np.uint64(1)
    _values, first, inverse, counts = np.unique(packed, return_index=True, return_inverse=True, return_counts=True)
    return Patterns(levels[first], counts.astype(np.float64), inverse)


def session(
    levels: Array, u: Sequence[Array], kinds: Sequence[Kind], used: frozenset[int],
    leaning: Mapping[int, Leaning] | None = None,
) -> tuple[list[Array], float]:  # fmt: skip
    """(levels among matches for each field, share of matches) in the pairs of one key; `used` fields say nothing.

    `leaning` are the fields whose chance among strangers depends on what another field says.
    """
    leaning = leaning or {}
    grouped = patterns(levels)
    m = [first_guess(kind) for kind in kinds]
    share = 0.1
    free = [place for place in range(len(kinds)) if place not in used]
    plain = [place for place in free if place not in leaning]
    against = sum((_log(u[place])[grouped.levels[:, place]] for place in plain), np.zeros(len(grouped.weight)))
    against += sum(leaning[place].log(grouped.levels, place) for place in free if place in leaning)
    for _round in range(ROUNDS):
        weight = (
            sum((_log(m[place])[grouped.levels[:, place]] for place in free), np.zeros(len(grouped.weight))) - against
        )
        odds = np.clip(weight + np.log(share / (1 - share)), -50, 50)
        posterior = grouped.weight / (1 + np.exp(-odds))
        before, share = share, float(np.clip(posterior.sum() / grouped.weight.sum(), 1e-5, 1 - 1e-5))
        for place in free:
            m[place] = shares(grouped.levels[:, place], posterior, first_guess(kinds[place]))
        if abs(before - share) < 1e-6:
            break
    return m, share


def shares(levels: Array, weight: Array, guess: Array, strength: float = STRENGTH) -> Array:
    """Weighted shares of the levels, nothing said left out, leaning on `guess` while little was seen."""
    counts = np.bincount(levels, weights=weight, minlength=len(guess))
    counts[0] = 0.0
    made: Array = (counts + strength * guess) / (counts.sum() + strength * guess.sum())
    return made


def _log(share: Array) -> Array:
    """Logarithms; 0 for "nothing said", which speaks for neither side."""
    made = np.log(np.maximum(share, 1e-12))
    made[0] = 0.0
    return made


def strangers(m: Sequence[Array], u: Sequence[Array], used: frozenset[int]) -> bool:
    """Whether what a session found hardly ever agrees in anything that tells people apart: namesakes in one town."""
    telling = [place for place in range(len(m)) if place not in used and u[place][1] < _TELLING]
    return len(telling) >= 2 and all(m[place][1] < _STRANGE for place in telling)


def agreed(
    found: Sequence[list[Array]], used: Sequence[frozenset[int]], weight: Sequence[float], u: Sequence[Array] = ()
) -> tuple[list[bool], list[str], list[int]]:
    """Which sessions agree with the middle of the others; why each was thrown away, and about which field.

    `u` are the levels among strangers.
    """
    strange = [bool(u) and strangers(m, u, fields) for m, fields in zip(found, used, strict=True)]
    keep = [size >= 10 and not each for size, each in zip(weight, strange, strict=True)]
    fields = [-1] * len(found)
    why = [
        "" if kept else _STRANGERS if each else _("too few matches") for kept, each in zip(keep, strange, strict=True)
    ]
    for _round in range(len(found)):
        worst, gap, about = -1, 0.0, -1
        for number in range(len(found)):
            if not keep[number]:
                continue
            apart, field = _distance(number, found, used, keep, weight)
            if apart > gap:
                worst, gap, about = number, apart, field
        if gap < 0.25 or sum(keep) <= 2:
            break
        keep[worst], why[worst], fields[worst] = False, _DISAGREES, about
    return keep, why, fields


def _distance(
    number: int,
    found: Sequence[list[Array]],
    used: Sequence[frozenset[int]],
    keep: Sequence[bool],
    weight: Sequence[float],
) -> tuple[float, int]:
    """(largest gap between this session's share of "different" and the middle of the others, field)."""
    widest, about = 0.0, -1
    for field in range(len(found[number])):
        if field in used[number]:
            continue
        others = [k for k in range(len(found)) if keep[k] and k != number and field not in used[k]]
        if len(others) < 2:
            continue
        middle = float(np.median([found[k][field][-1] for k in others]))
        gap = float(found[number][field][-1]) - middle
        if gap > widest:
            widest, about = gap, field
    return widest, about


def together(
    found: Sequence[list[Array]],
    used: Sequence[frozenset[int]],
    keep: Sequence[bool],
    weight: Sequence[float],
    kinds: Sequence[Kind],
) -> list[Array]:
    """The mean of the sessions that were kept, by the square root of their matches."""
    result = []
    for field, kind in enumerate(kinds):
        total, sum_of = np.zeros(top(kind) + 1), 0.0
        for number in range(len(found)):
            if keep[number] and field not in used[number]:
                share = np.sqrt(max(weight[number], 0.0))
                total, sum_of = total + share * found[number][field], sum_of + share
        result.append(total / sum_of if sum_of else first_guess(kind))
    return result
