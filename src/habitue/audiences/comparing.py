"""Audiences side by side and over time: what two share, and how many belonged on each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from habitue.access import policy
from habitue.audiences import membership
from habitue.audiences.rule import Rule
from habitue.audiences.stays import stays
from habitue.insights.days import start_of_day
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many people fulfil both rules, only the first, only the second."""

    both: int
    only_first: int
    only_second: int

    @property
    def first(self) -> int:
        """How many fulfil the first."""
        return self.both + self.only_first

    @property
    def second(self) -> int:
        """How many fulfil the second."""
        return self.both + self.only_second

    @property
    def together(self) -> int:
        """How many fulfil one of them or both."""
        return self.both + self.only_first + self.only_second

    @property
    def share_of_first(self) -> float:
        """The part of those of the first who fulfil the second too, 0 to 1."""
        return self.both / self.first if self.first else 0.0

    @property
    def share_of_second(self) -> float:
        """The part of those of the second who fulfil the first too, 0 to 1."""
        return self.both / self.second if self.second else 0.0


@dataclass(frozen=True, slots=True)
class Size:
    """How many people belonged at the end of a workspace day, and how many entered and left on it."""

    day: date
    people: int
    entered: int
    left: int


def overlap(ws: Context, first: Rule, second: Rule) -> Overlap:
    """Compare two rules in one query."""
    policy.require(ws.actor, "audiences.read")
    table = membership.conditions(ws, [first, second])
    sums = table.aggregate(
        both=(table.c0 & table.c1).sum().fill_null(0),
        only_first=(table.c0 & ~table.c1).sum().fill_null(0),
        only_second=(~table.c0 & table.c1).sum().fill_null(0),
    )
    row = ws.lake.con.to_pyarrow(sums).to_pylist()[0]
    return Overlap(int(row["both"]), int(row["only_first"]), int(row["only_second"]))


def sizes(ws: Context, audience_id: str, *, days: int) -> Sequence[Size]:
    """The last days, the oldest first; told from the stays, which are never recomputed."""
    policy.require(ws.actor, "audiences.read")
    timezone = ws.config.workspace.timezone
    today = day_in(ws.clock.now(), timezone)
    first = today - timedelta(days=days - 1)
    since = start_of_day(first, timezone)
    entered: dict[date, int] = {}
    left: dict[date, int] = {}
    with ws.register.read() as conn:
        own = stays.c.audience_id == audience_id
        before = sa.select(sa.func.count()).where(own, stays.c.entered_at < since)
        before = before.where(sa.or_(stays.c.left_at.is_(None), stays.c.left_at >= since))
        people = int(conn.scalar(before) or 0)
        for column, counts in ((stays.c.entered_at, entered), (stays.c.left_at, left)):
            query = sa.select(column, sa.func.count()).where(own, column >= since).group_by(column)
            for at, number in conn.execute(query):
                day = day_in(at, timezone)
                counts[day] = counts.get(day, 0) + int(number)
    found = []
    for number in range(days):
        day = first + timedelta(days=number)
        people += entered.get(day, 0) - left.get(day, 0)
        found.append(Size(day, people, entered.get(day, 0), left.get(day, 0)))
    return found
