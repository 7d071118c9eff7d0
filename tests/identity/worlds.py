"""Two workspaces with the same secrets: in one something happens and is undone, in the other it never was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from habitue.kernel.clock import Hand
from habitue.workspace import Workspace, create_workspace
from tests.conftest import NOW, with_tables


@pytest.fixture
def worlds(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Workspace, Workspace]]:
    """Two fresh workspaces with the same secrets."""
    made = []
    for name in ("with", "without"):
        folder = tmp_path / name
        folder.mkdir()
        if made:
            shutil.copy(tmp_path / "with" / "habitue.key", folder / "habitue.key")
        made.append(create_workspace(folder, clock=Hand(NOW), environ=_with_register(request, folder)))
    yield made[0], made[1]
    for ws in made:
        ws.close()


def _with_register(request: pytest.FixtureRequest, folder: Path) -> dict[str, str]:
    """The environment of a workspace whose register has its tables already."""
    if getattr(request, "param", "sqlite") == "postgres":
        return {"HABITUE_REGISTER__URL": request.getfixturevalue("postgres_registers")()}
    with_tables(folder, request.getfixturevalue("register_file"))
    return {}
