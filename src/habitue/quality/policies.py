"""What becomes of messages of a source that break the dictionary: kept, quarantined or dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.access import policy as permissions
from habitue.audit import ledger
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.kernel.register import Instant, metadata, upsert
from habitue.kernel.text import gettext_noop as _

Measure = Literal["keep", "quarantine", "drop"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
MOST_PLANNED = 1_000

policies = sa.Table(
    "quality_policies",
    metadata,
    sa.Column("source_id", sa.Text, primary_key=True),
    sa.Column("broken_values", sa.Text, nullable=False),
    sa.Column("unplanned_events", sa.Text, nullable=False),
    sa.Column("planned", sa.JSON, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
)


class PolicyInvalid(HabitueError):
    """A measure that does not exist, or too many planned events."""

    code = "policy_invalid"
    message = _("This rule for the source cannot be used: %(problem)s. Nothing was changed.")
    next_step = _("Choose keep, quarantine or drop, and name at most 1,000 events.")


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one source.

    `broken_values`: a value that the dictionary cannot read is left out (keep), or the message waits or is dropped.
    `unplanned_events`: the same for events that neither the dictionary nor `planned`, the source's own list, knows.
    """

    broken_values: Measure = "keep"
    unplanned_events: Measure = "keep"
    planned: tuple[str, ...] = ()


DEFAULT = Policy()


def of_all(conn: Connection) -> Mapping[str, Policy]:
    """The policies by source; sources without one have DEFAULT."""
    return {
        row.source_id: Policy(row.broken_values, row.unplanned_events, tuple(row.planned))
        for row in conn.execute(sa.select(policies))
    }


def of_source(conn: Connection, source_id: str) -> Policy:
    """The policy of one source."""
    return of_all(conn).get(source_id, DEFAULT)


def change(
    ws: Context,
    source_id: str,
    *,
    broken_values: str | None = None,
    unplanned_events: str | None = None,
    planned: Sequence[str] | None = None,
) -> Policy:
    """Change the rules of a source; what is not given stays. What waits in quarantine is looked at when replayed."""
    permissions.require(ws.actor, "sources.edit")
    with ws.register.write() as conn:
        former = of_source(conn, source_id)
        new = replace(
            former,
            broken_values=_measure(broken_values, former.broken_values),
            unplanned_events=_measure(unplanned_events, former.unplanned_events),
            planned=former.planned if planned is None else _names(planned),
        )
        row = {**asdict(new), "planned": list(new.planned), "source_id": source_id}
        row |= {"changed_at": ws.clock.now(), "changed_by": ws.actor.actor_id}
        conn.execute(upsert(conn, policies), [row])
        details = {"broken_values": new.broken_values, "unplanned_events": new.unplanned_events}
        ledger.record(
            conn, ws, verb="source.rules_changed", subject_kind="source", subject_id=source_id, details=details
        )
    return new


def forget(conn: Connection, source_id: str) -> None:
    """Delete the rules of a source."""
    conn.execute(sa.delete(policies).where(policies.c.source_id == source_id))


def _measure(wanted: str | None, former: Measure) -> Measure:
    if wanted is None:
        return former
    found = next((measure for measure in MEASURES if measure == wanted), None)
    if found is None:
        raise PolicyInvalid(problem=wanted[:50])
    return found


def _names(planned: Sequence[str]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip()[:500] for name in planned if name.strip()))
    if len(names) > MOST_PLANNED:
        raise PolicyInvalid(problem=str(len(names)))
    return names
