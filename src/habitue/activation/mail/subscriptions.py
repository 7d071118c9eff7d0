"""Who gets which report every month, and what became of each; tables of this room.

A line is written before a message is handed over and closed afterwards: what a crash leaves open is unknown, is
shown as that, and is not sent again by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.audit import ledger
from habitue.insights.reports import store
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.kernel.register import Instant, insert_ignoring, metadata

subscriptions = sa.Table(
    "activation_subscriptions",
    metadata,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("report", sa.Text, primary_key=True),
    sa.Column("since", Instant, nullable=False),
)
mailings = sa.Table(
    "activation_mailings",
    metadata,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("report", sa.Text, primary_key=True),
    sa.Column("month", sa.Text, primary_key=True),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
)
OPEN = "sending"
UNKNOWN = "unknown"
UNREACHABLE = "unreachable"
AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Mailing:
    """What became of the report of one month for one person; `outcome` is sending, sent, refused, … or unknown."""

    user_id: str
    report: str
    month: str
    outcome: str
    detail: str
    at: datetime


def subscribe(ws: Context, report: str) -> None:
    """From now on the actor gets the report on the first of every month. Raises NotFound and PermissionMissing."""
    policy.require(ws.actor, "insights.read")
    store.report(report)
    values = {"user_id": ws.actor.actor_id, "report": report, "since": ws.clock.now()}
    with ws.register.write() as conn:
        conn.execute(insert_ignoring(conn, subscriptions), [values])
        ledger.record(conn, ws, verb="report.subscribed", subject_kind="report", subject_id=report)


def unsubscribe(ws: Context, report: str) -> None:
    """The actor gets the report no longer."""
    mine = sa.and_(subscriptions.c.user_id == ws.actor.actor_id, subscriptions.c.report == report)
    with ws.register.write() as conn:
        if conn.execute(sa.delete(subscriptions).where(mine)).rowcount:
            ledger.record(conn, ws, verb="report.unsubscribed", subject_kind="report", subject_id=report)


def of_user(ws: Context) -> frozenset[str]:
    """The reports that the actor gets."""
    query = sa.select(subscriptions.c.report).where(subscriptions.c.user_id == ws.actor.actor_id)
    with ws.register.read() as conn:
        return frozenset(conn.scalars(query))


def history(ws: Context, report: str, *, limit: int = 12) -> Sequence[Mailing]:
    """What became of a report for the actor, the newest month first."""
    mine = sa.and_(mailings.c.user_id == ws.actor.actor_id, mailings.c.report == report)
    query = sa.select(mailings).where(mine).order_by(mailings.c.month.desc()).limit(limit)
    with ws.register.read() as conn:
        return [Mailing(**row._mapping) for row in conn.execute(query)]


def due(conn: Connection, now: datetime, timezone: str) -> Sequence[tuple[str, str]]:
    """Who is to get which report of this month: (user, report), begun with by nobody, or certainly not taken.

    Whoever subscribes during a month gets the report of the next one.
    """
    day = day_in(now, timezone)
    first = datetime(day.year, day.month, 1, tzinfo=ZoneInfo(timezone))
    begun = sa.select(mailings.c.report).where(
        mailings.c.user_id == subscriptions.c.user_id,
        mailings.c.report == subscriptions.c.report,
        mailings.c.month == month_of(now, timezone),
        sa.not_(_may_be_tried_again(now)),
    )
    query = sa.select(subscriptions).where(~begun.exists(), subscriptions.c.since < first)
    return [(row.user_id, row.report) for row in conn.execute(query.order_by(*subscriptions.primary_key))]


def month_of(now: datetime, timezone: str) -> str:
    """The month of an instant, such as 2026-06."""
    return day_in(now, timezone).strftime("%Y-%m")


def begin(ws: Context, user_id: str, report: str, month: str) -> bool:
    """Note that a message is about to be handed over; False when somebody has begun already."""
    now = ws.clock.now()
    key = {"user_id": user_id, "report": report, "month": month}
    again = sa.and_(*(mailings.c[name] == value for name, value in key.items()), _may_be_tried_again(now))
    with ws.register.write() as conn:
        values = {**key, "outcome": OPEN, "detail": "", "at": now}
        if conn.execute(insert_ignoring(conn, mailings), values).rowcount > 0:
            return True
        return conn.execute(sa.update(mailings).where(again).values(outcome=OPEN, detail="", at=now)).rowcount > 0


def _may_be_tried_again(now: datetime) -> sa.ColumnElement[bool]:
    """Only what no server has taken, and not at once."""
    return sa.and_(mailings.c.outcome == UNREACHABLE, mailings.c.at <= now - AGAIN_AFTER)


def close(ws: Context, user_id: str, report: str, month: str, outcome: str, detail: str) -> None:
    """Note what became of it."""
    this = sa.and_(mailings.c.user_id == user_id, mailings.c.report == report, mailings.c.month == month)
    with ws.register.write() as conn:
        conn.execute(sa.update(mailings).where(this).values(outcome=outcome, detail=detail, at=ws.clock.now()))
        details = {"report": report, "month": month, "outcome": outcome}
        ledger.record(conn, ws, verb="report.mailed", subject_kind="user", subject_id=user_id, details=details)


def note_asked(ws: Context, report: str, outcome: str) -> None:
    """Note in the ledger that the actor asked for a report at once, and what became of it."""
    details = {"report": report, "outcome": outcome, "asked": True}
    with ws.register.write() as conn:
        subject = ws.actor.actor_id
        ledger.record(conn, ws, verb="report.mailed", subject_kind="user", subject_id=subject, details=details)


def give_up_open(ws: Context) -> int:
    """What a process left open when it ended is unknown; returns how many there were."""
    with ws.register.write() as conn:
        stale = sa.update(mailings).where(mailings.c.outcome == OPEN).values(outcome=UNKNOWN, detail="interrupted")
        return int(conn.execute(stale).rowcount)
