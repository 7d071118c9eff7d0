"""Creates an audience."""

from __future__ import annotations

import sqlalchemy as sa

from habitue.access import policy
from habitue.audiences.audience import Audience, audiences, check_names, check_saved, note_version
from habitue.audiences.rule import Rule, encode
from habitue.audit import ledger
from habitue.kernel.context import Context


def create(
    ws: Context,
    *,
    name: str,
    rule: Rule,
    description: str = "",
    purpose: str | None = None,
    folder: str = "",
    publish: bool = True,
    audience_id: str = "",
) -> Audience:
    """Save a rule under a name, as a draft unless it is to be published; memberships are kept of published ones.

    It gets a new id where none is given. Raises PermissionMissing, AudienceNameInvalid, AudienceNameTaken,
    RuleTooLarge, RuleInvalid, and NotFound for an audience or purpose that does not exist.
    """
    policy.require(ws.actor, "audiences.edit")
    check_names(name, description)
    now = ws.clock.now()
    made = Audience(
        audience_id=audience_id or ws.ids.new(),
        name=name.strip(),
        description=description.strip(),
        rule=rule,
        purpose=purpose,
        created_at=now,
        created_by=ws.actor.actor_id,
        changed_at=now,
        is_archived=False,
        folder=folder.strip(),
        draft=None if publish else rule,
        version=1 if publish else 0,
    )
    with ws.register.write() as conn:
        check_saved(conn, audience_id=made.audience_id, name=name, rule=rule, purpose=purpose)
        values = {field: getattr(made, field) for field in Audience.__dataclass_fields__}
        conn.execute(
            sa.insert(audiences).values(**{**values, "rule": encode(rule), "draft": None if publish else encode(rule)})
        )
        if publish:
            note_version(conn, ws, made)
        ledger.record(
            conn,
            ws,
            verb="audience.created",
            subject_kind="audience",
            subject_id=made.audience_id,
            details={"name": made.name, "purpose": purpose},
        )
    return made
