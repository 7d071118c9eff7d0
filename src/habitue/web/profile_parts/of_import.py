"""The people whom one import brought or changed, for the links of its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from habitue.identity.tables import identifiers
from habitue.kernel.context import Context
from habitue.profiles.tables import events


@dataclass(frozen=True, slots=True)
class Found:
    """A page of profile ids, and how many there are in all."""

    profile_ids: Sequence[str]
    total: int


def people_of_import(ws: Context, import_id: str, *, new: bool, offset: int, limit: int) -> Found:
    """The profiles that came with an import (`new`), or that it added to; in the order of their arrival."""
    with ws.register.read() as conn:
        first = conn.scalar(sa.select(sa.func.min(events.c.seq)).where(events.c.import_id == import_id))
        if first is None:
            return Found((), 0)
        met = sa.select(events.c.identifier_id).where(events.c.import_id == import_id).distinct()
        profiles = sa.select(identifiers.c.profile_id).where(identifiers.c.identifier_id.in_(met)).distinct()
        born = sa.func.min(identifiers.c.first_seq)
        query = sa.select(identifiers.c.profile_id).where(identifiers.c.profile_id.in_(profiles))
        query = query.group_by(identifiers.c.profile_id).having(born >= first if new else born < first)
        total = conn.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
        page = query.order_by(born, identifiers.c.profile_id).offset(offset).limit(limit)
        return Found(tuple(conn.scalars(page)), int(total))
