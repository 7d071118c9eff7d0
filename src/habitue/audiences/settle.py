"""Everybody's membership at once, on the lake: a rule was published, an insight renewed, the clock set back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.audiences import dues, membership, stays
from habitue.audiences.audience import Audience, audiences, of_row
from habitue.audiences.clocks import Clock
from habitue.audiences.fields import kinds
from habitue.audiences.moment import Moment
from habitue.audiences.published import TOGETHER, Known, kinds_mark, known_of
from habitue.audiences.realtime import MOST_PEOPLE, NOW, SEQ, slice_for, was_set_back
from habitue.audiences.timetable import Timetable
from habitue.collect import products
from habitue.kernel import state
from habitue.kernel.clock import day_in, micros
from habitue.kernel.context import Context
from habitue.kernel.register import chunks
from habitue.profiles import relations, replica

INSIGHTS, RELATIONS, PRODUCTS = "audiences_insights", "audiences_relations", "audiences_products"
FIELDS = "audiences_fields"
DAYS = 1_000
_PUBLISHED = audiences.c.settled_version < audiences.c.version


def is_waiting(ws: Context) -> bool:
    """Whether the rule of an audience was published whose membership is not stored yet."""
    with ws.register.read() as conn:
        return conn.execute(sa.select(audiences.c.audience_id).where(_PUBLISHED).limit(1)).first() is not None


def settle(ws: Context) -> int:
    """Store the membership of audiences whose rule was published since; returns how many there were.

    The replica is expected to be fresh; what changed after it is asked again by the next step in real time.
    """
    with ws.register.read() as conn:
        waiting = [of_row(row) for row in conn.execute(sa.select(audiences).where(_PUBLISHED)).mappings()]
    ids = {each.audience_id for each in waiting}
    # Those that mention them come first: what is waiting is what is left to do should this end in between.
    mentioning = [
        each.audience for each in _published(ws) if ids & each.mentioned.keys() and each.audience_id not in ids
    ]
    moved = _settled(ws, [*mentioning, *waiting], "published")
    _settle_those_that_remember(ws, moved)
    return len(waiting)


def settle_all(ws: Context, why: stays.Why, *, chosen: Callable[[Known], bool] = lambda _each: True) -> None:
    """The same for every published audience that is `chosen`."""
    asked = [each for each in _published(ws) if chosen(each)]
    moved = _settled(ws, [each.audience for each in asked], why)
    _settle_those_that_remember(ws, moved)


def _settle_those_that_remember(ws: Context, moved: Set[str]) -> None:
    """Ask those anew that ask who entered or left an audience, until nobody moves."""
    known = _published(ws) if moved else []
    while asked := [each for each in known if each.remembers & moved]:
        moved = _settled(ws, [each.audience for each in asked], "facts")


def _published(ws: Context) -> Sequence[Known]:
    with ws.register.read() as conn:
        query = sa.select(audiences).where(sa.not_(audiences.c.is_archived), audiences.c.version > 0)
        return [known_of(conn, of_row(row)) for row in conn.execute(query).mappings()]


def settle_time(ws: Context) -> None:
    """Ask every audience again when the clock was set back."""
    if was_set_back(ws):
        now = ws.clock.now()
        settle_all(ws, "time")
        with ws.register.write() as conn:
            state.store(conn, {NOW: micros(now)})


def settle_relations(ws: Context) -> None:
    """Ask the audiences that look at companies and households again when somebody was put together with others."""
    with ws.register.read() as conn:
        changes = state.read(conn, relations.CHANGES)
        is_done = state.read(conn, RELATIONS) == changes
    if not is_done:
        settle_all(ws, "facts", chosen=lambda each: each.has_neighbours)
        with ws.register.write() as conn:
            state.store(conn, {RELATIONS: changes})


def has_new_products(ws: Context) -> bool:
    """Whether a list of products came or went since audiences were asked for that."""
    with ws.register.read() as conn:
        return state.read(conn, PRODUCTS) != products.version(conn)


def settle_products(ws: Context) -> None:
    """Ask the audiences that look at products again, as far as the replica knows the lists."""
    with ws.register.read() as conn:
        # Not the newest: a list that came since the replica was refreshed is still to be asked for.
        version = state.read(conn, replica.PRODUCTS)
    settle_all(ws, "facts", chosen=lambda each: each.asks_products)
    with ws.register.write() as conn:
        state.store(conn, {PRODUCTS: version})


def settle_fields(ws: Context) -> None:
    """Ask the audiences again that compare an own field of which the kind has changed, from numbers to text, say."""
    files = crc32("\n".join(ws.lake.files("fields")).encode())
    with ws.register.read() as conn:
        is_done = state.read(conn, FIELDS) == files
    if not is_done:
        kind = kinds(ws)
        settle_all(ws, "facts", chosen=lambda each: each.audience.settled_kinds != kinds_mark(each.own_fields, kind))
        with ws.register.write() as conn:
            state.store(conn, {FIELDS: files})


def settle_insights(ws: Context) -> None:
    """Ask the audiences that mention insights again when the insights are of newer facts or of another day."""
    settings = ws.config.workspace
    mark = replica.sequence(ws) * DAYS + day_in(ws.clock.now(), settings.timezone).toordinal() % DAYS
    with ws.register.read() as conn:
        is_done = state.read(conn, INSIGHTS) == mark
    if not is_done:
        settle_all(ws, "insight", chosen=lambda each: each.topics.insights)
        with ws.register.write() as conn:
            state.store(conn, {INSIGHTS: mark})


def _settled(ws: Context, several: Sequence[Audience], why: stays.Why) -> set[str]:
    """Ask audiences of everybody, some at a time, and write who entered and left; returns those with a change.

    What has to follow is kept before or with it, for the process may die in between: the dues are noted first, and
    whoever remembers an audience with a change counts as not settled until it was asked as well.
    """
    moved: set[str] = set()
    if not several:
        return moved
    now = micros(ws.clock.now())
    _note_dues(ws, {each.audience_id for each in several})
    published, kind = _published(ws), kinds(ws)
    remembering = [each for each in published if each.remembers]
    marks = {each.audience_id: kinds_mark(each.own_fields, kind) for each in published}
    for part in chunks(several, TOGETHER):
        seq = replica.sequence(ws)
        table = ws.lake.con.to_pyarrow(membership.conditions_of_checked(ws, [each.rule for each in part]))
        inside = {each.audience_id: table.filter(table.column(f"c{n}")).column("profile_id").to_pylist()
                  for n, each in enumerate(part)}  # fmt: skip
        with ws.register.write() as conn:
            changed = {each.audience_id for each in part if _write(conn, ws, each, inside[each.audience_id], why)}
            for each in part:
                _note_settled(conn, each, marks.get(each.audience_id, 0))
            _unsettle(conn, [each.audience_id for each in remembering if each.remembers & changed])
            moved |= changed
            since = state.read(conn, SEQ)
            # Whoever was asked at a later time than any before is asked again when the clock goes back behind it.
            upto = {SEQ: min(since, seq) if since else seq, NOW: max(state.read(conn, NOW), now)}
            state.store(conn, upto)
    return moved


def _write(conn: Connection, ws: Context, audience: Audience, profile_ids: Sequence[str], why: stays.Why) -> bool:
    """Write who entered and left an audience; returns whether anybody did."""
    pairs = {(audience.audience_id, str(profile_id)) for profile_id in profile_ids}
    before = stays.members(conn, [audience.audience_id])
    stays.enter(conn, ws, pairs - before, why)
    stays.leave(conn, ws, before - pairs, why)
    return pairs != before


def _note_settled(conn: Connection, audience: Audience, kinds: int) -> None:
    change = sa.update(audiences).where(audiences.c.audience_id == audience.audience_id)
    conn.execute(change.values(settled_version=audience.version, settled_kinds=kinds))


def _unsettle(conn: Connection, audience_ids: Sequence[str]) -> None:
    change = sa.update(audiences).where(audiences.c.audience_id.in_(audience_ids))
    conn.execute(change.values(settled_version=audiences.c.version - 1))


def _note_dues(ws: Context, audience_ids: Set[str]) -> None:
    """Note for everybody when time alone may change their membership of these audiences."""
    timed = [each for each in _published(ws) if each.clocks and each.audience_id in audience_ids]
    if not timed:
        return
    own = frozenset[Clock]().union(*(each.clocks for each in timed))
    settings = ws.config.workspace
    moment = Moment(ws.clock.now(), settings.timezone, settings.currency)
    people = ws.lake.table("people")
    everybody = people.filter(people.kind == "person").select("profile_id")
    ids: Iterable[str] = ws.lake.con.to_pyarrow(everybody).column("profile_id").to_pylist()
    for part in chunks(sorted(ids), MOST_PEOPLE):
        with ws.register.read() as conn:
            found = Timetable(slice_for(conn, timed, part)).told(own, moment)
        with ws.register.write() as conn:
            dues.store(conn, found)
