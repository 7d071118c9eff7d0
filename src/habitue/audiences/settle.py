"""Everybody's membership at once, on the lake: a rule was published, an insight renewed, the clock set back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set

import sqlalchemy as sa

from habitue.audiences import dues, membership, stays
from habitue.audiences.audience import Audience, audiences, of_row
from habitue.audiences.realtime import MOST_PEOPLE, SEQ, Follower, Known, ask, known_of
from habitue.kernel import state
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.kernel.register import chunks
from habitue.profiles import relations

INSIGHTS, RELATIONS = "audiences_insights", "audiences_relations"
DAYS = 1_000


def settle(ws: Context, follower: Follower) -> int:
    """Store the membership of audiences whose rule was published since; returns how many there were.

    The replica is expected to be fresh; what changed after it is asked again by the next step in real time.
    """
    with ws.register.read() as conn:
        query = sa.select(audiences).where(audiences.c.settled_version < audiences.c.version)
        waiting = [of_row(row) for row in conn.execute(query).mappings()]
    moved = {each.audience_id for each in waiting if settle_one(ws, follower, each, "published")}
    _settle_those_that_remember(ws, follower, moved)
    return len(waiting)


def settle_all(
    ws: Context, follower: Follower, why: stays.Why, *, chosen: Callable[[Known], bool] = lambda _each: True
) -> None:
    """The same for every published audience that is `chosen`."""
    asked = [each for each in _published(ws) if chosen(each)]
    moved = {each.audience_id for each in asked if settle_one(ws, follower, each.audience, why)}
    _settle_those_that_remember(ws, follower, moved)


def _settle_those_that_remember(ws: Context, follower: Follower, moved: Set[str]) -> None:
    """Ask those anew that ask who entered or left an audience, until nobody moves."""
    known = _published(ws) if moved else []
    while asked := [each for each in known if each.remembers & moved]:
        moved = {each.audience_id for each in asked if settle_one(ws, follower, each.audience, "facts")}


def _published(ws: Context) -> Sequence[Known]:
    with ws.register.read() as conn:
        query = sa.select(audiences).where(sa.not_(audiences.c.is_archived), audiences.c.version > 0)
        return [known_of(conn, of_row(row)) for row in conn.execute(query).mappings()]


def settle_relations(ws: Context, follower: Follower) -> None:
    """Ask the audiences that look at companies and households again when somebody was put together with others."""
    with ws.register.read() as conn:
        changes = state.read(conn, relations.CHANGES)
        is_done = state.read(conn, RELATIONS) == changes
    if not is_done:
        settle_all(ws, follower, "facts", chosen=lambda each: each.has_neighbours)
        with ws.register.write() as conn:
            state.store(conn, {RELATIONS: changes})


def settle_insights(ws: Context, follower: Follower) -> None:
    """Ask the audiences that mention insights again when the insights are of newer facts or of another day."""
    settings = ws.config.workspace
    mark = ws.lake.sequence() * DAYS + day_in(ws.clock.now(), settings.timezone).toordinal() % DAYS
    with ws.register.read() as conn:
        is_done = state.read(conn, INSIGHTS) == mark
    if not is_done:
        settle_all(ws, follower, "insight", chosen=lambda each: each.topics.insights)
        with ws.register.write() as conn:
            state.store(conn, {INSIGHTS: mark})


def settle_one(ws: Context, follower: Follower, audience: Audience, why: stays.Why) -> bool:
    """Ask one audience of everybody, and write who entered and left; returns whether anybody did."""
    seq = ws.lake.sequence()
    found = ws.lake.con.to_pyarrow(membership.matching(ws, audience.rule)).column("profile_id").to_pylist()
    pairs = {(audience.audience_id, str(profile_id)) for profile_id in found}
    with ws.register.write() as conn:
        before = stays.members(conn, [audience.audience_id])
        stays.enter(conn, ws, pairs - before, why)
        stays.leave(conn, ws, before - pairs, why)
        conn.execute(
            sa.update(audiences)
            .where(audiences.c.audience_id == audience.audience_id)
            .values(settled_version=audience.version)
        )
        since = state.read(conn, SEQ)
        state.store(conn, {SEQ: min(since, seq) if since else seq})
    _note_due(ws, follower, audience)
    return pairs != before


def _note_due(ws: Context, follower: Follower, audience: Audience) -> None:
    """Note for everybody when time alone may change their membership."""
    with ws.register.read() as conn:
        known = known_of(conn, audience)
        if not known.clocks:
            return
    people = ws.lake.table("people")
    everybody = people.filter(people.kind == "person").select("profile_id")
    ids: Iterable[str] = ws.lake.con.to_pyarrow(everybody).column("profile_id").to_pylist()
    for part in chunks(sorted(ids), MOST_PEOPLE):
        with ws.register.read() as conn:
            outcome = ask(ws, conn, follower.asker, [known], part, ws.clock.now())
        with ws.register.write() as conn:
            dues.store(conn, outcome.due)
