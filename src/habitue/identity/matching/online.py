"""One new record against all known ones, with the model of the last run: the same keys, levels and weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from habitue.identity.matching import scoring
from habitue.identity.matching.explanation import Explanation, put_together
from habitue.identity.matching.index import Index, Record, saved
from habitue.identity.matching.shapes import Array


@dataclass(frozen=True)
class Found:
    """A known record that may be the same, by its id and its row in the index, and why."""

    record_id: int
    row: int
    probability: float
    weight: float
    explanation: Explanation


def score_one(index: Index, record: Record, *, at_least: float = 0.05, but: int | None = None) -> list[Found]:
    """The known records that may be `record` (a value by column name), likeliest first.

    `but` is the id of the record itself, where it is known already.
    """
    model = index.model
    texts = index.read(record)
    rows = index.candidates(texts)
    if not len(rows):
        return []
    weighed = _Weighed.of(index, texts, rows)
    odds = scoring.odds(model, weighed.parts.sum(axis=1))
    wanted = np.log(at_least / (1 - at_least))
    found = []
    for place in np.argsort(-odds, kind="stable").tolist():
        if odds[place] < wanted:
            break
        row = int(rows[place])
        if index.id_of(row) == but:
            continue
        why = weighed.why(place)
        found.append(
            Found(index.id_of(row), row, float(1 / (1 + np.exp(-min(odds[place], 60)))), float(odds[place]), why)
        )
    return found


def explained(index: Index, record: Record, other: int) -> Explanation | None:
    """Why a record and the known one of an id are one, or not, whatever the blocking keys say; None if unknown."""
    row = index.row_of(other)
    return None if row < 0 else _Weighed.of(index, index.read(record), np.array([row])).why(0)


@dataclass(frozen=True)
class _Weighed:
    """A record, by its comparable texts, beside some known rows: levels, what rareness adds, weights."""

    index: Index
    texts: Sequence[str | None]
    rows: Array
    levels: Array
    rare: Array
    parts: Array

    @classmethod
    def of(cls, index: Index, texts: Sequence[str | None], rows: Array) -> _Weighed:
        levels, codes = index.levels(texts, rows)
        rare = index.rarity(texts, levels, codes)
        return cls(index, texts, rows, levels, rare, scoring.summed(index.model, levels, rare))

    def why(self, place: int) -> Explanation:
        """The explanation of one of the rows."""
        said = list(zip(self.texts, self.index.texts(int(self.rows[place])), strict=True))
        model = self.index.model
        weights = (self.parts[place] * model.slope).tolist()
        return put_together(model, self.levels[place].tolist(), weights, self.rare[place].tolist(), said)


__all__ = ["Found", "Index", "explained", "saved", "score_one"]
