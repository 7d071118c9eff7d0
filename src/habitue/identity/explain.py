"""Why are these one person? Identifiers, the links that hold them together, and the links that were refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.identity.rules import REASONS
from habitue.identity.tables import identifiers, links, runs, violations
from habitue.kernel.register import chunks


@dataclass(frozen=True, slots=True)
class Known:
    """One identifier of a person."""

    identifier_id: int
    namespace: str
    value: str
    first_seq: int


@dataclass(frozen=True, slots=True)
class Link:
    """Why two identifiers belong together: the rule, the source and the event that said so.

    Of a match `run_kind` tells whether everybody was compared (bulk) or a record soon after it came (online).
    """

    a: Known
    b: Known
    rule: str
    source_id: str
    at: datetime
    seq: int
    proof: str = "confirmed"
    score: float | None = None
    run_id: str | None = None
    run_kind: str | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """A link that was not made: `profile_id` is the other person, `reason` a msgid."""

    kept: Known
    left_out: Known
    profile_id: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    """The identities of one profile."""

    identifiers: Sequence[Known]
    links: Sequence[Link]
    refused: Sequence[Refused]


def explain(conn: Connection, profile_id: str) -> Explanation:
    """Everything that speaks for and against the people behind one profile id being one."""
    known = {
        row.identifier_id: Known(row.identifier_id, row.namespace, row.value, row.first_seq)
        for row in conn.execute(sa.select(identifiers).where(identifiers.c.profile_id == profile_id))
    }
    ids = sorted(known)
    query = sa.select(links, runs.c.kind.label("run_kind")).outerjoin(runs, runs.c.run_id == links.c.run_id)
    query = query.where(links.c.a.in_(ids), links.c.b.in_(ids), links.c.state == "active")
    found = [
        Link(
            known[row.a],
            known[row.b],
            row.rule,
            row.source_id,
            row.at,
            row.seq,
            row.proof,
            row.score,
            row.run_id,
            row.run_kind,
            msgspec.json.decode(row.evidence) if row.evidence else {},
        )
        for row in conn.execute(query.order_by(links.c.seq))
    ]
    return Explanation(
        identifiers=sorted(known.values(), key=lambda item: (item.first_seq, item.identifier_id)),
        links=found,
        refused=_refused(conn, ids, profile_id),
    )


def _refused(conn: Connection, ids: Sequence[int], profile_id: str) -> list[Refused]:
    pairs: dict[tuple[int, int], sa.Row[tuple[object, ...]]] = {}
    for part in chunks(ids, 5_000):
        met = sa.or_(violations.c.kept.in_(part), violations.c.left_out.in_(part))
        for row in conn.execute(sa.select(violations).where(met).order_by(violations.c.seq)):
            pairs[row.kept, row.left_out] = row
    wanted = sorted({identifier_id for pair in pairs for identifier_id in pair})
    query = sa.select(identifiers).where(identifiers.c.identifier_id.in_(wanted))
    nodes = {row.identifier_id: row for row in conn.execute(query)}
    found = []
    for (kept, left_out), row in pairs.items():
        one, other = nodes.get(kept), nodes.get(left_out)
        if one is None or other is None or one.profile_id == other.profile_id:
            continue
        found.append(
            Refused(
                kept=Known(kept, one.namespace, one.value, one.first_seq),
                left_out=Known(left_out, other.namespace, other.value, other.first_seq),
                profile_id=other.profile_id if one.profile_id == profile_id else one.profile_id,
                reason=REASONS.get(row.reason, row.reason),
                at=row.at,
            )
        )
    return found
