"""The identity graph: resolves events to identifiers, links what belongs together, keeps profile ids stable.

A profile is a connected component; its id is the keyed hash of its earliest identifier, where *earliest* is the
lowest journal sequence. So a merge keeps the older id, and a separation gives both sides the ids that they had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import Event
from habitue.identity.group import Group
from habitue.identity.nodes import Kept, Match, Resolved, parts, place
from habitue.identity.tables import identifiers, links, separations
from habitue.kernel.context import Context
from habitue.kernel.register import among, chunks, upsert


def resolve(conn: Connection, ws: Context, events: Sequence[Event], kept: Kept | None = None) -> Resolved:
    """Resolve a group of events in their order and store the graph; `kept` gives identifiers the ids they had."""
    group = Group(conn, ws, kept)
    group.load(wanted(events))
    homes = [(event, group.resolve(event)) for event in events]
    outcome = group.store()
    owners = {home: group.owner(home) for _, home in homes}
    group.dissolve()
    return replace(outcome, homes=homes, owners=owners)


def wanted(events: Iterable[Event]) -> Iterator[tuple[str, str]]:
    """The (namespace, value) pairs that must be loaded to resolve some events."""
    for event in events:
        for namespace, value in event.identifiers:
            if namespace == "previous_id":
                yield "user_id", value
                yield "anonymous_id", value
            else:
                yield namespace, value


def match(conn: Connection, ws: Context, found: Sequence[tuple[Match, Event]]) -> Resolved:
    """Link what a matching run found to belong together, under the rules that hold for matches."""
    met = sorted({identifier_id for each, _ in found for identifier_id in (each.a, each.b)})
    group = Group(conn, ws)
    query = sa.select(identifiers.c.profile_id).where(among(conn, identifiers.c.identifier_id, met))
    group.load_profiles(set(conn.scalars(query)))
    for each, event in found:
        group.match(each, event)
    return group.store()


def join(conn: Connection, ws: Context, *, a: int, b: int, event: Event) -> Resolved:
    """Link two identifiers because a person decided that they are the same; a later separation has the last word."""
    pair = (min(a, b), max(a, b))
    if conn.scalar(sa.select(separations.c.seq).where(*_is_pair(separations, pair))) is not None:
        return Resolved()
    known = conn.scalar(sa.select(sa.func.count()).where(identifiers.c.identifier_id.in_(pair)))
    if known != len(set(pair)) or a == b:
        return Resolved()
    row = {"a": pair[0], "b": pair[1], "seq": event.seq, "rule": "decision", "source_id": event.source_id}
    rest = {"state": "active", "proof": "confirmed", "score": None, "run_id": None, "evidence": None}
    conn.execute(upsert(conn, links), [{**row, **rest, "at": event.at}])
    return _regrouped(conn, set(pair))


def _regrouped(conn: Connection, identifier_ids: set[int]) -> Resolved:
    query = sa.select(identifiers.c.profile_id).where(identifiers.c.identifier_id.in_(identifier_ids))
    before = frozenset(conn.scalars(query))
    now = regroup(conn, before)
    return Resolved(changed=now, touched=now, gone=before - now)


def everybody(conn: Connection) -> tuple[dict[tuple[str, str], int], dict[int, str]]:
    """The row number of every identifier by (namespace, value), and whose each is."""
    columns = (identifiers.c.namespace, identifiers.c.value, identifiers.c.identifier_id, identifiers.c.profile_id)
    rows = conn.execute(sa.select(*columns)).all()
    return {(row[0], row[1]): row[2] for row in rows}, {row[2]: row[3] for row in rows}


def owners(conn: Connection, identifier_ids: Iterable[int]) -> dict[int, str]:
    """The profile of each of some identifiers."""
    query = sa.select(identifiers.c.identifier_id, identifiers.c.profile_id)
    rows = conn.execute(query.where(among(conn, identifiers.c.identifier_id, identifier_ids)))
    return {row.identifier_id: row.profile_id for row in rows}


def has_own_id(conn: Connection, own_ids: Iterable[str]) -> sa.ColumnElement[bool]:
    """The identifiers that give some profile ids, whether or not those are in use: looked up in every part."""
    last = conn.scalar(_LAST_PART) or 0
    return sa.and_(identifiers.c.part.in_(range(last + 1)), among(conn, identifiers.c.own_id, own_ids))


def today(conn: Connection, profile_id: str) -> str | None:
    """The id that a profile has today: an id of before a merge leads to the merged profile; None when it never was."""
    if conn.scalar(_IN_USE, {"id": profile_id}) is not None:
        return profile_id
    return conn.scalar(sa.select(identifiers.c.profile_id).where(has_own_id(conn, [profile_id])))


def heirs(conn: Connection, profile_ids: Iterable[str]) -> dict[str, str]:
    """The profile that each of some ids that were given once belongs to today; those that never were are left out."""
    query = sa.select(identifiers.c.own_id, identifiers.c.profile_id).where(has_own_id(conn, profile_ids))
    return {row.own_id: row.profile_id for row in conn.execute(query)}


_LAST_PART = sa.select(sa.func.max(identifiers.c.part))
_IN_USE = sa.select(identifiers.c.identifier_id).where(identifiers.c.profile_id == sa.bindparam("id")).limit(1)


def regroup(conn: Connection, profile_ids: Iterable[str]) -> frozenset[str]:
    """Recompute the components among the identifiers of some profiles from their active links; returns the new ids."""
    rows = [
        row
        for part in chunks(sorted(profile_ids), 10_000)
        for row in conn.execute(sa.select(identifiers).where(identifiers.c.profile_id.in_(part)))
    ]
    known = {row.identifier_id: row for row in rows}
    query = sa.select(links.c.a, links.c.b).where(among(conn, links.c.a, known), links.c.state == "active")
    held = [(a, b) for a, b in conn.execute(query) if a in known and b in known]
    owner = {}
    for part in parts(known, held):
        first = min(place(known[key].first_seq, known[key].namespace, known[key].own_id) for key in part)
        owner.update(dict.fromkeys(part, first[2]))
    moved = [
        {"key": row.identifier_id, "p": owner[row.identifier_id]}
        for row in rows
        if row.profile_id != owner[row.identifier_id]
    ]
    if moved:
        change = sa.update(identifiers).where(identifiers.c.identifier_id == sa.bindparam("key"))
        conn.execute(change.values(profile_id=sa.bindparam("p")), moved)
    return frozenset(owner.values())


def _is_pair(table: sa.Table, pair: tuple[int, int]) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return table.c.a == pair[0], table.c.b == pair[1]
