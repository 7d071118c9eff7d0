"""What people agreed to and took back: an append-only record per identifier, purpose and channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.kernel.register import BigId, Instant, chunks, metadata, upsert

consents = sa.Table(
    "privacy_consents",
    metadata,
    sa.Column("seq", BigId, primary_key=True, autoincrement=False),
    # A withdrawal counts for several people when nobody can tell who of them said it.
    sa.Column("identifier_id", BigId, primary_key=True, autoincrement=False, index=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
)
_OF_IDENTIFIERS = (
    sa.select(consents)
    .where(consents.c.identifier_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(consents.c.at.desc(), consents.c.seq.desc())
)
STATES = {"Consent Given": "given", "Consent Withdrawn": "withdrawn"}


@dataclass(frozen=True, slots=True)
class Consent:
    """One statement of one person: `state` is given or withdrawn; `evidence` holds the text shown, form, opt-in."""

    purpose: str
    channel: str
    state: str
    at: datetime
    source_id: str
    evidence: dict[str, object]


class Statement(Protocol):
    """An event as this room sees it: what was said about a consent, when, and by which source."""

    seq: int
    name: str
    at: datetime
    source_id: str

    @property
    def proof(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


def fold(conn: Connection, homes: Sequence[tuple[Statement, int]]) -> None:
    """Store the consent statements of a group of events; what is only claimed neither gives nor withdraws any."""
    rows = [
        _row(event, identifier_id)
        for event, identifier_id in homes
        if event.name in STATES and event.proof != "claimed"
    ]
    if rows:
        conn.execute(upsert(conn, consents), rows)


def of_identifiers(conn: Connection, identifier_ids: Sequence[int]) -> list[Consent]:
    """Every statement of a person, newest first."""
    found = {
        row.seq: Consent(row.purpose, row.channel, row.state, row.at, row.source_id, msgspec.json.decode(row.evidence))
        for row in conn.execute(_OF_IDENTIFIERS, {"ids": list(identifier_ids)})
    }
    return list(found.values())


def current(statements: Iterable[Consent]) -> dict[tuple[str, str], Consent]:
    """What holds now, by (purpose, channel): the newest statement; at the same instant a withdrawal wins."""
    found: dict[tuple[str, str], Consent] = {}
    for statement in statements:
        key = (statement.purpose, statement.channel)
        known = found.get(key)
        if known is None or (statement.at, statement.state == "withdrawn") > (known.at, known.state == "withdrawn"):
            found[key] = statement
    return found


def forget(conn: Connection, identifier_ids: Iterable[int]) -> int:
    """Delete the statements of some identifiers."""
    return sum(
        conn.execute(sa.delete(consents).where(consents.c.identifier_id.in_(part))).rowcount
        for part in chunks(sorted(identifier_ids), 10_000)
    )


def _row(event: Statement, identifier_id: int) -> dict[str, object]:
    evidence = {key: value for key, value in event.facts.items() if key not in ("purpose", "channel")}
    return {
        "seq": event.seq,
        "identifier_id": identifier_id,
        "purpose": str(event.facts.get("purpose", "newsletter")),
        "channel": str(event.facts.get("channel", "any")),
        "state": STATES[event.name],
        "at": event.at,
        "source_id": event.source_id,
        "evidence": msgspec.json.encode(evidence).decode(),
    }
