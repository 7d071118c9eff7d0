"""Made tables, matched once for all tests of the room."""

from __future__ import annotations

import numpy as np
import pytest
from bench.made_tables import Made, customers

from habitue.identity.matching.outcome import Matched
from habitue.identity.matching.run import match_table


@pytest.fixture(scope="session")
def shop() -> Made:
    return customers(480)


@pytest.fixture(scope="session")
def matched(shop: Made) -> Matched:
    return match_table(shop.table)


def pairs_in(numbers: np.ndarray) -> float:
    """How many pairs of rows have the same number."""
    counts = np.unique(numbers, return_counts=True)[1].astype(float)
    return float((counts * (counts - 1) / 2).sum())


def quality(clusters: np.ndarray, truth: list[int]) -> tuple[float, float]:
    """(precision, recall) of pairs."""
    true = np.array(truth)
    both = pairs_in(clusters.astype(np.int64) * (true.max() + 1) + true)
    return both / max(pairs_in(clusters), 1), both / max(pairs_in(true), 1)
