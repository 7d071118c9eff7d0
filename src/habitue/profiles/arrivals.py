"""What a source brought last, for somebody who looks on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.identity.tables import identifiers
from habitue.profiles.tables import events

_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Arrived:
    """One event of a source as somebody looks on: whose it is, by which identifier, and how well that is proven."""

    seq: int
    message_id: str
    type: str
    name: str
    at: datetime
    received_at: datetime
    profile_id: str
    namespace: str
    value: str
    proof: str


def newest_of_source(conn: Connection, source_id: str, *, limit: int = 20, among: int = 20_000) -> list[Arrived]:
    """What a source brought last, newest first, looked for only `among` the last events of all sources."""
    last = conn.scalar(sa.select(sa.func.max(events.c.seq))) or 0
    columns = [events.c[name] for name in ("seq", "message_id", "type", "name", "at", "received_at", "kept")]
    query = sa.select(*columns, identifiers.c.profile_id, identifiers.c.namespace, identifiers.c.value)
    query = query.join(identifiers, identifiers.c.identifier_id == events.c.identifier_id)
    query = query.where(events.c.seq > last - among, events.c.source_id == source_id)
    return [
        Arrived(
            row.seq,
            row.message_id,
            row.type,
            row.name,
            row.at,
            row.received_at,
            row.profile_id,
            row.namespace,
            row.value,
            (_decode(row.kept) if row.kept else {}).get("proof", "confirmed"),
        )
        for row in conn.execute(query.order_by(events.c.seq.desc()).limit(limit))
    ]
