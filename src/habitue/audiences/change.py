"""Changes an audience."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from habitue.access import policy
from habitue.audiences.audience import (
    Audience,
    AudienceChangedMeanwhile,
    audiences,
    check_names,
    check_saved,
    load,
    mark_of,
    note_version,
)
from habitue.audiences.rule import Rule, encode
from habitue.audit import ledger
from habitue.kernel.context import Context


def change(
    ws: Context,
    *,
    audience_id: str,
    name: str,
    rule: Rule,
    description: str = "",
    purpose: str | None = None,
    folder: str | None = None,
    publish: bool = True,
    seen: str = "",
) -> Audience:
    """Put name, rule, description, purpose and folder in place of the former ones.

    Without `publish` the rule is kept as a draft beside the published one, which goes on to hold.

    `seen` is the mark (`mark_of`) of the audience as it was when the change was begun. Raises what `create` raises,
    NotFound for an unknown id, AudienceInCircle when the rule leads back to it, and AudienceChangedMeanwhile.
    """
    policy.require(ws.actor, "audiences.edit")
    check_names(name, description)
    with ws.register.write() as conn:
        former = load(conn, audience_id)
        if seen and seen != mark_of(former):
            raise AudienceChangedMeanwhile(name=former.name)
        check_saved(conn, audience_id=audience_id, name=name, rule=rule, purpose=purpose)
        is_new = publish and (former.rule != rule or former.version == 0)
        changed = replace(
            former,
            name=name.strip(),
            description=description.strip(),
            rule=rule if publish else former.rule,
            purpose=purpose,
            changed_at=ws.clock.now(),
            folder=former.folder if folder is None else folder.strip(),
            draft=None if publish else rule,
            version=former.version + 1 if is_new else former.version,
        )
        conn.execute(
            sa.update(audiences)
            .where(audiences.c.audience_id == audience_id)
            .values(
                name=changed.name,
                description=changed.description,
                rule=encode(changed.rule),
                draft=None if changed.draft is None else encode(changed.draft),
                version=changed.version,
                folder=changed.folder,
                purpose=purpose,
                changed_at=changed.changed_at,
            )
        )
        if is_new:
            note_version(conn, ws, changed)
        ledger.record(
            conn,
            ws,
            verb="audience.changed" if publish else "audience.drafted",
            subject_kind="audience",
            subject_id=audience_id,
            details={"name": changed.name, "former_name": former.name, "rule_changed": former.rule != rule},
        )
    return changed
