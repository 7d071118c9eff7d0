"""The eraser of exports: finds the kept files that hold a person, and takes them away."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from habitue.activation import held_people
from habitue.activation.exports import Export, exports, folder, of_row
from habitue.audit import ledger
from habitue.identity.tables import identifiers
from habitue.kernel.context import Context


def holding(ws: Context, profile_id: str) -> Sequence[Export]:
    """The exports whose kept file holds the person, under the present or a former profile id."""
    with ws.register.read() as conn:
        former = conn.scalars(sa.select(identifiers.c.own_id).where(identifiers.c.profile_id == profile_id))
        known = {profile_id, *former}
        kept = conn.execute(sa.select(exports).where(exports.c.deleted_at.is_(None)).order_by(exports.c.at))
        every = [of_row(row) for row in kept.mappings()]
    return [
        export for export in every if held_people.holds(folder(ws) / f"{export.export_id}{held_people.SUFFIX}", known)
    ]


def erase(ws: Context, profile_id: str) -> int:
    """Delete every kept export file that holds the person; returns how many.

    That an export was made stays on record, without its file. The caller has asked for permission.
    """
    found = holding(ws, profile_id)
    for export in found:
        (folder(ws) / export.file_name).unlink(missing_ok=True)
        with ws.register.write() as conn:
            chosen = sa.update(exports).where(exports.c.export_id == export.export_id)
            conn.execute(chosen.values(deleted_at=ws.clock.now()))
            ledger.record(
                conn,
                ws,
                verb="export.deleted",
                subject_kind="export",
                subject_id=export.export_id,
                details={"reason": "erasure"},
            )
        (folder(ws) / f"{export.export_id}{held_people.SUFFIX}").unlink(missing_ok=True)
    return len(found)
