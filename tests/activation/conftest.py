"""A small workspace for the tests of the room: the one that audiences are tested on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from habitue.kernel.context import Context

sys.path.insert(0, str(Path(__file__).parents[1] / "audiences"))


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Context]:
    """A small workspace whose actor is the owner."""
    from made_shop import make

    made = make(tmp_path)
    yield made
    made.lake.close()
    made.register.close()
