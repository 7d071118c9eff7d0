"""People as a table for matching: one row a person, with what tells people apart."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.identity.tables import identifiers
from habitue.profiles.tables import people

COLUMNS = ("first_name", "last_name", "birth_date", "email", "phone", "street", "postal_code", "city")
_FROM_ROW = ("email", "phone", "city")
_decode = msgspec.json.Decoder(dict[str, object]).decode


@dataclass(frozen=True, slots=True)
class MatchingRows:
    """`table` has the columns of COLUMNS; `identifier_ids[row]` is the identifier that stands for the person."""

    table: pa.Table
    identifier_ids: tuple[int, ...]


def matching_rows(conn: Connection) -> MatchingRows:
    """Everybody of whom a name is known, each by the identifier that gave them their id."""
    query = (
        sa.select(identifiers.c.identifier_id, people.c.traits, *(people.c[name] for name in _FROM_ROW))
        .join(people, people.c.profile_id == identifiers.c.own_id)
        .where(people.c.kind == "person")
        .order_by(identifiers.c.identifier_id)
    )
    ids: list[int] = []
    columns: dict[str, list[str | None]] = {name: [] for name in COLUMNS}
    for row in conn.execute(query):
        traits = _decode(row.traits)
        if not traits.get("last_name") and not traits.get("first_name"):
            continue
        ids.append(row.identifier_id)
        for name in COLUMNS:
            value = traits.get(name) or (getattr(row, name) if name in _FROM_ROW else None)
            columns[name].append(str(value) if value else None)
    return MatchingRows(pa.table({name: pa.array(columns[name], pa.string()) for name in COLUMNS}), tuple(ids))
