"""Replays the events of some people in journal order, so that what was undone or erased leaves no trace.

Resolving an event depends only on the components it meets. So the closure of what an event met, over components and
over the links that were refused or taken back, replayed without that event, is exactly what would have been without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import Event
from habitue.identity import commands, graph, nodes, refusals, returning
from habitue.identity.rules import DEVICE
from habitue.identity.tables import blocks, identifiers, links, separations, violations
from habitue.kernel import state
from habitue.kernel.context import Context
from habitue.kernel.register import among, chunks


@dataclass(frozen=True, slots=True)
class Closure:
    """Identifiers that depend on each other, the ids they have by (namespace, value), and their profiles."""

    identifier_ids: frozenset[int]
    ids: Mapping[tuple[str, str], int]
    profile_ids: frozenset[str]


def closure(conn: Connection, identifier_ids: Iterable[int]) -> Closure:
    """Everything that depends on some identifiers: their components, and those on the other side of a link.

    Links that were refused or taken back count too, and so do separations: the replay forgets them on both sides,
    and the decision that brings them back may hang on the other one.
    """
    ids: dict[tuple[str, str], int] = {}
    known: set[int] = set()
    profile_ids: set[str] = set()
    wanted = set(identifier_ids)
    while wanted:
        found = _profiles(conn, wanted) - profile_ids
        profile_ids |= found
        members: set[int] = set()
        for part in chunks(sorted(found), _AT_ONCE):
            for identifier_id, namespace, value in conn.execute(_MEMBERS, {"ids": list(part)}):
                ids[namespace, value] = identifier_id
                members.add(identifier_id)
        known |= members | wanted
        wanted = _others(conn, members) - known
    return Closure(identifier_ids=frozenset(known), ids=ids, profile_ids=frozenset(profile_ids))


def begin_anew(conn: Connection, own: Iterable[Event], around: Closure) -> nodes.Kept:
    """Forget the graph of the closure; `own` are the decisions among the events that `build` is given next."""
    _forget(conn, around.identifier_ids)
    return begin(conn, own, around)


def build(conn: Connection, ws: Context, events: Sequence[Event], kept: nodes.Kept) -> nodes.Resolved:
    """Add the next events to the graph; part by part, in journal order."""
    homes: list[tuple[Event, int]] = []
    doubtful: list[tuple[Event, int]] = []
    for is_command, run in groupby(events, key=commands.is_command):
        if is_command:
            homes.extend(_decisions(conn, ws, run))
        else:
            resolved = graph.resolve(conn, ws, list(run), kept)
            homes.extend(resolved.homes)
            doubtful.extend(resolved.doubtful)
    return nodes.Resolved(homes=homes, doubtful=doubtful)


def built(conn: Connection, around: Closure, identifier_ids: Iterable[int]) -> nodes.Resolved:
    """Who came out of it; `identifier_ids` are those that the events hang on now."""
    ids = around.identifier_ids.union(identifier_ids)
    refusals.note_again(conn, ids)
    now = frozenset(_profiles(conn, ids))
    return nodes.Resolved(changed=now, touched=now, gone=around.profile_ids - now)


def keep_gone(conn: Connection, ws: Context, own: Iterable[Event], around: Closure) -> None:
    """Keep the numbers of those around who are gone and whom somebody decided about, for when they come again."""
    by_people = (each for each, _event in _decided(own) if not isinstance(each, commands.Matched))
    told = {number for decision in by_people for number in commands.met(decision)}
    returning.keep(conn, ws.secret("identity"), around.ids, told)


def begin(conn: Connection, events: Iterable[Event], around: Closure) -> nodes.Kept:
    """What holds before the first of `events`: row numbers, and what people said that holds from the beginning."""
    told = list(_decided(events))
    commands.hold_from_the_beginning(conn, told, around.identifier_ids)
    return _kept(conn, around, told)


def _decided(events: Iterable[Event]) -> Iterator[tuple[commands.Decision, Event]]:
    for event in events:
        if commands.is_command(event):
            decision = commands.decode(event)
            if isinstance(decision, commands.Decision):
                yield decision, event


def _decisions(conn: Connection, ws: Context, run: Iterable[Event]) -> list[tuple[Event, int]]:
    told = list(_decided(run))
    for _ in commands.apply(conn, ws, told):
        pass
    return [(event, commands.met(decision)[0]) for decision, event in told]


def _kept(conn: Connection, around: Closure, told: Iterable[commands.Told]) -> nodes.Kept:
    ids = around.identifier_ids
    apart = sa.select(separations.c.a, separations.c.b).where(among(conn, separations.c.a, ids))
    said = sa.select(blocks.c.identifier_id, blocks.c.state).where(among(conn, blocks.c.identifier_id, ids))
    return nodes.Kept(
        ids=around.ids,
        highest=max(ids, default=0),
        separated=frozenset((a, b) for a, b in conn.execute(apart)),
        said={row.identifier_id: row.state for row in conn.execute(said)},
        joins=commands.joins(told),
    )


def _profiles(conn: Connection, identifier_ids: Iterable[int]) -> set[str]:
    return {
        profile_id for part in chunks(sorted(identifier_ids), _AT_ONCE) for profile_id in _some(conn, _OWNERS, part)
    }


def _others(conn: Connection, identifier_ids: Iterable[int]) -> set[int]:
    """The identifiers that were ever linked to some, kept apart from them, or refused; and other times of browsers.

    Which time of a browser that changed hands an event means depends on all of them.
    """
    parts = chunks(sorted(identifier_ids), _AT_ONCE)
    return {other for part in parts for query in (_OTHER_SIDES, _OTHER_TIMES) for other in _some(conn, query, part)}


def _some(conn: Connection, query: sa.Executable, keys: Sequence[Any]) -> Sequence[Any]:
    return conn.scalars(query, {"ids": list(keys)}).all()


def keep_numbers(conn: Connection) -> None:
    """Never give the row numbers of today again, whoever is forgotten: what was decided about them stays written."""
    newest = int(conn.scalar(sa.select(sa.func.max(identifiers.c.identifier_id))) or 0)
    if newest > state.read(conn, nodes.HIGHEST):
        state.store(conn, {nodes.HIGHEST: newest})


def _forget(conn: Connection, identifier_ids: Iterable[int]) -> None:
    keep_numbers(conn)
    for part in chunks(sorted(identifier_ids), _AT_ONCE):
        for statement in _FORGOTTEN:
            conn.execute(statement, {"ids": list(part)})


def _other_side(one: sa.Column[Any], other: sa.Column[Any]) -> Sequence[sa.Select[Any]]:
    return sa.select(one).where(other.in_(_IDS)), sa.select(other).where(one.in_(_IDS))


# Made once: for a few identifiers putting a statement together takes longer than the database needs.
_AT_ONCE = 4_000  # a statement names the identifiers up to six times, and SQLite takes 32,766 of them
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_PAIRS = ((links.c.a, links.c.b), (separations.c.a, separations.c.b), (violations.c.kept, violations.c.left_out))
_OWNERS = sa.select(identifiers.c.profile_id).where(identifiers.c.identifier_id.in_(_IDS))
_MEMBERS = sa.select(identifiers.c.identifier_id, identifiers.c.namespace, identifiers.c.value).where(
    identifiers.c.profile_id.in_(_IDS)
)
_OTHER_SIDES = sa.union(*(each for one, other in _PAIRS for each in _other_side(one, other)))
_IS_BROWSER = identifiers.c.namespace.like(f"{DEVICE}%")
_OTHER_TIMES = sa.select(identifiers.c.identifier_id).where(
    identifiers.c.value.in_(sa.select(identifiers.c.value).where(identifiers.c.identifier_id.in_(_IDS), _IS_BROWSER)),
    _IS_BROWSER,
)
_FORGOTTEN = (
    *(sa.delete(one.table).where(sa.or_(one.in_(_IDS), other.in_(_IDS))) for one, other in _PAIRS),
    sa.delete(blocks).where(blocks.c.identifier_id.in_(_IDS)),
    sa.delete(identifiers).where(identifiers.c.identifier_id.in_(_IDS)),
)
