"""Fresh workspaces for an experiment, on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bench.crash.databases import Server, own_server
from habitue.workspace import Workspace, create_workspace

REGISTERS = ("sqlite", "postgres")


@dataclass
class Place:
    """A workspace, a public key of it, and the database server it is on (None: SQLite)."""

    ws: Workspace
    key: str
    url: str = ""
    database: Server | None = None


@contextlib.contextmanager
def place(register: str, *, settings: Mapping[str, str] | None = None) -> Iterator[Place]:
    """A fresh workspace with `settings` of the environment, thrown away afterwards."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="habitue-crash-")))
        database = stack.enter_context(own_server()) if register == "postgres" else None
        url = _fresh_database(database) if database else ""
        environ = {**(settings or {}), **({"HABITUE_REGISTER__URL": url} if url else {})}
        ws = stack.enter_context(create_workspace(folder / "shop", environ=environ))
        key = ws.sources.create_key("Website", rate_per_minute=10**8).text
        yield Place(ws, key, url, database)


def _fresh_database(server: Server) -> str:
    name = f"habitue_{os.urandom(4).hex()}"
    engine = sa.create_engine(server.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name}")
    return sa.make_url(server.url).set(database=name).render_as_string(hide_password=False)
