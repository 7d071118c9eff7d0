"""The same matching run with its pairs made by DuckDB in process and by a Spark cluster of two workers."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from bench.figures import Figures, spent
from bench.made_tables import Made
from bench.spark_cluster import cluster
from habitue.identity.matching.run import match_table


def on_both_engines(figures: Figures, made: Made) -> None:
    """Match a table on both; the clusters must be equal."""
    rows = f"{made.table.num_rows:,} rows"
    with spent() as here:
        found = match_table(made.table)
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder)) as address, spent() as there:
        again = match_table(made.table, engine=address)
    figures.add(f"{rows} on DuckDB", here.seconds, "s")
    figures.add(f"{rows} on a Spark cluster of two workers, its start included", there.seconds, "s")
    differing = int((found.clusters != again.clusters).sum())
    figures.add(f"{rows}, rows in another cluster on Spark", differing, "rows", goal=0)
    figures.notes.append(f"pairs equal on both engines: {bool(np.array_equal(found.scored.a, again.scored.a))}")
