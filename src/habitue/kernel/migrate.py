"""Brings the register's tables to the present version, in one transaction."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from habitue.kernel.register import Register

_FOLDER = Path(__file__).parent / "migrations"


def migrate(register: Register) -> None:
    """Run the steps that are missing; all of them or none."""
    if version(register) == newest():
        return
    with register.write() as conn:
        command.upgrade(alembic_config(conn), "head")


def version(register: Register) -> str | None:
    """The version of the register's tables, None for an empty register."""
    with register.read() as conn:
        return MigrationContext.configure(conn, opts={"version_table": "kernel_versions"}).get_current_revision()


@cache
def newest() -> str | None:
    """The version that this release of the program wants, read once: to load every step takes a while."""
    return ScriptDirectory(str(_FOLDER)).get_current_head()


def steps() -> frozenset[str]:
    """Every version that this release of the program knows."""
    return frozenset(script.revision for script in ScriptDirectory(str(_FOLDER)).walk_revisions())


def alembic_config(conn: Connection) -> AlembicConfig:
    """Alembic's settings, bound to a connection that is inside a transaction."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = conn
    return config
