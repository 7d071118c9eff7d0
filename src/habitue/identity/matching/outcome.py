"""What a matching run hands back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from habitue.identity.matching import scoring
from habitue.identity.matching.answers import Answer
from habitue.identity.matching.blocking import Key
from habitue.identity.matching.compare import compared
from habitue.identity.matching.explanation import Explanation, explained
from habitue.identity.matching.model import Model
from habitue.identity.matching.pairs import Population
from habitue.identity.matching.report import Report
from habitue.identity.matching.shapes import Array, Scored, Values


@dataclass
class Matched:
    """Clusters, pairs, model and report of a run.

    `clusters[row]` is the lowest row of the row's cluster; `probability[row]` the chance that it belongs there.
    """

    clusters: Array
    probability: Array
    scored: Scored
    model: Model | None
    fields: list[Values]
    keys: list[Key]
    who: Population
    known: list[Answer]
    report: Report

    @property
    def pairs(self) -> pa.Table:
        """Pairs that may be one: rows `a` < `b`, `probability`, `weight` (natural log of odds)."""
        odds = self.odds()
        return pa.table(
            {"a": self.scored.a, "b": self.scored.b, "probability": 1 / (1 + np.exp(-odds)), "weight": odds}
        )

    def odds(self) -> Array:
        """Calibrated log odds of the kept pairs."""
        return scoring.odds(self.model, self.scored.weight) if self.model else np.empty(0)

    def contributions(self, a: Sequence[int] | Array, b: Sequence[int] | Array) -> pa.Table:
        """The weight of each field (columns by name) for pairs of rows; with the start they make `weight`."""
        if self.model is None:
            return pa.table({})
        x, y = np.asarray(a), np.asarray(b)
        found = scoring.contributions(self.model, self.fields, compared(self.fields, x, y), x, y) * self.model.slope
        return pa.table({field.column.name: found[:, place] for place, field in enumerate(self.fields)})

    def explain(self, a: int, b: int) -> Explanation:
        """Why two rows are one, or not, field by field."""
        assert self.model is not None
        return explained(self.model, self.fields, a, b)


__all__ = ["Matched", "Scored"]
