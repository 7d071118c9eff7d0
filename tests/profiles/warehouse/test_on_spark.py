"""With `engine` set to Spark a notebook reads the same rows from the same files, by table and by SQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from habitue.kernel.clock import FixedClock
from habitue.workspace import Workspace, create_workspace, open_workspace
from tests.clusters import end_spark
from tests.conftest import NOW
from tests.sending import identify, order, send

QUERY = "SELECT event, count(*) AS n, min(timestamp) AS first FROM tracks GROUP BY event ORDER BY event"


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Workspace, Workspace]]:
    """One folder, opened with the engine in process and with Spark."""
    pytest.importorskip("pyspark")
    end_spark()  # a cluster's session would be taken instead of the one asked for
    folder = tmp_path / "shop"
    with create_workspace(folder, clock=FixedClock(NOW), environ={}) as here:
        send(
            here,
            identify("u1", email="anna@web.example", first_name="Anna", birth_date="1980-05-17", tier="gold"),
            order("A1", "10.00", email="anna@web.example"),
            order("A2", "zwölf", email="anna@web.example"),
            {
                "type": "track",
                "event": "Odd One",
                "userId": "u1",
                "properties": {"a": {"b": 1}, "l": [1], "mixed": 2, "flag": True, "when": "x"},
                "context": {"page": {"path": "/"}, "campaign": {"name": "c"}},
            },
            {"type": "group", "userId": "u1", "groupId": "g1", "traits": {"name": "Wendt", "employees": "12"}},
        )
        here.refresh()
        with open_workspace(folder, clock=FixedClock(NOW), environ={"HABITUE_ENGINE": "local[2]"}) as there:
            yield here, there
            end_spark()


def rows(table: Any) -> list[str]:
    """The rows as texts, in an order of their own."""
    return sorted(str({name: _plain(value) for name, value in row.items()}) for row in table.to_pylist())


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


@pytest.mark.slow
def test_spark_reads_the_same_tables(both: tuple[Workspace, Workspace]) -> None:
    here, there = both
    assert here.lake.tables() == there.lake.tables()
    for name in ("tracks", "order_completed", "odd_one", "users", "accounts", "identifies", "groups", "consents"):
        mine = here.lake.table(name)
        theirs = there.lake.con.to_pyarrow(there.lake.table(name))
        assert theirs.column_names == list(mine.columns), name
        assert rows(theirs) == rows(mine.to_pyarrow()), name
    told = there.lake.con.to_pyarrow(there.lake.sql(QUERY))
    assert rows(told) == rows(here.lake.sql(QUERY).to_pyarrow())
    assert told.num_rows == 2
