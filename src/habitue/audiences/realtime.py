"""Real time: memberships follow every projected event and the clock, without asking everybody.

`follow` is one step of the worker. It takes the people who changed since its last step and those who are due, reads
their slice from the register in one snapshot, asks the audiences that mention what changed, and writes who entered
and left, when to ask again, and how far it has come, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

import ibis
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.audiences import clocks, dues, news, stays
from habitue.audiences.audience import audiences, of_row
from habitue.audiences.fields import own_kinds, with_own
from habitue.audiences.moment import Moment
from habitue.audiences.neighbours import with_neighbours
from habitue.audiences.published import Known, in_batches, known_of
from habitue.audiences.slice_lake import Asker, Question
from habitue.audiences.timetable import Timetable
from habitue.audiences.topics import is_concerned, names_of_events
from habitue.insights.catalogue import FieldKind
from habitue.insights.store import PREFIX as INSIGHT
from habitue.insights.store import stored
from habitue.kernel import state
from habitue.kernel.clock import from_micros, micros
from habitue.kernel.collector import collector_paused
from habitue.kernel.context import Context
from habitue.kernel.register import among
from habitue.privacy import purposes
from habitue.profiles import activity
from habitue.profiles.relations import RELATIONS, groups_of
from habitue.profiles.slices import slice_of

SEQ, NOW = "audiences_seq", "audiences_now"
MOST_PEOPLE = 2_000
# `empty_table` would load pandas, which a projector does without.
NO_STAYS, NO_RELATIONS = (pa.Table.from_batches([], schema) for schema in (stays.HISTORY, RELATIONS))
_NOBODY: Mapping[str, datetime] = {}


@dataclass(frozen=True, slots=True)
class Moved:
    """What a step did: people and audiences asked, entries, exits, and whether more is waiting."""

    people: int = 0
    audiences: int = 0
    entered: int = 0
    left: int = 0
    is_more: bool = False


@dataclass(slots=True)
class Follower:
    """Keeps compiled rules between the steps of one worker."""

    asker: Asker = field(default_factory=Asker)
    kept: dict[tuple[str, int], Known] = field(default_factory=dict)
    own_kinds: tuple[tuple[str, ...], Mapping[str, FieldKind]] | None = None

    def known(self, conn: Connection) -> list[Known]:
        """The published audiences of which everybody's membership is stored."""
        published = sa.and_(sa.not_(audiences.c.is_archived), audiences.c.version > 0)
        query = sa.select(audiences.c.audience_id, audiences.c.version, audiences.c.settled_version).where(published)
        versions = {(row.audience_id, row.version): row.version == row.settled_version for row in conn.execute(query)}
        if versions.keys() != self.kept.keys():
            # Only now are the rules read; of two hundred audiences that takes a while.
            found = [of_row(row) for row in conn.execute(sa.select(audiences).where(published)).mappings()]
            self.kept = {(each.audience_id, each.audience.version): each for each in
                         in_batches([known_of(conn, audience) for audience in found])}  # fmt: skip
        return [each for key, each in self.kept.items() if versions[key]]

    def kinds(self, ws: Context) -> Mapping[str, FieldKind]:
        """The kinds of the fields that only this business has, read again when the lake has them anew."""
        files = ws.lake.files("fields")
        if self.own_kinds is None or self.own_kinds[0] != files:
            self.own_kinds = files, own_kinds(ws)
        return self.own_kinds[1]


def follow(ws: Context, follower: Follower) -> Moved:
    """One step; with nothing new it costs two small queries."""
    with collector_paused():
        return _follow(ws, follower)


