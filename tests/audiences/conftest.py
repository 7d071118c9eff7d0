"""One engine connection for all tests of the room."""

from __future__ import annotations

from typing import Any

import ibis
import pytest


@pytest.fixture(scope="session")
def con() -> Any:
    """A DuckDB connection in UTC, as the lake opens it."""
    connection = ibis.duckdb.connect(threads=2)
    connection.raw_sql("SET TimeZone='UTC'")
    return connection
