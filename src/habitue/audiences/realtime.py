"""Real time: memberships follow every projected event and the clock, without asking everybody.

`follow` is one step of the worker. It takes the people who changed since its last step and those who are due, reads
their slice from the register in one snapshot, asks the audiences that mention what changed, and writes who entered
and left, when to ask again, and how far it has come, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import ibis
import msgspec
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.audiences import clocks, dues, news, stays
from habitue.audiences.asking import asks_relations
from habitue.audiences.audience import Audience, all_mentioned, audiences, of_row
from habitue.audiences.blank import may_hold_of_blank
from habitue.audiences.fields import kinds
from habitue.audiences.moment import Moment
from habitue.audiences.neighbours import with_neighbours
from habitue.audiences.rule import Rule, history_in, insights_in
from habitue.audiences.slice_lake import Asker
from habitue.audiences.topics import Topics, is_concerned, names_of_events, topics_of
from habitue.insights.store import PREFIX as INSIGHT
from habitue.kernel import state
from habitue.kernel.clock import from_micros, micros
from habitue.kernel.context import Context
from habitue.kernel.register import among
from habitue.privacy import purposes
from habitue.profiles import activity
from habitue.profiles.relations import groups_of
from habitue.profiles.slices import slice_of

SEQ, NOW = "audiences_seq", "audiences_now"
MOST_PEOPLE = 2_000
_decode = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True)
class Known:
    """A published audience with what follows from its rule; `remembers` are the audiences whose history it asks."""

    audience: Audience
    mentioned: Mapping[str, Rule]
    topics: Topics
    clocks: frozenset[clocks.Clock]
    has_neighbours: bool
    may_be_new: bool
    remembers: frozenset[str]

    @property
    def audience_id(self) -> str:
        """The id."""
        return self.audience.audience_id


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

    def known(self, conn: Connection) -> list[Known]:
        """The published audiences of which everybody's membership is stored."""
        settled = sa.and_(sa.not_(audiences.c.is_archived), audiences.c.version > 0)
        settled = sa.and_(settled, audiences.c.settled_version == audiences.c.version)
        found = [of_row(row) for row in conn.execute(sa.select(audiences).where(settled)).mappings()]
        everything = {(a.audience_id, a.version) for a in found}
        if everything != set(self.kept):
            self.kept = {(a.audience_id, a.version): known_of(conn, a) for a in found}
        return list(self.kept.values())


def known_of(conn: Connection, audience: Audience) -> Known:
    """An audience with what follows from its rule."""
    mentioned = {key: other.rule for key, other in all_mentioned(conn, audience.rule).items()}
    rules = [audience.rule, *mentioned.values()]
    return Known(
        audience,
        mentioned,
        topics_of(audience.rule, mentioned),
        clocks.clocks_of(audience.rule, mentioned),
        any(asks_relations(rule) for rule in rules),
        may_hold_of_blank(audience.rule),
        frozenset[str]().union(*(history_in(rule) for rule in rules)),
    )


def follow(ws: Context, follower: Follower) -> Moved:
    """One step; with nothing new it costs two small queries."""
    now = ws.clock.now()
    with ws.register.read() as conn:
        since, seq = state.read(conn, SEQ), activity.counted(conn)
        waiting = dues.waiting(conn, now, MOST_PEOPLE)
        if since >= seq and not waiting:
            return Moved()
        known = follower.known(conn)
        heard = news.since(conn, since, MOST_PEOPLE)
        gone = stays.gone(conn) if heard.news.whole else {}
        asked = [each for each in known if is_concerned(each.topics, heard.news)]
        overdue = {audience_id for audience_id, _profile in waiting}
        # Who was never seen before belongs to what holds of somebody without any facts.
        overdue |= {each.audience_id for each in known if each.may_be_new} if heard.new_ids else set()
        asked += [each for each in known if each.audience_id in overdue and each not in asked]
        people = sorted({*heard.profile_ids, *(profile for _audience, profile in waiting)} - set(gone))
        people, outcome = _asked(ws, conn, follower.asker, asked, people, now)
    why: stays.Why = "facts" if heard.profile_ids else "time"
    moves = _write(ws, outcome, asked, people, gone, why)
    entered, left = len(moves.entered), len(moves.left)
    while moves.entered or moves.left:
        # Who has just entered or left one audience may fulfil another one that asks for that.
        remembering = [each for each in known if each.remembers & moves.audiences]
        if not remembering:
            break
        with ws.register.read() as conn:
            again, outcome = _asked(ws, conn, follower.asker, remembering, moves.people, now)
        moves = _write(ws, outcome, remembering, again, {}, why)
        entered, left = entered + len(moves.entered), left + len(moves.left)
    with ws.register.write() as conn:
        state.store(conn, {SEQ: heard.until, NOW: micros(now)})
    return Moved(len(people), len(asked), entered, left, is_more=heard.until < seq)


