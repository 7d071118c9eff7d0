"""A matching run from a table to clusters, with the same defaults for every table."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from habitue.identity.matching import learning, scoring
from habitue.identity.matching.answers import Answer, taught
from habitue.identity.matching.blocking import Glasses, Key, searched
from habitue.identity.matching.compare import compared
from habitue.identity.matching.grouping import grouped
from habitue.identity.matching.model import Model
from habitue.identity.matching.outcome import Matched, Scored
from habitue.identity.matching.pairs import Population, candidates
from habitue.identity.matching.report import Report, report_of
from habitue.identity.matching.shadow import fields_of
from habitue.identity.matching.shapes import Array, Values

CHUNK = 400_000
KEEP_ODDS = -6.0
PAIRS_A_ROW = 14.0
SEED = 7


def match_table(
    table: pa.Table, *, known_same: Sequence[tuple[int, int]] = (), known_different: Sequence[tuple[int, int]] = (),
    source_column: str | None = None, seed: int = SEED, engine: str = "duckdb",
) -> Matched:  # fmt: skip
    """Find out which rows of `table` are the same person or organisation.

    Rows are numbered from 0. `known_same` and `known_different` are pairs of rows that somebody decided; they hold
    whatever the model thinks. With `source_column` only rows of different sources can be one, and each source holds
    everybody once. `engine` (`duckdb` or `spark`) makes the pairs; the result is the same.
    """
    begun = time.perf_counter()
    side = _side(table, source_column)
    columns, fields = fields_of(table.drop_columns([source_column]) if source_column else table)
    who = Population(table.num_rows, side)
    glasses = Glasses(fields)
    keys = searched(glasses, rows=table.num_rows, budget=PAIRS_A_ROW, seed=seed) if fields else []
    a, b = candidates(glasses, keys, who, engine=engine)
    if not fields or not len(a):
        return _everybody_alone(table.num_rows, report_of(columns, [], [], begun=begun, rows=table.num_rows))
    found = learning.learnt(fields, glasses, keys, who, (a, b), seed=seed, say=lambda key: told(key, fields))
    pairs = scored(found.model, fields, a, b)
    known = [Answer(x, y, True) for x, y in known_same] + [Answer(x, y, False) for x, y in known_different]
    taught(found.model, fields, known)
    clusters, probability = grouped(found.model, fields, pairs, who, known)
    report = report_of(
        columns, [(told(key, fields), key.pairs) for key in keys], found.sessions, begun=begun, rows=table.num_rows,
        compared=len(a), pairs=pairs, clusters=clusters, model=found.model,
    )  # fmt: skip
    return Matched(clusters, probability, pairs, found.model, fields, keys, who, known, report)


def told(key: Key, fields: Sequence[Values]) -> str:
    """A key in words: `surname (sound) + birth date (equal)`."""
    return " + ".join(f"{fields[atom.field].column.name} ({atom.glass})" for atom in key.atoms)


def scored(model: Model, fields: Sequence[Values], a: Array, b: Array) -> Scored:
    """The pairs that are worth keeping, with their weights."""
    kept: list[tuple[Array, Array, Array]] = []
    for start in range(0, len(a), CHUNK):
        x, y = a[start : start + CHUNK], b[start : start + CHUNK]
        weight = scoring.contributions(model, fields, compared(fields, x, y), x, y).sum(axis=1)
        keep = weight + model.prior > KEEP_ODDS
        kept.append((x[keep], y[keep], weight[keep]))
    parts = [np.concatenate(each) for each in zip(*kept, strict=True)]
    return Scored(parts[0], parts[1], parts[2])


def _side(table: pa.Table, source_column: str | None) -> Array | None:
    if source_column is None:
        return None
    names: dict[str, int] = {}
    cells = table[source_column].cast(pa.string()).to_pylist()
    return np.fromiter((names.setdefault(cell or "", len(names)) for cell in cells), np.int32, len(cells))


def _everybody_alone(rows: int, report: Report) -> Matched:
    nothing = Scored(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))
    return Matched(np.arange(rows), np.ones(rows), nothing, None, [], [], Population(rows), [], report)
