"""Two workspaces with the same secrets: in one something happens and is undone, in the other it never was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from habitue.kernel.clock import Hand
from habitue.workspace import Workspace, create_workspace
from tests.conftest import NOW


@pytest.fixture
def worlds(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Workspace, Workspace]]:
    """Two fresh workspaces with the same secrets."""
    made = []
    for name in ("with", "without"):
        folder = tmp_path / name
        if made:
            folder.mkdir()
            shutil.copy(tmp_path / "with" / "habitue.key", folder / "habitue.key")
        made.append(create_workspace(folder, clock=Hand(NOW), environ=_environ(request, name)))
    yield made[0], made[1]
    for ws in made:
        ws.close()


def _environ(request: pytest.FixtureRequest, name: str) -> dict[str, str]:
    if getattr(request, "param", "sqlite") == "sqlite":
        return {}
    url = sa.make_url(request.getfixturevalue("postgres_database"))
    if name == "with":
        return {"HABITUE_REGISTER__URL": url.render_as_string(hide_password=False)}
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    beside = url.set(database=f"{url.database}_beside")
    with server.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {beside.database}")
    server.dispose()
    return {"HABITUE_REGISTER__URL": beside.render_as_string(hide_password=False)}
