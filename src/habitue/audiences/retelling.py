"""Tells the history of some people in audiences anew, as it would have been from the facts that are left.

Their events are told once more to a register beside the real one, in journal order and by the time at which they came,
and the real-time step of audiences follows each time. So whoever looks at the history after an undo sees who was in at
any time in a world where what was undone had never been.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.audiences import corrections, dues, realtime, stays
from habitue.audiences.audience import audiences, versions
from habitue.audiences.published import Known
from habitue.audiences.realtime import SEQ, Follower, ask
from habitue.collect.envelope import Event
from habitue.identity import commands, graph, nodes, replay, safer
from habitue.identity.tables import identifiers, rulebooks
from habitue.kernel import state
from habitue.kernel.clock import Hand
from habitue.kernel.context import Context
from habitue.kernel.migrate import migrate
from habitue.kernel.register import Register, among, bulk, chunks
from habitue.privacy import consents
from habitue.privacy.purposes import purposes
from habitue.profiles import activity, people, timeline, values
from habitue.profiles.tables import people as profiles

MOST_EVENTS = 50_000
MOST_STEPS = 1_000
PART = 5_000
ABANDONED_SECONDS = 600
_PREFIX = ".retold-"
_COPIED = (audiences, versions, purposes, rulebooks)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What is told anew: who they are, their events by time, the audiences with their start, and the stays of now."""

    around: replay.Closure
    owners: frozenset[str]
    events: Sequence[Event]
    starts: Mapping[str, datetime]
    stays: Sequence[Row]


def correct(ws: Context, follower: Follower) -> bool:
    """Tell the history of those who wait anew; returns whether there were any.

    Whoever depends on too many events keeps the history that was written at the time.
    """
    with ws.register.read() as conn:
        waiting = corrections.waiting(conn)
        if waiting is None:
            return False
        told = _told(conn, follower, waiting)
    found = _retold(ws, follower, told) if told.starts else None
    with ws.register.write() as conn:
        if found is not None:
            _exchange(conn, told, found)
        corrections.forget(conn, waiting.profile_ids)
    return True


def _told(conn: Connection, follower: Follower, waiting: corrections.Waiting) -> Told:
    mine = sa.or_(
        among(conn, identifiers.c.profile_id, waiting.profile_ids),
        graph.has_own_id(conn, waiting.profile_ids),
    )
    around = replay.closure(conn, conn.scalars(sa.select(identifiers.c.identifier_id).where(mine)).all())
    # Counted before they are read: an import that was undone may have touched millions.
    is_too_much = timeline.count(conn, around.identifier_ids) > MOST_EVENTS
    events = [] if is_too_much else timeline.stored(conn, around.identifier_ids)
    own = sa.select(identifiers.c.own_id).where(among(conn, identifiers.c.identifier_id, around.identifier_ids))
    owners = frozenset({*around.profile_ids, *waiting.profile_ids, *conn.scalars(own)})
    starts = _starts(conn, follower.known(conn), waiting.since)
    steps = len({event.received_at for event in events if event.received_at >= min(starts.values())}) if starts else 0
    if is_too_much or steps > MOST_STEPS:
        starts = {}
    return Told(around, owners, events, starts, _stays_of(conn, owners, starts))


def _starts(conn: Connection, known: Sequence[Known], since: datetime) -> dict[str, datetime]:
    """From when on each audience is told anew; not those that ask insights or neighbours, which have no history."""
    told = [each for each in known if not each.topics.insights and not each.has_neighbours]
    published = {
        (row.audience_id, row.version): row.published_at
        for row in conn.execute(sa.select(versions.c.audience_id, versions.c.version, versions.c.published_at))
    }
    found = {}
    for each in told:
        at = published.get((each.audience_id, each.audience.version), each.audience.created_at)
        found[each.audience_id] = max(since, at)
    return found


def _stays_of(conn: Connection, owners: frozenset[str], starts: Mapping[str, datetime]) -> list[Row]:
    """The stays of some people that last into the time that is told anew."""
    found: list[Row] = []
    for part in chunks(sorted(owners), PART):
        query = sa.select(stays.stays).where(
            among(conn, stays.stays.c.profile_id, part), among(conn, stays.stays.c.audience_id, starts)
        )
        found += [dict(row) for row in conn.execute(query).mappings()]
    return [row for row in found if row["left_at"] is None or row["left_at"] >= starts[row["audience_id"]]]


def _retold(ws: Context, follower: Follower, told: Told) -> list[Row]:
    """The stays as they are after everything was told to a register of its own."""
    sweep(ws)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=ws.folder) as folder:
        register = Register(f"sqlite:///{Path(folder) / 'register.db'}")
        try:
            migrate(register)
            with ws.register.read() as source, register.write() as conn:
                for table in _COPIED:
                    bulk(conn, sa.insert(table), [dict(row) for row in source.execute(sa.select(table)).mappings()])
                conn.execute(sa.update(audiences).values(settled_version=0))
            hand = Hand(min(told.starts.values()))
            beside = replace(ws, register=register, clock=hand)
            _tell(beside, hand, Follower(asker=follower.asker), told)
            with register.read() as conn:
                return [dict(row) for row in conn.execute(sa.select(stays.stays)).mappings()]
        finally:
            register.close()


