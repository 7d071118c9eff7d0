"""One engine connection for all tests of the room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made_shop import make

from habitue.kernel import lake
from habitue.kernel.context import Context


@pytest.fixture(scope="session")
def con() -> Any:
    """A DuckDB connection in UTC, as the lake opens it."""
    return lake.engine_in_process()


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Context]:
    """A small workspace whose actor is the owner."""
    made = make(tmp_path)
    yield made
    made.lake.close()
    made.register.close()
