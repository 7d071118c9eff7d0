"""The people of the same company, household or referral, read from the register for a slice."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.kernel.register import among
from habitue.profiles.relations import in_same_groups
from habitue.profiles.tables import people

MOST = 5_000


def with_neighbours(conn: Connection, profile_ids: Sequence[str]) -> list[str]:
    """The people and everybody of their companies, households and referrals."""
    own = among(conn, people.c.profile_id, profile_ids)
    company = sa.func.lower(sa.func.trim(people.c.company_name))
    companies = [name for name in conn.scalars(sa.select(company).where(own).distinct()) if name]
    by_company = among(conn, company, companies)  # type: ignore[arg-type]  # an expression compares as a column does
    found = set(conn.scalars(sa.select(people.c.profile_id).where(people.c.kind == "person", by_company).limit(MOST)))
    found |= _of_homes(conn, profile_ids) | in_same_groups(conn, profile_ids, limit=MOST)
    return sorted({*profile_ids, *found})


def _of_homes(conn: Connection, profile_ids: Sequence[str]) -> set[str]:
    parts = [_trait(conn, name) for name in ("last_name", "street", "postal_code", "house_number")]
    is_whole = [part.isnot(None) for part in parts[:3]]
    homes = conn.execute(sa.select(*parts).where(among(conn, people.c.profile_id, profile_ids), *is_whole)).all()
    if not homes:
        return set()
    streets = among(conn, parts[1], sorted({home[1] for home in homes}))  # type: ignore[arg-type]  # as above
    rows = conn.execute(sa.select(people.c.profile_id, *parts).where(people.c.kind == "person", streets).limit(MOST))
    wanted = {tuple(home) for home in homes}
    return {row[0] for row in rows if tuple(row[1:]) in wanted}


def _trait(conn: Connection, name: str) -> sa.ColumnElement[str]:
    if conn.dialect.name == "postgresql":
        text = sa.cast(people.c.traits, sa.JSON)[name].as_string()
    else:
        text = sa.func.json_extract(people.c.traits, f"$.{name}")
    return sa.func.lower(sa.func.trim(text))
