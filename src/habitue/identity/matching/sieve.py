"""Pairs that cannot reach the least odds are dropped before all their fields were compared.

What is equal or missing is seen at once. Every other field could at best be nearly equal; when even that is too
little, comparing letters is not worth it. The pairs that stay get exactly the levels that a full comparison gives.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from habitue.identity.matching import scoring
from habitue.identity.matching.compare import field_levels, mind_swapped, name_fields
from habitue.identity.matching.model import FieldModel, Model
from habitue.identity.matching.shapes import Array, Values

_LAST: dict[str, int] = {"category": 0, "date": 1, "code": 2, "phone": 3, "word": 4, "email": 5, "text": 6, "name": 7}


def sifted(
    model: Model, fields: Sequence[Values], a: Array, b: Array, *, least: float, shares: Sequence[Array]
) -> tuple[Array, Array]:
    """(places of the pairs that may reach `least` log odds, their levels); `shares` are the model's `rarities`."""
    best = [_best(kept, share) for kept, share in zip(model.fields, shares, strict=True)]
    alive = np.arange(len(a))
    levels = np.zeros((len(a), len(fields)), dtype=np.int8, order="F")
    hope = np.full(len(a), model.prior, dtype=np.float32)
    for place, field in enumerate(fields):
        one, two = field.codes[a], field.codes[b]
        both = (one >= 0) & (two >= 0)
        same = both & (one == two)
        levels[:, place] = same.astype(np.int8) - (both & ~same)
        different, equal, _each = best[place]
        hope += np.where(same, np.float32(equal), both * np.float32(different))
        rows = np.flatnonzero(same)
        hope[rows] += shares[place][one[rows]]
    alive = alive[hope > least]
    crossed = name_fields(fields) or ()
    for place in sorted(range(len(fields)), key=lambda place: _LAST[fields[place].column.kind]):
        open_ = alive[levels[alive, place] == -1]
        found = field_levels(fields[place], a[open_], b[open_])
        levels[open_, place] = found
        if place not in crossed:
            hope[open_] += best[place][2][found] - best[place][0]
            alive = alive[hope[alive] > least]
    kept = levels[alive]
    mind_swapped(fields, a[alive], b[alive], kept)
    return alive, kept


def _best(kept: FieldModel, share: Array) -> tuple[float, float, Array]:
    """(the most that two different values can bring, the most of equal ones, the most of each level)."""
    table = scoring.log_ratio(kept).max(axis=0).astype(np.float32)
    rare = scoring.NEAR_RARITY * max(float(share.max(initial=0.0)), 0.0)
    most = table.copy()
    most[2:-1] += rare
    return float(most[2:].max()), float(table[1]), most
