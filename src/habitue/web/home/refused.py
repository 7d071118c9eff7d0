"""Links that were refused: two people who share something, and why they stayed two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.identity.rules import REASONS
from habitue.identity.tables import identifiers, violations
from habitue.profiles.tables import people


@dataclass(frozen=True, slots=True)
class RefusedPair:
    """Two people who were not joined; `shared` is the identifier that spoke for it, `reason` a msgid."""

    kept_profile_id: str
    kept_name: str
    other_profile_id: str
    other_name: str
    shared: str
    reason: str
    at: datetime


_one, _other = identifiers.alias("one"), identifiers.alias("other")
_person, _second = people.alias("person"), people.alias("second")


def count(conn: Connection) -> int:
    """How many pairs of people were not joined."""
    pairs = _pairs().subquery()
    return int(conn.scalar(sa.select(sa.func.count()).select_from(pairs)) or 0)


def listing(conn: Connection, *, offset: int, limit: int) -> Sequence[RefusedPair]:
    """Pairs of people who were not joined, the newest first."""
    pairs = _pairs().subquery()
    query = (
        sa.select(pairs, _person.c.name.label("kept_name"), _second.c.name.label("other_name"))
        .join(_person, _person.c.profile_id == pairs.c.kept_profile_id)
        .join(_second, _second.c.profile_id == pairs.c.other_profile_id)
        .order_by(pairs.c.seq.desc(), pairs.c.kept_profile_id, pairs.c.other_profile_id)
    )
    return [
        RefusedPair(
            kept_profile_id=row.kept_profile_id,
            kept_name=row.kept_name,
            other_profile_id=row.other_profile_id,
            other_name=row.other_name,
            shared=row.shared,
            reason=REASONS.get(row.reason, row.reason),
            at=row.at,
        )
        for row in conn.execute(query.offset(offset).limit(limit))
    ]


def _pairs() -> sa.Select[Any]:
    columns = (
        _one.c.profile_id.label("kept_profile_id"),
        _other.c.profile_id.label("other_profile_id"),
        sa.func.max(violations.c.seq).label("seq"),
        sa.func.max(violations.c.at).label("at"),
        sa.func.max(violations.c.reason).label("reason"),
        sa.func.max(_one.c.value).label("shared"),
    )
    query = sa.select(*columns).select_from(violations)
    query = query.join(_one, _one.c.identifier_id == violations.c.kept)
    query = query.join(_other, _other.c.identifier_id == violations.c.left_out)
    return query.where(_one.c.profile_id != _other.c.profile_id).group_by(_one.c.profile_id, _other.c.profile_id)
