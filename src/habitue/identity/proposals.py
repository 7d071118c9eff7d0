"""From a finished matching run to links and to pairs for people to decide. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
import pyarrow as pa

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
    """Finds out which rows of a table are the same person; rows are numbered from 0."""

    def __call__(self, table: pa.Table, *, known_different: Sequence[tuple[int, int]]) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two rows that may be one person; `evidence` is JSON: the start and what each field adds, without any value."""

    a: int
    b: int
    score: float
    weight: float
    evidence: str


def proposals(outcome: Outcome, *, upper: float, lower: float) -> tuple[list[Proposal], list[Proposal]]:
    """(links to make, pairs to ask about): as many links as hold the clusters together, strongest first."""
    pairs = outcome.pairs
    order = pairs.sort_by([("probability", "descending"), ("a", "ascending"), ("b", "ascending")]).to_pylist()
    of = outcome.clusters
    sure = [row for row in order if row["probability"] >= upper and of[row["a"]] == of[row["b"]]]
    rows = {row for pair in sure for row in (pair["a"], pair["b"])}
    links: list[Proposal] = []
    doubts: list[Proposal] = []
    held = _Held(rows)
    for row in sure:
        if held.join(row["a"], row["b"]):
            links.append(_proposal(outcome, row))
    for row in order:
        if lower <= row["probability"] and not held.is_one(row["a"], row["b"]) and len(doubts) < MOST_DOUBTS:
            doubts.append(_proposal(outcome, row))
    return links, doubts


class _Held:
    def __init__(self, rows: set[int]) -> None:
        self._parts = {row: {row} for row in rows}

    def is_one(self, a: int, b: int) -> bool:
        return b in self._parts.get(a, ())

    def join(self, a: int, b: int) -> bool:
        one, other = self._parts[a], self._parts[b]
        if one is other:
            return False
        one |= other
        for row in other:
            self._parts[row] = one
        return True


def _proposal(outcome: Outcome, row: dict[str, Any]) -> Proposal:
    why = outcome.explain(row["a"], row["b"])
    parts = [
        {"column": part.column, "label": part.label, "saying": part.saying, "weight": round(part.weight, 3)}
        for part in why.parts
    ]
    evidence = msgspec.json.encode({"start": round(why.start, 3), "parts": parts}).decode()
    return Proposal(int(row["a"]), int(row["b"]), float(row["probability"]), float(row["weight"]), evidence)
