"""Changes an audience."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from habitue.access import policy
from habitue.audiences.audience import Audience, audiences, check_names, check_saved, load
from habitue.audiences.rule import Rule, encode
from habitue.audit import ledger
from habitue.kernel.context import Context


def change(
    ws: Context, *, audience_id: str, name: str, rule: Rule, description: str = "", purpose: str | None = None
) -> Audience:
    """Put name, rule, description and purpose in place of the former ones.

    Raises what `create` raises, NotFound for an unknown id, and AudienceInCircle when the rule leads back to it.
    """
    policy.require(ws.actor, "audiences.edit")
    check_names(name, description)
    with ws.register.write() as conn:
        former = load(conn, audience_id)
        check_saved(conn, audience_id=audience_id, name=name, rule=rule, purpose=purpose)
        changed = replace(
            former,
            name=name.strip(),
            description=description.strip(),
            rule=rule,
            purpose=purpose,
            changed_at=ws.clock.now(),
        )
        conn.execute(
            sa.update(audiences)
            .where(audiences.c.audience_id == audience_id)
            .values(
                name=changed.name,
                description=changed.description,
                rule=encode(rule),
                purpose=purpose,
                changed_at=changed.changed_at,
            )
        )
        ledger.record(
            conn,
            ws,
            verb="audience.changed",
            subject_kind="audience",
            subject_id=audience_id,
            details={"name": changed.name, "former_name": former.name, "rule_changed": former.rule != rule},
        )
    return changed
