"""One engine connection for all tests of the room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import pytest
from made_shop import make

from habitue.kernel.context import Context


@pytest.fixture(scope="session")
def con() -> Any:
    """A DuckDB connection in UTC, as the lake opens it."""
    connection = ibis.duckdb.connect(threads=2)
    connection.raw_sql("SET TimeZone='UTC'")
    return connection


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Context]:
    """A small workspace whose actor is the owner."""
    made = make(tmp_path)
    yield made
    made.lake.close()
    made.register.close()
