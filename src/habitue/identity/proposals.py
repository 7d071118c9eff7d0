"""From a finished matching run to links and to pairs for people to decide. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

MOST_DOUBTS = 5_000


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

    `held_same` are pairs that are one already, by an identifier.
    """

    def __call__(
        self, table: pa.Table, *, known_different: Sequence[tuple[int, int]], held_same: Sequence[tuple[int, int]]
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

    Rows that are one already by `held_same` need no link; rows of `asked_only` are never linked without asking. Of
    several doubtful pairs between the same two groups of rows the likeliest is asked about, unless somebody decided
    about the two by `known_different`.
    """
    found = outcome.pairs.filter(pc.greater_equal(outcome.pairs["probability"], lower))
    found = found.sort_by([("probability", "descending"), ("a", "ascending"), ("b", "ascending")])
    order = list(zip(*(found[name].to_pylist() for name in ("a", "b", "probability", "weight")), strict=True))
    of = outcome.clusters
    held = _Held(held_same)
    links: list[Proposal] = []
    for a, b, probability, weight in order:
        if probability < upper:
            break
        if of[a] == of[b] and a not in asked_only and b not in asked_only and held.join(a, b):
            links.append(_proposal(outcome, a, b, probability, weight))
    for a, b in known_different:
        held.ask(a, b)
    doubts: list[Proposal] = []
    for a, b, probability, weight in order:
        if len(doubts) >= MOST_DOUBTS:
            break
        if held.ask(a, b):
            doubts.append(_proposal(outcome, a, b, probability, weight))
    return links, doubts


class _Held:
    """Groups of rows that are one by now, and the pairs of groups that were asked about."""

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        self._parent: dict[int, int] = {}
        self._asked: set[tuple[int, int]] = set()
        for a, b in pairs:
            self.join(a, b)

    def join(self, a: int, b: int) -> bool:
        one, other = self._group(a), self._group(b)
        self._parent[one] = other
        return one != other

    def ask(self, a: int, b: int) -> bool:
        """Whether two rows are of different groups about which nobody was asked so far."""
        one, other = self._group(a), self._group(b)
        pair = (min(one, other), max(one, other))
        if one == other or pair in self._asked:
            return False
        self._asked.add(pair)
        return True

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
