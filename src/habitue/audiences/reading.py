"""Reads saved audiences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from habitue.access import policy
from habitue.audiences.audience import Audience, audiences, load, of_row, versions
from habitue.audiences.rule import Rule, decode
from habitue.kernel.context import Context


def get(ws: Context, audience_id: str) -> Audience:
    """One audience, archived or not; NotFound when there is none of that id."""
    policy.require(ws.actor, "audiences.read")
    with ws.register.read() as conn:
        return load(conn, audience_id)


def listing(ws: Context, *, archived: bool = False) -> Sequence[Audience]:
    """Audiences, the last changed first."""
    policy.require(ws.actor, "audiences.read")
    query = sa.select(audiences).where(audiences.c.is_archived == archived)
    order = (audiences.c.changed_at.desc(), audiences.c.audience_id.desc())
    with ws.register.read() as conn:
        return [of_row(row) for row in conn.execute(query.order_by(*order)).mappings()]


@dataclass(frozen=True, slots=True)
class Version:
    """A rule as it was published, when and by whom."""

    version: int
    rule: Rule
    published_at: datetime
    published_by: str


def versions_of(ws: Context, audience_id: str) -> Sequence[Version]:
    """The rules that were published, the newest first."""
    policy.require(ws.actor, "audiences.read")
    query = sa.select(versions).where(versions.c.audience_id == audience_id).order_by(versions.c.version.desc())
    with ws.register.read() as conn:
        return [
            Version(row.version, decode(row.rule), row.published_at, row.published_by) for row in conn.execute(query)
        ]


def names(ws: Context) -> Mapping[str, str]:
    """The names of all audiences by id, for sentences and lists; those of the archive come first."""
    policy.require(ws.actor, "audiences.read")
    with ws.register.read() as conn:
        rows = conn.execute(
            sa.select(audiences.c.audience_id, audiences.c.name).order_by(audiences.c.is_archived.desc())
        )
        return {row.audience_id: row.name for row in rows}
