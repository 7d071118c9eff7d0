"""Throws the draft of a published audience away; what was published goes on to hold."""

from __future__ import annotations

import sqlalchemy as sa

from habitue.access import policy
from habitue.audiences.audience import audiences, load
from habitue.audit import ledger
from habitue.kernel.context import Context


def discard(ws: Context, *, audience_id: str) -> bool:
    """Throw a draft away; returns whether there was one beside a published rule. Raises NotFound."""
    policy.require(ws.actor, "audiences.edit")
    with ws.register.write() as conn:
        audience = load(conn, audience_id)
        if audience.draft is None or not audience.version:
            return False
        conn.execute(sa.update(audiences).where(audiences.c.audience_id == audience_id).values(draft=None))
        ledger.record(
            conn,
            ws,
            verb="audience.draft_discarded",
            subject_kind="audience",
            subject_id=audience_id,
            details={"name": audience.name},
        )
    return True
