"""The same people found on a Spark cluster as on the engine in process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from bench.made_tables import customers

import habitue
from habitue.cli.main import run
from habitue.identity.matching.errors import EngineUnknown

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("spark")  # both runs of the test share the session: executors are slow to start
def test_a_cluster_finds_the_same_people(spark_address: str, tmp_path: Path) -> None:
    made = customers(480)
    assert made.table.num_rows > 1_200, "a smaller table needs no engine"
    here, there = habitue.match(made.table), habitue.match(made.table, engine=spark_address)
    assert np.array_equal(here.matched.clusters, there.matched.clusters)
    assert here.pairs.equals(there.pairs)
    assert here.report.largest_cluster > 1

    pq.write_table(made.table, tmp_path / "people.parquet")
    out = tmp_path / "clusters.parquet"
    assert run(["match", str(tmp_path / "people.parquet"), "--out", str(out), "--engine", spark_address]) == 0
    assert pq.read_table(out)["cluster_id"].to_pylist() == here.clusters["cluster_id"].to_pylist()


def test_an_engine_that_is_none_is_a_sentence() -> None:
    with pytest.raises(EngineUnknown, match="fast one"):
        habitue.match([{"name": "Anna Krume"}], engine="fast one")