def sweep(ws: Context) -> None:
    """Delete what a telling left behind that was killed: it holds what people did."""
    for folder in ws.folder.glob(f"{_PREFIX}*"):
        if time.time() - folder.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _tell(beside: Context, hand: Hand, follower: Follower, told: Told) -> None:
    """Go through time: audiences begin where they begin, events come when they came, and time itself does its part."""
    with beside.register.write() as conn:
        kept = replay.begin(conn, told.events, told.around)
    groups = [(at, list(group)) for at, group in groupby(told.events, key=lambda event: event.received_at)]
    begins = [(at, audience_id) for audience_id, at in sorted(told.starts.items(), key=lambda each: each[1])]
    first = begins[0][0]
    for at, group in groups:
        while begins and begins[0][0] <= at and begins[0][0] != at:
            _begin(beside, hand, follower, told, *begins.pop(0))
        _pass_time(beside, hand, follower, at)
        hand.at = max(hand.at, at)
        with beside.register.write() as conn:
            _apply(beside, conn, group, kept)
            if at < first:
                state.store(conn, {SEQ: group[-1].seq})
        if at >= first:
            _follow(beside, follower)
        while begins and begins[0][0] <= at:
            _begin(beside, hand, follower, told, *begins.pop(0))
    for at, audience_id in begins:
        _begin(beside, hand, follower, told, at, audience_id)


def _begin(beside: Context, hand: Hand, follower: Follower, told: Told, at: datetime, audience_id: str) -> None:
    """Ask an audience of everybody here; who was in at that time keeps the stay that was written then."""
    hand.at = max(hand.at, at)
    with beside.register.write() as conn:
        change = sa.update(audiences).where(audiences.c.audience_id == audience_id)
        conn.execute(change.values(settled_version=audiences.c.version))
    with beside.register.read() as conn:
        known = [each for each in follower.known(conn) if each.audience_id == audience_id]
        everybody = list(conn.scalars(sa.select(profiles.c.profile_id).where(profiles.c.kind == "person")))
        timed = [each for each in known if each.clocks]
        outcome = ask(beside, conn, follower, known, timed, sorted(everybody), at)
    written = {(row["audience_id"], row["profile_id"]): row for row in told.stays if row["entered_at"] <= at}
    again = [{**written[pair], "left_at": None, "left_why": None} for pair in outcome.pairs if pair in written]
    with beside.register.write() as conn:
        bulk(conn, sa.insert(stays.stays), again)
        stays.enter(conn, beside, [pair for pair in outcome.pairs if pair not in written], "published")
        dues.store(conn, outcome.due)
        state.store(conn, {SEQ: activity.counted(conn)})


def _pass_time(beside: Context, hand: Hand, follower: Follower, until: datetime) -> None:
    """Ask again whoever is due before the next event comes."""
    for _turn in range(MOST_STEPS):
        with beside.register.read() as conn:
            at = dues.next_one(conn, until)
        if at is None or at <= hand.at:
            return
        hand.at = at
        _follow(beside, follower)


def _follow(beside: Context, follower: Follower) -> None:
    while realtime.follow(beside, follower).is_more:
        pass


def _apply(beside: Context, conn: Connection, group: Sequence[Event], kept: nodes.Kept) -> None:
    """Events that came together, and what follows from them, as the main flow does it."""
    changed: set[str] = set()
    gone: set[str] = set()
    for resolved in _resolved(beside, conn, group, kept):
        changed = (changed - resolved.gone) | resolved.changed | set(resolved.owners.values())
        gone = (gone | resolved.gone) - resolved.touched
    seq = group[-1].seq
    country = beside.config.workspace.country
    people.refresh(conn, changed=changed, gone=gone, seq=seq, country=country)
    activity.fold(conn, upto=seq)
    state.store(conn, {"people_seq": seq, "facts_seq": seq})


def _resolved(beside: Context, conn: Connection, group: Sequence[Event], kept: nodes.Kept) -> Iterator[nodes.Resolved]:
    for is_command, run in groupby(group, key=commands.is_command):
        if is_command:
            told = [
                (decision, event) for event in run if isinstance(decision := commands.decode(event), commands.Decision)
            ]
            state.store(conn, {"decisions_seq": told[-1][1].seq})
            timeline.append(conn, [(event, commands.met(decision)[0]) for decision, event in told])
            yield from commands.apply(conn, beside, told)
            continue
        resolved = graph.resolve(conn, beside, list(run), kept)
        values.fold(conn, resolved.homes)
        consents.fold(conn, safer.homes(resolved))
        timeline.append(conn, resolved.homes)
        yield resolved


def _exchange(conn: Connection, told: Told, found: Sequence[Row]) -> None:
    """Put the retold stays in the place of the written ones; who is in now is known better by the real register."""
    now = {(row["audience_id"], row["profile_id"]): row for row in told.stays if row["left_at"] is None}
    rows = []
    for row in found:
        pair = (row["audience_id"], row["profile_id"])
        if row["left_at"] is None and now.pop(pair, None) is None:
            continue
        rows.append(row)
    rows += now.values()
    written = [row["stay_id"] for row in told.stays]
    for part in chunks(written, PART):
        conn.execute(sa.delete(stays.stays).where(among(conn, stays.stays.c.stay_id, part)))
    bulk(conn, sa.insert(stays.stays), rows)
    stays.note_change(conn)
