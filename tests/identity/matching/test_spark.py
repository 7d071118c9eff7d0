"""The same people found on a Spark cluster as on the engine in process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from bench.made_tables import customers
from bench.spark_cluster import cluster

import habitue
from habitue.cli.main import run
from habitue.identity.matching.errors import EngineUnknown
from habitue.kernel.lake import engine_on_cluster

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster of one master and two workers."""
    with cluster(tmp_path_factory.mktemp("cluster")) as found:
        con = engine_on_cluster(found)  # both runs of the test share it: executors are slow to start
        con._session.conf.set("spark.sql.shuffle.partitions", "1")
        yield found
        con.stop()


def test_a_cluster_finds_the_same_people(address: str, tmp_path: Path) -> None:
    made = customers(480)
    assert made.table.num_rows > 1_200, "a smaller table needs no engine"
    here, there = habitue.match(made.table), habitue.match(made.table, engine=address)
    assert np.array_equal(here.matched.clusters, there.matched.clusters)
    assert here.pairs.equals(there.pairs)
    assert here.report.largest_cluster > 1

    pq.write_table(made.table, tmp_path / "people.parquet")
    out = tmp_path / "clusters.parquet"
    assert run(["match", str(tmp_path / "people.parquet"), "--out", str(out), "--engine", address]) == 0
    assert pq.read_table(out)["cluster_id"].to_pylist() == here.clusters["cluster_id"].to_pylist()


def test_an_engine_that_is_none_is_a_sentence() -> None:
    with pytest.raises(EngineUnknown, match="fast one"):
        habitue.match([{"name": "Anna Krume"}], engine="fast one")
