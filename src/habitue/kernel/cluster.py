"""A connection to a Spark cluster that answers as the engine in process does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")
CLUSTER_FUNCTIONS = (
    """CREATE OR REPLACE TEMPORARY FUNCTION habitue_json_text(document STRING, name STRING) RETURNS STRING
        RETURN get_json_object(document, concat('$[\\'', name, '\\']'))""",
    """CREATE OR REPLACE TEMPORARY FUNCTION habitue_json_items(document STRING, name STRING) RETURNS ARRAY<STRING>
        RETURN from_json(get_json_object(document, concat('$[\\'', name, '\\']')), 'array<string>')""",
)


class Cluster:
    """A connection to a Spark cluster that answers as the engine in process does: instants come back in UTC."""

    def __init__(self, con: Any, session: Any) -> None:
        self._con = con
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)

    def parquet(self, name: str, paths: Sequence[str]) -> ir.Table:
        """The table in some files, whose columns may have come one after another."""
        frame = self._session.read.option("mergeSchema", "true").parquet(*paths)
        frame.createOrReplaceTempView(f"lake_{name}")
        table: ir.Table = self._con.table(f"lake_{name}")
        return table

    def given(self, name: str, rows: pa.Table) -> ir.Table:
        """Rows of this process as a table, sent to the workers."""
        arrow = "spark.sql.execution.arrow.pyspark.enabled"
        before = self._session.conf.get(arrow)
        self._session.conf.set(arrow, "true")
        self._session.createDataFrame(rows.to_pandas()).createOrReplaceTempView(name)
        self._session.conf.set(arrow, before)
        table: ir.Table = self._con.table(name)
        return table

    def stop(self) -> None:
        """End the session."""
        self._session.stop()

    def offer(self, name: str, expression: ir.Table) -> None:
        """Give an expression a name that SQL can use, in this session."""
        self._session.sql(f"CREATE OR REPLACE TEMPORARY VIEW {name} AS {self._con.compile(expression)}")

    def query(self, sql: str) -> ir.Table:
        """A query in the cluster's own SQL over what was offered."""
        self._session.sql(f"CREATE OR REPLACE TEMPORARY VIEW habitue_query AS {sql}")
        table: ir.Table = self._con.table("habitue_query")
        return table

    def to_pyarrow(self, expression: Any, **more: Any) -> Any:
        """The rows of an expression, or the value of a scalar."""
        found = self._con.to_pyarrow(expression, **more)
        if not isinstance(found, pa.Table):
            return found
        kinds = [INSTANT if pa.types.is_timestamp(field.type) else field.type for field in found.schema]
        columns = [column.cast(kind) for column, kind in zip(found.columns, kinds, strict=True)]
        return pa.table(columns, names=found.column_names)


def engine_on_cluster(address: str) -> Any:
    """A connection to the cluster at an address such as `spark://host:7077`: UTC, and the functions of the lake.

    Needs the extra `spark`, and Parquet files that the workers can read under the same path.
    """
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(address).appName("habitue")
    for key, value in CLUSTER_SETTINGS.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    for function in CLUSTER_FUNCTIONS:
        session.sql(function)
    return Cluster(ibis.pyspark.connect(session), session)


CLUSTER_SETTINGS: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "8",
}
