"""Proposals that were taken up: who the people were that day, and what they did afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.audiences.proposals import IDEAS, bought, members, proposals
from habitue.audiences.rule import Rule, decode, encode
from habitue.audit import ledger
from habitue.insights.store import stored
from habitue.kernel.context import Context
from habitue.kernel.errors import NotFound
from habitue.kernel.register import Instant, metadata
from habitue.kernel.text import gettext_noop as _

RESTS = timedelta(days=30)
"""How long a proposal that was taken up is not made again."""
SHOWN = 5

taken = sa.Table(
    "audiences_taken",
    metadata,
    sa.Column("taken_id", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("people", sa.Integer, nullable=False),
    sa.Column("expected", sa.Text),
    sa.Column("expected_by", sa.Text, nullable=False, server_default="past"),
    sa.Column("taken_at", Instant, nullable=False),
    sa.Column("taken_by", sa.Text, nullable=False),
)
people_of = sa.Table(
    "audiences_taken_people",
    metadata,
    sa.Column("taken_id", sa.Text, primary_key=True),
    sa.Column("profile_id", sa.Text, primary_key=True, index=True),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A proposal that was taken up.

    `expected` is the money of 90 days that was expected then (or the likely loss, as `by` tells), None when unknown.
    """

    taken_id: str
    code: str
    rule: Rule
    people: int
    expected: Decimal | None
    taken_at: datetime
    by: str = "past"


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What the people of a taken proposal did since, and in the same number of days before.

    `known` are those who are still there: erased people, and those joined with somebody else, are not followed.
    """

    taken: Taken
    known: int
    days: int
    bought_since: int
    money_since: Decimal
    bought_before: int
    money_before: Decimal


def take(ws: Context, code: str) -> Taken:
    """Keep that a proposal is carried out today, and who its people are. Raises PermissionMissing and NotFound."""
    policy.require(ws.actor, "audiences.edit")
    if code not in IDEAS:
        raise NotFound(what=_("proposal"), key=code)
    found = next((each for each in proposals(ws) if each.idea.code == code), None)
    now, rule = ws.clock.now(), IDEAS[code].rule
    chosen = members(ws, rule, at=now, values=stored(ws, "rfm").table)
    ids = [row["profile_id"] for row in _rows(ws, chosen)]
    made = Taken(ws.ids.new(), code, rule, len(ids), found.expected if found else None, now,
                 found.by if found else "past")  # fmt: skip
    with ws.register.write() as conn:
        conn.execute(
            sa.insert(taken).values(
                taken_id=made.taken_id,
                code=code,
                rule=encode(rule),
                people=made.people,
                expected=None if made.expected is None else str(made.expected),
                expected_by=made.by,
                taken_at=now,
                taken_by=ws.actor.actor_id,
            )
        )
        if ids:
            conn.execute(sa.insert(people_of), [{"taken_id": made.taken_id, "profile_id": each} for each in ids])
        ledger.record(
            conn,
            ws,
            verb="proposal.taken",
            subject_kind="proposal",
            subject_id=made.taken_id,
            details={"code": code, "people": made.people},
        )
    return made


def listing(ws: Context, *, limit: int = SHOWN) -> Sequence[Taken]:
    """Proposals taken up, the newest first."""
    policy.require(ws.actor, "audiences.read")
    query = sa.select(taken).order_by(taken.c.taken_at.desc(), taken.c.taken_id.desc()).limit(limit)
    with ws.register.read() as conn:
        return [
            Taken(
                taken_id=row.taken_id,
                code=row.code,
                rule=decode(row.rule),
                people=row.people,
                expected=None if row.expected is None else Decimal(row.expected),
                taken_at=row.taken_at,
                by=row.expected_by,
            )
            for row in conn.execute(query)
        ]


def resting(ws: Context) -> frozenset[str]:
    """The codes of proposals that were taken up lately and are not made again yet."""
    since = ws.clock.now() - RESTS
    with ws.register.read() as conn:
        return frozenset(conn.scalars(sa.select(taken.c.code).where(taken.c.taken_at > since)))


def aftermath(ws: Context, one: Taken) -> Aftermath:
    """What the people did since, beside as long a time before."""
    now = ws.clock.now()
    span = now - one.taken_at
    with ws.register.read() as conn:
        ids = list(conn.scalars(sa.select(people_of.c.profile_id).where(people_of.c.taken_id == one.taken_id)))
    chosen = ibis.memtable(pa.table({"profile_id": pa.array(ids, pa.string())}))
    known = ws.lake.table("people").select("profile_id").semi_join(chosen, "profile_id")
    events, currency = ws.lake.table("events"), ws.config.workspace.currency
    told = []
    for since, until in ((one.taken_at, now), (one.taken_at - span, one.taken_at)):
        rows = bought(events, since=since, until=until, currency=currency).semi_join(known, "profile_id")
        told.append(_rows(ws, rows.aggregate(people=(rows.orders > 0).sum(), money=rows.money.sum()))[0])
    return Aftermath(
        taken=one,
        known=int(_rows(ws, known.aggregate(people=known.count()))[0]["people"]),
        days=span.days,
        bought_since=told[0]["people"] or 0,
        money_since=told[0]["money"] or Decimal(0),
        bought_before=told[1]["people"] or 0,
        money_before=told[1]["money"] or Decimal(0),
    )


def erase(conn: Connection, profile_ids: Iterable[str]) -> None:
    """Forget that some people were among those of a proposal."""
    for profile_id in profile_ids:
        conn.execute(sa.delete(people_of).where(people_of.c.profile_id == profile_id))


def _rows(ws: Context, table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ws.lake.con.to_pyarrow(table).to_pylist()
    return rows
