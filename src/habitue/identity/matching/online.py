"""One new record against all known ones, with the model of the last run: the same keys, levels and weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from habitue.identity.matching import scoring
from habitue.identity.matching.explanation import Explanation, put_together
from habitue.identity.matching.index import Index, Record, saved


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
    levels, codes = index.levels(texts, rows)
    rare = index.rarity(texts, levels, codes)
    parts = scoring.summed(model, levels, rare)
    odds = scoring.odds(model, parts.sum(axis=1))
    wanted = np.log(at_least / (1 - at_least))
    found = []
    for place in np.argsort(-odds, kind="stable").tolist():
        if odds[place] < wanted:
            break
        row = int(rows[place])
        if index.id_of(row) == but:
            continue
        said = list(zip(texts, index.texts(row), strict=True))
        why = put_together(
            model, levels[place].tolist(), (parts[place] * model.slope).tolist(), rare[place].tolist(), said
        )
        found.append(
            Found(index.id_of(row), row, float(1 / (1 + np.exp(-min(odds[place], 60)))), float(odds[place]), why)
        )
    return found


__all__ = ["Found", "Index", "saved", "score_one"]
