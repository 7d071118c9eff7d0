"""A Spark cluster that the tests of several rooms share: it takes longer to start than most of them take."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bench.spark_cluster import cluster

from habitue.kernel.lake import Cluster, engine_on_cluster

# Programs that live for a minute: what they spend on making themselves faster never comes back.
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


@pytest.fixture(scope="session")
def spark_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster of one master and two workers."""
    folder = tmp_path_factory.mktemp("cluster")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", SHORT_LIVED)
        with cluster(folder) as address:
            yield address
            end_spark()


@pytest.fixture(scope="module")
def spark(spark_address: str) -> Cluster:
    """A connection to the cluster, for a handful of rows: tasks for empty partitions would be most of the time."""
    con: Cluster = engine_on_cluster(spark_address)
    con._session.conf.set("spark.sql.shuffle.partitions", "1")
    return con


def end_spark() -> None:
    """End the session of this process, if there is one, so that another one can begin."""
    from pyspark.sql import SparkSession

    active = SparkSession.getActiveSession()
    if active is not None:
        active.stop()
