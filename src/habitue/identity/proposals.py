"""From a finished matching run to links and to pairs for people to decide. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, Protocol

import msgspec
import pyarrow as pa

from habitue.identity.matching.stages import Tell

MOST_DOUBTS = 5_000
# Log odds: how far one pair can speak for two groups, and what a pair says that was not worth keeping.
CLIP, NEVER_MET = 9.0, -4.0

Pair = tuple[int, int, float, float]


class Explained(Protocol):
    """Why two rows are one, or not."""

    @property
    def parts(self) -> Sequence[Any]: ...
    @property
    def start(self) -> float: ...


class Outcome(Protocol):
    """What a matcher hands back: clusters by row, pairs with probability and weight, and the reasons of each."""

    @property
    def clusters(self) -> Any: ...  # a sequence of numbers or an array of them
    @property
    def pairs(self) -> pa.Table: ...
    def explain(self, a: int, b: int) -> Explained: ...


class Matcher(Protocol):
    """Finds out which rows of a table are the same person; rows are numbered from 0.

    `held_same` are pairs that are one already, by an identifier. `tell` hears of each stage as it ends; what it raises
    ends the run.
    """

    def __call__(
        self,
        table: pa.Table,
        *,
        known_different: Sequence[tuple[int, int]],
        held_same: Sequence[tuple[int, int]],
        tell: Tell | None = None,
    ) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two rows that may be one person; `evidence` is JSON: the start and what each field adds, without any value."""

    a: int
    b: int
    score: float
    weight: float
    evidence: str


def proposals(
    outcome: Outcome,
    *,
    upper: float,
    lower: float,
    held_same: Iterable[tuple[int, int]] = (),
    known_different: Iterable[tuple[int, int]] = (),
    asked_only: Collection[int] = (),
) -> tuple[list[Proposal], list[Proposal]]:
    """(links to make, pairs to ask about): as many links as hold the clusters together, strongest first.

    Rows that are one already by `held_same` need no link; rows of `asked_only` are never linked without asking. Two
    groups of rows are asked about once, with the probability that all pairs between them give together, unless
    somebody decided about them by `known_different`: of many records some pair looks alike by chance.
    """
    columns = (outcome.pairs[name].to_pylist() for name in ("a", "b", "probability", "weight"))
    order = sorted(zip(*columns, strict=True), key=lambda pair: (-pair[2], pair[0], pair[1]))
    of = outcome.clusters
    held = _Held(held_same)
    links: list[Proposal] = []
    for a, b, probability, weight in order:
        if probability < upper:
            break
        if of[a] == of[b] and a not in asked_only and b not in asked_only and held.join(a, b):
            links.append(_proposal(outcome, a, b, probability, weight))
    decided = {held.both(a, b) for a, b in known_different}
    doubts = [each for each in _between(held, order, lower) if held.both(each[0], each[1]) not in decided]
    doubts.sort(key=lambda each: (-each[2], each[0], each[1]))
    return links, [_proposal(outcome, *each) for each in doubts[:MOST_DOUBTS]]


def _between(held: _Held, order: Sequence[Pair], lower: float) -> list[Pair]:
    """For each two groups the pair that is nearest to the mean of all pairs between them, with that mean."""
    found: dict[tuple[int, int], list[Pair]] = {}
    for pair in order:
        both = held.both(pair[0], pair[1])
        # The likeliest pair of two groups comes first: where that is unlikely, so is their mean.
        if both[0] != both[1] and (pair[2] >= lower or both in found):
            found.setdefault(both, []).append(pair)
    doubts = []
    for (one, other), pairs in found.items():
        mean = mean_weight([weight for *_rows, weight in pairs], cells=held.size(one) * held.size(other))
        probability = probability_of(mean)
        if probability >= lower:
            a, b, *_said = min(pairs, key=lambda pair: abs(pair[3] - mean))
            doubts.append((a, b, probability, mean))
    return doubts


def mean_weight(weights: Sequence[float], *, cells: int) -> float:
    """What all pairs between two groups say together, in log odds: those without a weight were not worth keeping."""
    cells = max(cells, len(weights))
    return (sum(min(max(weight, -CLIP), CLIP) for weight in weights) + NEVER_MET * (cells - len(weights))) / cells


def probability_of(weight: float) -> float:
    """The probability that log odds mean."""
    return 1 / (1 + exp(-weight))


def between(reasons: Sequence[Explained]) -> tuple[float, str]:
    """(what all pairs between two people say together, in log odds; the evidence of the pair that is nearest to it)."""
    weights = [why.start + sum(part.weight for part in why.parts) for why in reasons]
    mean = mean_weight(weights, cells=len(weights))
    return mean, evidence_of(min(zip(weights, reasons, strict=True), key=lambda each: abs(each[0] - mean))[1])


class _Held:
    """Groups of rows that are one by now."""

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        self._parent: dict[int, int] = {}
        self._size: dict[int, int] = {}
        for a, b in pairs:
            self.join(a, b)

    def join(self, a: int, b: int) -> bool:
        one, other = self.both(a, b)
        if one == other:
            return False
        self._parent[other] = one
        self._size[one] = self.size(one) + self.size(other)
        return True

    def both(self, a: int, b: int) -> tuple[int, int]:
        """The groups of two rows, the lower number first."""
        one, other = self._group(a), self._group(b)
        return (one, other) if one < other else (other, one)

    def size(self, group: int) -> int:
        """How many rows a group has."""
        return self._size.get(group, 1)

    def _group(self, row: int) -> int:
        while (above := self._parent.get(row, row)) != row:
            self._parent[row] = self._parent.get(above, above)
            row = above
        return row


def _proposal(outcome: Outcome, a: int, b: int, probability: float, weight: float) -> Proposal:
    return Proposal(int(a), int(b), float(probability), float(weight), evidence_of(outcome.explain(a, b)))


def evidence_of(why: Explained) -> str:
    """The reasons as JSON: the start and what each field adds, without any value."""
    parts = [
        {"column": part.column, "label": part.label, "saying": part.saying, "weight": round(part.weight, 3)}
        for part in why.parts
    ]
    return msgspec.json.encode({"start": round(why.start, 3), "parts": parts}).decode()
