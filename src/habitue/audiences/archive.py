"""Archives an audience, or takes it out of the archive."""

from __future__ import annotations

import sqlalchemy as sa

from habitue.access import policy
from habitue.audiences.audience import AudienceInUse, audiences, check_saved, load, of_row
from habitue.audiences.rule import audiences_in
from habitue.audit import ledger
from habitue.kernel.context import Context


def archive(ws: Context, *, audience_id: str) -> None:
    """Put an audience aside: lists no longer show it, exports keep its name.

    Raises NotFound, and AudienceInUse while another audience that is not archived mentions it.
    """
    policy.require(ws.actor, "audiences.edit")
    with ws.register.write() as conn:
        audience = load(conn, audience_id)
        for row in conn.execute(sa.select(audiences).where(sa.not_(audiences.c.is_archived))).mappings():
            other = of_row(row)
            if audience_id in audiences_in(other.rule):
                raise AudienceInUse(name=other.name)
        _store(conn, audience_id, is_archived=True)
        ledger.record(
            conn,
            ws,
            verb="audience.archived",
            subject_kind="audience",
            subject_id=audience_id,
            details={"name": audience.name},
        )


def restore(ws: Context, *, audience_id: str) -> None:
    """Take an audience out of the archive; raises NotFound, and what a new audience with its name would raise."""
    policy.require(ws.actor, "audiences.edit")
    with ws.register.write() as conn:
        audience = load(conn, audience_id)
        check_saved(conn, audience_id=audience_id, name=audience.name, rule=audience.rule, purpose=audience.purpose)
        # Nobody was asked while it was put away.
        _store(conn, audience_id, is_archived=False, settled_version=0)
        ledger.record(
            conn,
            ws,
            verb="audience.restored",
            subject_kind="audience",
            subject_id=audience_id,
            details={"name": audience.name},
        )


def _store(conn: sa.Connection, audience_id: str, **values: int) -> None:
    conn.execute(sa.update(audiences).where(audiences.c.audience_id == audience_id).values(values))
