"""A matching run from a table to clusters, with the same defaults for every table."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from habitue.identity.matching import clustering, learning, pairs as pairing, scoring
from habitue.identity.matching.blocking import Glasses, Key, searched
from habitue.identity.matching.compare import compared
from habitue.identity.matching.model import Model
from habitue.identity.matching.shadow import fields_of
from habitue.identity.matching.shapes import Array, Column, Values
from habitue.identity.matching.training import Session

CHUNK = 500_000
KEEP_ODDS = -6.0
BUDGET = 14.0


@dataclass
class Matched:
    """What a run found."""

    clusters: Array
    probability: Array
    pairs: pa.Table
    model: Model | None
    columns: list[Column]
    fields: list[Values]
    keys: list[Key] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)


def match_table(
    table: pa.Table, *, known_same: Sequence[tuple[int, int]] = (), known_different: Sequence[tuple[int, int]] = (),
    side: Array | None = None, seed: int = 7, engine: str = "duckdb",
) -> Matched:  # fmt: skip
    begun = time.perf_counter()
    columns, fields = fields_of(table)
    who = pairing.Population(table.num_rows, side)
    glasses = Glasses(fields)
    keys = searched(glasses, rows=table.num_rows, budget=BUDGET, seed=seed)
    t1 = time.perf_counter()
    a, b = pairing.candidates(glasses, keys, who, engine=engine)
    t2 = time.perf_counter()
    found = learning.learnt(fields, glasses, keys, who, (a, b), seed=seed, say=lambda key: told(key, fields))
    t3 = time.perf_counter()
    a, b, odds = scored(found.model, fields, a, b)
    t4 = time.perf_counter()

    def score(x: Array, y: Array) -> Array:
        levels = compared(fields, x, y)
        return scoring.odds(found.model, scoring.contributions(found.model, fields, levels, x, y).sum(axis=1))

    result = clustering.clusters(table.num_rows, (a, b, odds), score, forbidden=known_different, sides=side)
    t5 = time.perf_counter()
    made = pa.table({"a": a, "b": b, "probability": 1 / (1 + np.exp(-odds))})
    return Matched(
        result, np.zeros(table.num_rows), made, found.model, columns, fields, keys, found.sessions,
        {"seconds": [round(x, 2) for x in (t1 - begun, t2 - t1, t3 - t2, t4 - t3, t5 - t4)], "matches": found.matches},
    )  # fmt: skip


def told(key: Key, fields: Sequence[Values]) -> str:
    """A key in words: `surname (sound) + birth date (equal)`."""
    return " + ".join(f"{fields[atom.field].column.name} ({atom.glass})" for atom in key.atoms)


def scored(model: Model, fields: Sequence[Values], a: Array, b: Array) -> tuple[Array, Array, Array]:
    """The pairs that are worth keeping, with their log odds."""
    kept: list[tuple[Array, Array, Array]] = []
    for start in range(0, len(a), CHUNK):
        x, y = a[start : start + CHUNK], b[start : start + CHUNK]
        weight = scoring.contributions(model, fields, compared(fields, x, y), x, y).sum(axis=1)
        odds = scoring.odds(model, weight)
        keep = odds > KEEP_ODDS
        kept.append((x[keep], y[keep], odds[keep]))
    if not kept:
        return a, b, np.empty(0)
    return tuple(np.concatenate(each) for each in zip(*kept, strict=True))  # type: ignore[return-value]
