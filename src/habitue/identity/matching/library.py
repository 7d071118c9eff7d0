"""`habitue.match`: any table of people or organisations in, the same rows with their clusters out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from habitue.identity.matching.errors import ColumnMissing, FileMissing, NoTable
from habitue.identity.matching.explanation import Translate, sentence
from habitue.identity.matching.outcome import Matched
from habitue.identity.matching.report import Report
from habitue.identity.matching.run import SEED, match_table
from habitue.identity.matching.tablefiles import distinct, read_table


@dataclass(repr=False)
class Result:
    """What `habitue.match` found; printed, it tells what was understood and done."""

    table: pa.Table
    matched: Matched

    @property
    def clusters(self) -> pa.Table:
        """The rows in their order with `cluster_id` (1, 2, …) and `match_probability` behind them.

        The latter is the chance that the row belongs to its cluster; for one that is left alone, that it is alone.
        """
        return with_clusters(self.table, self.matched)

    def __repr__(self) -> str:
        return str(self.report)

    @property
    def pairs(self) -> pa.Table:
        """Pairs of rows that may be one: `a`, `b`, `probability`, `weight`."""
        return self.matched.pairs

    @property
    def report(self) -> Report:
        """What was understood and done, and how good the result should be."""
        return self.matched.report

    def explain(self, a: int, b: int, translate: Translate = str) -> str:
        """One sentence on why two rows are one, or not."""
        return sentence(self.matched.explain(a, b), translate)


def match(
    table: Any, *, source_column: str | None = None, labels: str | None = None, seed: int = SEED,
    engine: str = "duckdb", delimiter: str | None = None,
) -> Result:  # fmt: skip
    """Find out which rows are the same person or organisation; needs no settings and no labels.

    `table` is a pandas, polars or pyarrow table (or whatever else hands over Arrow), a list of dicts, a dict of
    columns, or the path of a CSV, Parquet or other file. With `source_column` only rows of different sources can be
    one. `labels` names a column that says for some rows who they are: those are taken as known. `delimiter` is what
    stands between the cells of a file where that is not found out. Raises NoTable, FileMissing, ColumnMissing,
    RowsUneven and OnlyOneColumn.
    """
    rows = as_table(table, delimiter=delimiter)
    for name in (source_column, labels):
        if name is not None and name not in rows.column_names:
            raise ColumnMissing(column=name)
    same, different = known_pairs(rows[labels].to_pylist()) if labels else ([], [])
    used = rows.drop_columns([labels]) if labels else rows
    found = match_table(
        used, known_same=same, known_different=different, source_column=source_column, seed=seed, engine=engine
    )
    return Result(rows, found)


def as_table(given: Any, *, delimiter: str | None = None) -> pa.Table:
    """A table of whatever holds rows."""
    if isinstance(given, pa.Table):
        return given
    if isinstance(given, str | Path):
        if not Path(given).is_file():
            raise FileMissing(file=str(given))
        return read_table(Path(given), delimiter=delimiter).table
    if isinstance(given, Sequence) and all(isinstance(row, Mapping) for row in given):
        names = list(dict.fromkeys(str(name) for row in given for name in row))
        return pa.table({name: pa.array([_cell(row.get(name)) for row in given], pa.string()) for name in names})
    if isinstance(given, Mapping) and _are_columns(given.values()):
        return pa.table({str(name): pa.array(list(map(_cell, cells)), pa.string()) for name, cells in given.items()})
    if hasattr(given, "columns") and hasattr(given, "iloc"):
        try:
            return pa.Table.from_pandas(given, preserve_index=False)
        except (pa.ArrowException, TypeError, ValueError):
            names = distinct([str(name) for name in given.columns])
            cells = ([_cell(cell) for cell in given.iloc[:, place]] for place in range(len(names)))
            return pa.table({name: pa.array(texts, pa.string()) for name, texts in zip(names, cells, strict=True)})
    if hasattr(given, "__arrow_c_stream__"):  # polars, DuckDB, Ibis and whoever else hands tables over in this way
        return pa.table(given)
    raise NoTable(kind=type(given).__name__)


def _are_columns(given: Collection[Any]) -> bool:
    """Whether all are columns of one length."""
    is_list = [hasattr(cells, "__len__") and not isinstance(cells, str | bytes | Mapping) for cells in given]
    return all(is_list) and len({len(cells) for cells in given}) == 1


def _cell(value: object) -> str | None:
    """A cell as text; half characters, which no file can hold, become a question mark."""
    return None if value is None or value != value else str(value).encode("utf-8", "replace").decode("utf-8")


def known_pairs(labels: Sequence[object]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(pairs of rows with the same label, pairs of neighbours with different ones) as chains, not all with all."""
    last: dict[str, int] = {}
    same = []
    for row, label in enumerate(labels):
        if label is None or label == "" or label != label:
            continue
        if str(label) in last:
            same.append((last[str(label)], row))
        last[str(label)] = row
    ends = list(last.values())
    return same, [(min(x, y), max(x, y)) for x, y in pairwise(ends)]


def with_clusters(table: pa.Table, matched: Matched) -> pa.Table:
    """The table with two columns more; where it has such columns already, ours carry a number."""
    _first, inverse = np.unique(matched.clusters, return_inverse=True)
    numbers = pa.array(inverse + 1, pa.int64())
    made = table.append_column(_free("cluster_id", table), numbers)
    return made.append_column(_free("match_probability", made), pa.array(np.round(matched.probability, 6)))


def _free(name: str, table: pa.Table) -> str:
    tries = [name, *(f"{name}_{number}" for number in range(2, 1_000))]
    return next(each for each in tries if each not in table.column_names)