def _asked(
    ws: Context, conn: Connection, asker: Asker, asked: Sequence[Known], people: Sequence[str], now: datetime
) -> tuple[Sequence[str], Outcome]:
    """Ask audiences of people, and of their neighbours where one looks at them; gives who was asked and what holds."""
    if not asked or not people:
        return people, Outcome()
    around = people
    if any(each.has_neighbours for each in asked):
        people = with_neighbours(conn, people)
        # A neighbour may have a company or household whose others are not among those that changed.
        around = with_neighbours(conn, people)
    found = ask(ws, conn, asker, asked, around, now)
    if len(around) == len(people):
        return people, found
    own = frozenset(people)
    return people, Outcome(
        frozenset(pair for pair in found.pairs if pair[1] in own),
        {pair: at for pair, at in found.due.items() if pair[1] in own},
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who fulfils what, and when to ask again."""

    pairs: frozenset[tuple[str, str]] = frozenset()
    due: Mapping[tuple[str, str], datetime] = field(default_factory=dict)


def ask(
    ws: Context, conn: Connection, asker: Asker, known: Sequence[Known], people: Sequence[str], now: datetime
) -> Outcome:
    """Ask some audiences of some people, from one snapshot of the register."""
    tables = dict(slice_of(conn, people, names=names_of_events(each.topics for each in known)))
    tables["stays"] = stays.history_table(conn, people)
    if any(each.has_neighbours for each in known):
        tables["relations"] = groups_of(conn, people)
    insights = {name for each in known for rule in (each.audience.rule, *each.mentioned.values())
                for name in insights_in(rule)}  # fmt: skip
    tables |= _insights(ws, asker, insights, people)
    version = (tuple(purposes.listing(conn)), tuple(sorted(insights)))
    kind = kinds(ws)
    compiled = {
        each.audience_id: asker.compiled(ws, each.audience.rule, each.mentioned, kind, version) for each in known
    }
    pairs = asker.members(compiled, tables, now)
    return Outcome(frozenset(pairs), _next(ws, known, tables, now))


def was_set_back(ws: Context) -> bool:
    """Whether the clock shows less than it did at an earlier step; then everybody must be asked anew."""
    with ws.register.read() as conn:
        last = state.read(conn, NOW)
    return bool(last) and ws.clock.now() < from_micros(last)


def _insights(ws: Context, asker: Asker, names: Iterable[str], people: Sequence[str]) -> dict[str, pa.Table]:
    """The insights of a slice, as they were computed last."""
    found: dict[str, pa.Table] = {}
    schemas: dict[str, ibis.Schema] = {}
    wanted = ibis.memtable(pa.table({"profile_id": pa.array(people, pa.string())}))
    for name in sorted(names):
        table = ws.lake.table(INSIGHT + name)
        found[INSIGHT + name] = ws.lake.con.to_pyarrow(table.semi_join(wanted, "profile_id"))
        schemas[name] = table.schema()
    asker.lake.learn(schemas)
    return found


def _next(
    ws: Context, known: Sequence[Known], tables: Mapping[str, pa.Table], now: datetime
) -> dict[tuple[str, str], datetime]:
    settings = ws.config.workspace
    moment = Moment(now, settings.timezone, settings.currency)
    timed = [each for each in known if each.clocks]
    if not timed:
        return {}
    events = _by_person(tables["events"].select(["profile_id", "name", "at"]))
    kept = _by_person(tables["stays"])
    found: dict[tuple[str, str], datetime] = {}
    for row in tables["people"].to_pylist():
        profile_id = row["profile_id"]
        person = {**_decode(row["traits"]), **{key: value for key, value in row.items() if value is not None}}
        for each in timed:
            at = clocks.due_at(
                each.clocks, moment, person=person, events=events.get(profile_id, ()), stays=kept.get(profile_id, ())
            )
            if at is not None:
                found[each.audience_id, profile_id] = at
    return found


def _by_person(table: pa.Table) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        found.setdefault(row["profile_id"], []).append(row)
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


def _write(
    ws: Context,
    outcome: Outcome,
    asked: Sequence[Known],
    people: Sequence[str],
    gone: Mapping[str, str | None],
    why: stays.Why,
) -> _Moves:
    ids = [each.audience_id for each in asked]
    with ws.register.write() as conn:
        before = stays.members(conn, ids, people)
        moves = _Moves(outcome.pairs - before, frozenset(before - outcome.pairs))
        stays.enter(conn, ws, moves.entered, why)
        stays.leave(conn, ws, moves.left, why)
        if gone:
            stays.leave(conn, ws, _open_of(conn, gone), "merged")
        dues.forget(conn, ids, [*people, *gone])
        dues.store(conn, outcome.due)
    return moves


def _open_of(conn: Connection, gone: Mapping[str, str | None]) -> set[tuple[str, str]]:
    query = sa.select(stays.stays.c.audience_id, stays.stays.c.profile_id).where(
        stays.stays.c.left_at.is_(None), among(conn, stays.stays.c.profile_id, gone)
    )
    return {(row.audience_id, row.profile_id) for row in conn.execute(query)}
