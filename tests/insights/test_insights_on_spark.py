"""Insights learnt on a Spark cluster say the same as those learnt in process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.insights.test_learning import LEARNT, filled

from habitue.insights import store
from habitue.workspace import Workspace, open_workspace

TOLERANCE = 1e-9
"""How far two values may differ, as a share: amounts are exact, floats may be added in another order."""


def learnt(ws: Workspace) -> dict[str, dict[str, dict[str, Any]]]:
    """Every insight that was learnt: its rows by person, without the instant."""
    found = {}
    for name in ("rfm", *LEARNT):
        rows = ws.lake.con.to_pyarrow(store.stored(ws.context, name).table).to_pylist()
        found[name] = {row["profile_id"]: {k: v for k, v in row.items() if k != "computed_at"} for row in rows}
    return found


@pytest.mark.slow
def test_a_cluster_learns_the_same(sqlite_ws: Workspace, spark_address: str, tmp_path: Path) -> None:
    filled(sqlite_ws, tmp_path, customers=150)
    sqlite_ws.refresh()
    sqlite_ws.insights.learn(LEARNT)
    here = learnt(sqlite_ws)
    environ = {"HABITUE_ENGINE": spark_address}
    with open_workspace(sqlite_ws.folder, environ=environ, clock=sqlite_ws.context.clock) as there_ws:
        there_ws.lake.con._session.conf.set("spark.sql.shuffle.partitions", "1")
        there_ws.insights.learn(LEARNT)
        there = learnt(there_ws)
    for name, rows in here.items():
        assert there[name].keys() == rows.keys(), name
        for profile_id, row in rows.items():
            for column, value in row.items():
                other = there[name][profile_id][column]
                if isinstance(value, float):
                    value, other = pytest.approx(value, rel=TOLERANCE, nan_ok=True), other
                assert other == value, (name, column, profile_id)
