"""Every message once, forever: the hash of (source, messageId) of what was projected."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import Event
from habitue.kernel.register import chunks, metadata

messages = sa.Table(
    "collect_messages",
    metadata,
    sa.Column("message_hash", sa.LargeBinary(16), primary_key=True),
)


def fresh(conn: Connection, events: Sequence[Event]) -> list[Event]:
    """The events that were never seen before, in their order, noted as seen; records of files bring their own guard."""
    wanted: dict[bytes, Event] = {}
    kept: set[int] = set()
    for event in events:
        if event.import_id is not None or not event.message_id:
            kept.add(event.seq)
        else:
            wanted.setdefault(_hash(event), event)
    for part in chunks(list(wanted), 5_000):
        for known in conn.scalars(sa.select(messages.c.message_hash).where(messages.c.message_hash.in_(part))):
            wanted.pop(bytes(known), None)
    if wanted:
        conn.execute(sa.insert(messages), [{"message_hash": key} for key in wanted])
    kept.update(event.seq for event in wanted.values())
    return [event for event in events if event.seq in kept]


def _hash(event: Event) -> bytes:
    return hashlib.blake2b(f"{event.source_id}/{event.message_id}".encode(), digest_size=16).digest()
