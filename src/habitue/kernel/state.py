"""Small numbers that must change in the same transaction as what they describe: offsets and versions."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.kernel.register import metadata, upsert

state = sa.Table(
    "kernel_state",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)


def read(conn: Connection, key: str) -> int:
    """The number stored under `key`, 0 at first."""
    return int(conn.scalar(sa.select(state.c.value).where(state.c.key == key)) or 0)


def store(conn: Connection, values: Mapping[str, int]) -> None:
    """Store numbers under their keys, inside the caller's transaction."""
    if values:
        conn.execute(upsert(conn, state), [{"key": key, "value": value} for key, value in values.items()])
