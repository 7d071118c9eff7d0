"""Removes a saved query."""

from __future__ import annotations

import sqlalchemy as sa

from habitue.access import policy
from habitue.activation.console.saved import SavedQuery, load, queries
from habitue.audit import ledger
from habitue.kernel.context import Context


def remove(ws: Context, *, query_id: str) -> SavedQuery:
    """Forget a saved query; gives it back, so that it can be saved again. Raises PermissionMissing and NotFound."""
    policy.require(ws.actor, "sql.run")
    with ws.register.write() as conn:
        gone = load(conn, query_id)
        conn.execute(sa.delete(queries).where(queries.c.query_id == query_id))
        ledger.record(conn, ws, verb="query.removed", subject_kind="query", subject_id=query_id, details={})
    return gone
