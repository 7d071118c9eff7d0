"""Values as sources told them: one row per identifier, field and source; the newest of a source stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import TRAIT_TYPES, Event
from habitue.kernel.register import chunks, upsert
from habitue.profiles.golden import Value
from habitue.profiles.tables import values

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def fold(conn: Connection, homes: Sequence[tuple[Event, int]]) -> None:
    """Store the traits of a group of events; an older statement of the same source never wins over a newer one."""
    rows: dict[tuple[int, str, str], dict[str, object]] = {}
    for event, identifier_id in homes:
        if event.type not in TRAIT_TYPES:
            continue
        for name, value in event.facts.items():
            key = (identifier_id, name, event.source_id)
            known = rows.get(key)
            if known is not None and known["at"] > event.at:  # type: ignore[operator]  # both are datetimes
                continue
            rows[key] = {
                "identifier_id": identifier_id,
                "field": name,
                "source_id": event.source_id,
                "value": _encode(value).decode(),
                "at": event.at,
                "seq": event.seq,
            }
    if rows:
        statement = upsert(conn, values, newer_by=values.c.at)
        conn.execute(statement, list(rows.values()))


def of_identifiers(conn: Connection, identifier_ids: Sequence[int]) -> list[Value]:
    """Every stored value of some identifiers."""
    return [
        Value(row.field, _decode(row.value), row.source_id, row.at, row.seq, row.identifier_id)
        for part in chunks(identifier_ids, 10_000)
        for row in conn.execute(sa.select(values).where(values.c.identifier_id.in_(part)))
    ]


def forget(conn: Connection, identifier_ids: Iterable[int]) -> int:
    """Delete every value of some identifiers."""
    ids = list(identifier_ids)
    return sum(
        conn.execute(sa.delete(values).where(values.c.identifier_id.in_(part))).rowcount for part in chunks(ids, 10_000)
    )
