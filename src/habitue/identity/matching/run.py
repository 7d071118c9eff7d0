"""A matching run from a table to clusters, with the same defaults for every table."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from habitue.identity.matching import learning, scoring
from habitue.identity.matching.answers import Answer, taught
from habitue.identity.matching.blocking import GLASS_TEXTS, Glasses, Key, options, spread
from habitue.identity.matching.columns import NAMES_SOURCE
from habitue.identity.matching.errors import check_engine
from habitue.identity.matching.grouping import grouped, held
from habitue.identity.matching.model import Model
from habitue.identity.matching.outcome import Matched, Scored
from habitue.identity.matching.pairs import ALL_PAIRS_ROWS, Population, candidates
from habitue.identity.matching.report import Report, report_of
from habitue.identity.matching.shadow import fields_of
from habitue.identity.matching.shapes import Array, Column, KeyName, Values
from habitue.identity.matching.sieve import sifted
from habitue.identity.matching.sources import without_duplicates
from habitue.identity.matching.stages import Stages, Tell
from habitue.identity.matching.widening import widened

CHUNK = 400_000
KEEP_ODDS = -6.0
FIRST_PAIRS = 14.0
PAIRS_A_KEY = 12.0
PAIRS_A_ROW = 60.0
HUGE_ROWS = 60_000
SEED = 7


def match_table(
    table: pa.Table, *, known_same: Sequence[tuple[int, int]] = (), known_different: Sequence[tuple[int, int]] = (),
    held_same: Sequence[tuple[int, int]] = (), source_column: str | None = None, seed: int = SEED,
    engine: str = "duckdb", tell: Tell | None = None,
) -> Matched:  # fmt: skip
    """Find out which rows of `table` are the same person or organisation.

    Rows are numbered from 0. `known_same` and `known_different` are pairs of rows that somebody decided; they hold
    whatever the model thinks, and teach it. `held_same` are pairs that an identifier holds together: they hold too, but
    teach nothing, since nobody picked them by doubt. With `source_column` only rows of different sources can be one,
    and each source holds everybody once. `engine` (`duckdb`, `spark`, or the address of a cluster such as
    `spark://host:7077`) makes the pairs; the result is the same. `tell` hears of each stage of the run as it ends.
    Raises EngineUnknown.
    """
    check_engine(engine)
    begun = time.perf_counter()
    stages = Stages(tell)
    side = _side(table, source_column)
    columns, fields = fields_of(table.drop_columns([source_column]) if source_column else table)
    rows = table.num_rows
    table = table.select([column.name for column in columns if column.why == NAMES_SOURCE])  # the rest may be let go
    who = Population(rows, side)
    glasses = Glasses(fields)
    stages.end("columns")
    found, keys, (a, b) = _trained(fields, glasses, who, seed=seed, engine=engine, stages=stages)
    if found is None:
        return _everybody_alone(rows, report_of(columns, [], [], begun=begun, rows=rows))
    pairs = scored(found.model, fields, a, b)
    stages.end("weights")
    once: list[str] = []
    if source_column is None:
        who, pairs, once = _each_once(table, columns, found.model, who, pairs)
    known = [Answer(x, y, True) for x, y in known_same] + [Answer(x, y, False) for x, y in known_different]
    taught(found.model, fields, known)
    clusters, probability = grouped(found.model, fields, pairs, who, [*known, *held(held_same)])
    stages.end("groups")
    report = report_of(
        columns, [(told(key, fields), key.pairs) for key in keys], found.sessions, begun=begun, rows=rows,
        compared=len(a), pairs=pairs, clusters=clusters, model=found.model, once=once, stages=stages.done,
    )  # fmt: skip
    return Matched(clusters, probability, pairs, found.model, fields, keys, who, known, report)


def _each_once(
    table: pa.Table, columns: Sequence[Column], model: Model, who: Population, pairs: Scored
) -> tuple[Population, Scored, list[str]]:
    """(which pairs could be one, those of `pairs` among them, the sources that were seen to hold everybody once)."""
    chance = scoring.probabilities(model, pairs.weight)
    side, once = without_duplicates(table, columns, pairs.a, pairs.b, chance)
    if side is None:
        return who, pairs, once
    who = Population(who.rows, side)
    keep = who.allowed(pairs.a, pairs.b)
    return who, Scored(pairs.a[keep], pairs.b[keep], pairs.weight[keep]), once


def _trained(
    fields: list[Values], glasses: Glasses, who: Population, *, seed: int, engine: str, stages: Stages
) -> tuple[learning.Learnt | None, list[Key], tuple[Array, Array]]:
    """(what was learnt, on which keys, the pairs to score): trained on first keys, then on all that pay."""
    rows = who.rows
    tried = options(glasses, rows=rows, ceiling=PAIRS_A_KEY * rows, seed=seed) if fields else []
    keys = spread([key for key in tried if key.pairs <= FIRST_PAIRS / 6 * rows], ceiling=FIRST_PAIRS * rows)
    stages.end("search for keys")
    pairs = candidates(glasses, keys, who, engine=engine)
    stages.end("first pairs")
    if not fields or not len(pairs[0]):
        return None, keys, pairs

    def say(key: Key) -> KeyName:
        return told(key, fields)

    ground = learning.Ground.of(fields, who, seed=seed)
    size = learning.SAMPLE if rows <= ALL_PAIRS_ROWS else learning.FIRST_SAMPLE
    found = learning.learnt(fields, glasses, keys, who, pairs, ground, seed=seed, say=say, sample=size)
    stages.end("first training")
    if rows <= ALL_PAIRS_ROWS:
        return found, keys, pairs
    budget = PAIRS_A_ROW * rows * min(1.0, (HUGE_ROWS / rows) ** 0.5) + 3 * found.matches
    wider = widened(found.model, fields, glasses, keys, tried, who, budget=budget, matches=found.matches, seed=seed)
    stages.end("keys tried")
    if len(wider) > len(keys):
        del pairs  # before as many and more are made
        pairs = candidates(glasses, wider, who, engine=engine)
    stages.end("pairs")
    found = learning.learnt(fields, glasses, wider, who, pairs, ground, seed=seed, say=say)
    stages.end("training")
    return found, wider, pairs


def told(key: Key, fields: Sequence[Values]) -> KeyName:
    """A key for people: `(("surname", "sound"), ("birth date", "equal"))`."""
    return tuple((fields[atom.field].column.name, GLASS_TEXTS[atom.glass]) for atom in key.atoms)


def scored(model: Model, fields: Sequence[Values], a: Array, b: Array) -> Scored:
    """The pairs that are worth keeping, with their weights."""
    kept: list[tuple[Array, Array, Array]] = []
    shares = scoring.rarities(model, fields)
    for start in range(0, len(a), CHUNK):
        x, y = a[start : start + CHUNK], b[start : start + CHUNK]
        rows, levels = sifted(model, fields, x, y, least=KEEP_ODDS, shares=shares)
        x, y = x[rows], y[rows]
        weight = scoring.contributions(model, fields, levels, x, y, shares).sum(axis=1)
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
