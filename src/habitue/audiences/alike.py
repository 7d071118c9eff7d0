"""People who are like those of an audience: found when somebody asks, kept as an insight that audiences can use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.audiences import membership, reading
from habitue.audiences.rule import InsightIs, Rule
from habitue.audit import ledger
from habitue.insights import store
from habitue.insights.card import Card
from habitue.insights.catalogue import facts
from habitue.insights.lookalike import INSIGHT, lookalike
from habitue.kernel.context import Context
from habitue.kernel.register import Instant, metadata, upsert

JOB_KIND = "alike"
FEWEST, MOST = 1, 100_000
_SEPARATOR = "\n"

alike = sa.Table(
    "audiences_alike",
    metadata,
    sa.Column("audience_id", sa.Text, primary_key=True),
    sa.Column("label", sa.Text, nullable=False, unique=True),
    sa.Column("wanted", sa.Integer, nullable=False),
    sa.Column("people", sa.Integer, nullable=False),
    sa.Column("card", sa.Text, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Alike:
    """The people most like those of an audience.

    `label` names them in rules, `wanted` is how many were asked for and `people` how many there are: none when the
    card says that they cannot be told from the others.
    """

    audience_id: str
    label: str
    wanted: int
    people: int
    card: Card
    made_at: datetime

    @property
    def rule(self) -> Rule:
        """The rule that these people fulfil."""
        return rule_of(self.label)


def rule_of(label: str) -> InsightIs:
    """The rule that the people of a label fulfil."""
    return InsightIs(INSIGHT.name, "alike", "contains", f"«{label}»")


def get(ws: Context, audience_id: str) -> Alike | None:
    """What was found for an audience, None when nobody asked yet."""
    policy.require(ws.actor, "audiences.read")
    with ws.register.read() as conn:
        row = conn.execute(sa.select(alike).where(alike.c.audience_id == audience_id)).one_or_none()
    return None if row is None else _of_row(row)


def listing(ws: Context) -> Sequence[Alike]:
    """Everything that was found, by label."""
    policy.require(ws.actor, "audiences.read")
    with ws.register.read() as conn:
        return [_of_row(row) for row in conn.execute(sa.select(alike).order_by(alike.c.label))]


def find(ws: Context, audience_id: str, *, wanted: int) -> Alike:
    """Find the `wanted` people who are most like those of an audience, in place of those found for it before.

    Raises PermissionMissing, and NotFound for an audience that does not exist.
    """
    policy.require(ws.actor, "audiences.edit")
    audience = reading.get(ws, audience_id)
    wanted = min(max(wanted, FEWEST), MOST)
    seeds = ws.lake.con.to_pyarrow(membership.matching(ws, audience.rule))["profile_id"].to_pylist()
    found = lookalike(facts(ws), seeds)
    ids: list[str] = found.table["profile_id"].to_pylist()[:wanted]
    with ws.register.write() as conn:
        label = _label(conn, audience_id, audience.name)
        made = Alike(audience_id, label, wanted, len(ids), found.card, ws.clock.now())
        values = {
            "audience_id": audience_id, "label": label, "wanted": wanted, "people": made.people,
            "card": msgspec.json.encode(found.card).decode(), "made_at": made.made_at,
        }  # fmt: skip
        conn.execute(upsert(conn, alike), [values])
        ledger.record(
            conn, ws, verb="audience.likened", subject_kind="audience", subject_id=audience_id,
            details={"wanted": wanted, "people": made.people},
        )  # fmt: skip
    _keep(ws, label, ids)
    return made


def renew(ws: Context) -> int:
    """Find everybody anew for whom somebody once asked; returns for how many audiences."""
    known = reading.names(ws)
    found = [each for each in listing(ws) if each.audience_id in known]
    for each in found:
        find(ws, each.audience_id, wanted=each.wanted)
    return len(found)


def _keep(ws: Context, label: str, ids: Sequence[str]) -> None:
    """Everybody's labels, one row a person, with those of `label` as found now."""
    rows = ws.lake.con.to_pyarrow(store.stored(ws, INSIGHT.name).table).to_pylist()
    mark = f"«{label}»"
    labels = {row["profile_id"]: [each for each in row["alike"].split(_SEPARATOR) if each != mark] for row in rows}
    for profile_id in ids:
        labels.setdefault(profile_id, []).append(mark)
    kept = {profile_id: _SEPARATOR.join(sorted(each)) for profile_id, each in labels.items() if each}
    table = pa.table({"profile_id": list(kept), "alike": list(kept.values())}, schema=INSIGHT.schema)
    store.keep(ws, INSIGHT.name, table)


def _label(conn: Connection, audience_id: str, name: str) -> str:
    """The label of an audience: the one that it has, else its name, with a number where another one has that."""
    rows = {row.audience_id: row.label for row in conn.execute(sa.select(alike.c.audience_id, alike.c.label))}
    if audience_id in rows:
        return str(rows[audience_id])
    base = name.replace("«", "").replace("»", "").strip()
    label, number = base, 1
    while label in rows.values():
        number += 1
        label = f"{base} ({number})"
    return label


def _of_row(row: sa.Row[tuple[object, ...]]) -> Alike:
    return Alike(
        audience_id=row.audience_id,
        label=row.label,
        wanted=row.wanted,
        people=row.people,
        card=msgspec.json.decode(row.card, type=Card),
        made_at=row.made_at,
    )
