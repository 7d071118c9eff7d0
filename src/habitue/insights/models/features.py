"""What the learning rivals see of a customer, from the history alone, so that nothing later can leak in."""

from __future__ import annotations

import numpy as np

from habitue.insights.models.histories import Floats, Histories


def few(known: Histories) -> Floats:
    """Five logarithms for the regressions: repeats, silence, age, purchases of 90 days, mean value."""
    return np.column_stack(
        [
            np.log1p(known.repeats),
            np.log1p(known.silence),
            np.log1p(known.age),
            np.log1p(known.recent[:, 1]),
            np.log1p(np.maximum(_mean_value(known), 0)),
        ]
    )


def many(known: Histories) -> Floats:
    """Sixteen figures for boosting; a missing one (a pause of a one-time buyer) is -1."""
    value = _mean_value(known)
    found = np.column_stack(
        [
            known.repeats,
            known.recency,
            known.age,
            known.silence,
            known.gap,
            known.last_gap,
            known.gap_spread,
            known.silence / np.maximum(known.gap, 1),
            value,
            known.money,
            known.last_money,
            known.recent[:, 0],
            known.recent[:, 1],
            known.recent[:, 2],
            (known.repeats + 1) / (known.age + 7),
            known.recency / np.maximum(known.age, 1),
        ]
    )
    return np.nan_to_num(found, nan=-1.0)


def _mean_value(known: Histories) -> Floats:
    found: Floats = known.money / np.maximum(known.priced, 1)
    return found