def _follow(ws: Context, follower: Follower) -> Moved:
    now = ws.clock.now()
    with ws.register.read() as conn:
        since, seq = state.read(conn, SEQ), activity.counted(conn)
        waiting = dues.waiting(conn, now, MOST_PEOPLE)
        if since >= seq and not waiting:
            return Moved()
        known = follower.known(conn)
        heard = news.since(conn, since, MOST_PEOPLE)
        gone = stays.gone(conn) if heard.news.whole else {}
        is_left_over = dues.LONG_AGO in waiting.values()
        # Who was never seen before belongs to what holds of somebody without any facts.
        asked = [
            each
            for each in known
            if is_concerned(each.topics, heard.news)
            or (each.may_be_new and heard.new_ids)
            or (each.remembers and is_left_over)
        ]
        people = sorted({*heard.profile_ids, *waiting} - set(gone))
        outcome = _asked(ws, conn, follower, asked, known, people, now, waiting)
    why: stays.Why = "facts" if heard.profile_ids else "time"
    first, entered, left = outcome, 0, 0
    moves = _write(ws, outcome, gone, why, known, {SEQ: heard.until, NOW: micros(now)})
    while moves.entered or moves.left:
        entered, left = entered + len(moves.entered), left + len(moves.left)
        # Who has just entered or left one audience may fulfil another one that asks for that.
        moved = moves.audiences
        remembering = [each for each in known if each.remembers & moved]
        if not remembering:
            break
        with ws.register.read() as conn:
            outcome = _asked(ws, conn, follower, remembering, known, moves.people, now, {})
        moves = _write(ws, outcome, {}, why, known, {})
    return Moved(len(people), len(first.asked), entered, left, is_more=heard.until < seq)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which audiences were asked of whom, the pairs of audience and profile that hold, and when to ask whom again."""

    asked: Sequence[Known] = ()
    people: Sequence[str] = ()
    pairs: frozenset[tuple[str, str]] = frozenset()
    due: Mapping[str, int] = field(default_factory=dict)


def _asked(
    ws: Context,
    conn: Connection,
    follower: Follower,
    asked: Sequence[Known],
    known: Sequence[Known],
    people: Sequence[str],
    now: datetime,
    waiting: Mapping[str, datetime],
) -> Outcome:
    """Ask audiences of people, and of their neighbours where one looks at them."""
    if not people or not (asked or waiting):
        return Outcome()
    timed = [each for each in known if each.clocks]
    around = people
    if any(each.has_neighbours for each in (*asked, *(timed if waiting else ()))):
        people = with_neighbours(conn, people)
        # A neighbour may have a company or household whose others are not among those that changed.
        around = with_neighbours(conn, people)
    found = ask(ws, conn, follower, asked, timed, around, now, waiting)
    own = frozenset(people)
    return Outcome(
        found.asked,
        people,
        frozenset(pair for pair in found.pairs if pair[1] in own),
        {profile_id: at for profile_id, at in found.due.items() if profile_id in own},
    )


def ask(
    ws: Context,
    conn: Connection,
    follower: Follower,
    asked: Sequence[Known],
    timed: Sequence[Known],
    people: Sequence[str],
    now: datetime,
    waiting: Mapping[str, datetime] = _NOBODY,
) -> Outcome:
    """Ask some audiences of some people, from one snapshot of the register.

    Those of the `timed` ones are asked as well whose time has come for somebody who is `waiting` since then; all of
    them tell when to ask again.
    """
    tables = slice_for(conn, [*asked, *timed], people)
    timetable = Timetable(tables)
    moment = Moment(now, ws.config.workspace.timezone, ws.config.workspace.currency)
    if waiting:
        overdue = timetable.overdue({each.audience_id: each.clocks for each in timed}, moment, waiting)
        concerned = {each.audience_id for each in asked}
        asked = [*asked, *(each for each in timed if each.audience_id in overdue - concerned)]
    insights = frozenset[str]().union(*(each.insights for each in asked))
    tables |= _insights(ws, follower.asker, insights, people)
    own = follower.kinds(ws)
    version, kind = (tuple(purposes.listing(conn)), tuple(own.items())), with_own(own)
    together: dict[tuple[Question, ...], list[str]] = {}
    for each in asked:
        together.setdefault(each.batch, []).append(each.audience_id)
    compiled = [(follower.asker.compiled(ws, batch, kind, version), wanted) for batch, wanted in together.items()]
    pairs = follower.asker.members(compiled, tables, now)
    due = timetable.told(frozenset[clocks.Clock]().union(*(each.clocks for each in timed)), moment)
    return Outcome(asked, people, frozenset(pairs), due)


def slice_for(conn: Connection, known: Sequence[Known], people: Sequence[str]) -> dict[str, pa.Table]:
    """What some audiences look at of some people."""
    tables = dict(slice_of(conn, people, names=names_of_events(each.topics for each in known)))
    remembered = frozenset[str]().union(*(each.remembers for each in known))
    tables["stays"] = stays.history_table(conn, people, remembered) if remembered else NO_STAYS
    tables["relations"] = groups_of(conn, people) if any(each.has_neighbours for each in known) else NO_RELATIONS
    return tables


def was_set_back(ws: Context) -> bool:
    """Whether the clock shows less than it did at an earlier step; then everybody must be asked anew."""
    with ws.register.read() as conn:
        last = state.read(conn, NOW)
    return bool(last) and ws.clock.now() < from_micros(last)


def _insights(ws: Context, asker: Asker, names: Iterable[str], people: Sequence[str]) -> dict[str, pa.Table]:
    """The insights of a slice, as they were computed last; one that never was is computed now."""
    found: dict[str, pa.Table] = {}
    schemas: dict[str, ibis.Schema] = {}
    wanted = ibis.memtable(pa.table({"profile_id": pa.array(people, pa.string())}))
    for name in sorted(names):
        table = ws.lake.table(INSIGHT + name) if ws.lake.has(INSIGHT + name) else stored(ws, name).table
        found[INSIGHT + name] = ws.lake.con.to_pyarrow(table.semi_join(wanted, "profile_id"))
        schemas[name] = table.schema()
    asker.lake.learn(schemas)
    return found


@dataclass(frozen=True, slots=True)
class _Moves:
    """Which pairs of audience and profile entered and left."""

    entered: frozenset[tuple[str, str]]
    left: frozenset[tuple[str, str]]

    @property
    def audiences(self) -> frozenset[str]:
        """The audiences that somebody entered or left."""
        return frozenset(audience_id for audience_id, _profile in self.entered | self.left)

    @property
    def people(self) -> Sequence[str]:
        """Those who entered or left one."""
        return sorted({profile_id for _audience, profile_id in self.entered | self.left})

    def people_of(self, audience_ids: Set[str]) -> Set[str]:
        """Those who entered or left one of these."""
        return {profile_id for audience_id, profile_id in self.entered | self.left if audience_id in audience_ids}


def _write(
    ws: Context,
    outcome: Outcome,
    gone: Mapping[str, str | None],
    why: stays.Why,
    known: Sequence[Known],
    upto: Mapping[str, int],
) -> _Moves:
    """Write who entered and left, who is to be asked for that by an audience that remembers, and how far we have come.

    The next round asks them and takes the note away; should the process die before it, the next step does.
    """
    remembered = frozenset[str]().union(*(each.remembers for each in known))
    ids = [each.audience_id for each in outcome.asked]
    with ws.register.write() as conn:
        before = stays.members(conn, ids, outcome.people)
        moves = _Moves(outcome.pairs - before, frozenset(before - outcome.pairs))
        stays.enter(conn, ws, moves.entered, why)
        stays.leave(conn, ws, moves.left, why)
        if gone:
            stays.leave(conn, ws, _open_of(conn, gone), "merged")
        dues.forget(conn, [*outcome.people, *gone])
        dues.store(conn, outcome.due)
        dues.store(conn, dict.fromkeys(moves.people_of(remembered), micros(dues.LONG_AGO)))
        state.store(conn, upto)
    return moves


def _open_of(conn: Connection, gone: Mapping[str, str | None]) -> set[tuple[str, str]]:
    query = sa.select(stays.stays.c.audience_id, stays.stays.c.profile_id).where(
        stays.stays.c.left_at.is_(None), among(conn, stays.stays.c.profile_id, gone)
    )
    return {(row.audience_id, row.profile_id) for row in conn.execute(query)}
