"""Replays the events of some people in journal order, so that what was undone or erased leaves no trace.

Resolving an event depends only on the components it meets. So the closure of what an event met, over components and
over the links that were refused or taken back, replayed without that event, is exactly what would have been without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import Event
from habitue.identity import commands, graph, nodes
from habitue.identity.rules import DEVICE
from habitue.identity.tables import blocks, identifiers, links, separations, violations
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
        for part in chunks(sorted(found), 10_000):
            for row in conn.execute(sa.select(identifiers).where(identifiers.c.profile_id.in_(part))):
                ids[row.namespace, row.value] = row.identifier_id
                members.add(row.identifier_id)
        known |= members | wanted
        wanted = (_other_sides(conn, members) | _other_times(conn, members)) - known
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
    now = frozenset(_profiles(conn, around.identifier_ids.union(identifier_ids)))
    return nodes.Resolved(changed=now, touched=now, gone=around.profile_ids - now)


def begin(conn: Connection, events: Iterable[Event], around: Closure) -> nodes.Kept:
    """What holds before the first of `events`: row numbers, and what people said that holds from the beginning."""
    commands.hold_from_the_beginning(conn, _decided(events), around.identifier_ids)
    return _kept(conn, around)


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


def _kept(conn: Connection, around: Closure) -> nodes.Kept:
    ids = around.identifier_ids
    apart = sa.select(separations.c.a, separations.c.b).where(among(conn, separations.c.a, ids))
    said = sa.select(blocks.c.identifier_id, blocks.c.state).where(among(conn, blocks.c.identifier_id, ids))
    return nodes.Kept(
        ids=around.ids,
        highest=max(ids, default=0),
        separated=frozenset((a, b) for a, b in conn.execute(apart)),
        said={row.identifier_id: row.state for row in conn.execute(said)},
    )


def _profiles(conn: Connection, identifier_ids: Iterable[int]) -> set[str]:
    found: set[str] = set()
    for part in chunks(sorted(identifier_ids), 10_000):
        query = sa.select(identifiers.c.profile_id).where(identifiers.c.identifier_id.in_(part))
        found.update(conn.scalars(query))
    return found


def _other_sides(conn: Connection, identifier_ids: Iterable[int]) -> set[int]:
    """The identifiers that were ever linked to some, kept apart from them, or refused."""
    pairs = ((links.c.a, links.c.b), (separations.c.a, separations.c.b), (violations.c.kept, violations.c.left_out))
    found: set[int] = set()
    for part in chunks(sorted(identifier_ids), 10_000):
        for a, b in pairs:
            found.update(conn.scalars(sa.select(b).where(a.in_(part))))
            found.update(conn.scalars(sa.select(a).where(b.in_(part))))
    return found


def _other_times(conn: Connection, identifier_ids: Iterable[int]) -> set[int]:
    """The other times of browsers that changed hands: which of them an event means depends on all."""
    found: set[int] = set()
    for part in chunks(sorted(identifier_ids), 10_000):
        is_browser = identifiers.c.namespace.like(f"{DEVICE}%")
        mine = sa.select(identifiers.c.value).where(identifiers.c.identifier_id.in_(part), is_browser)
        times = sa.select(identifiers.c.identifier_id).where(identifiers.c.value.in_(mine), is_browser)
        found.update(conn.scalars(times))
    return found


def _forget(conn: Connection, identifier_ids: Iterable[int]) -> None:
    for part in chunks(sorted(identifier_ids), 10_000):
        for table in (links, separations):
            conn.execute(sa.delete(table).where(sa.or_(table.c.a.in_(part), table.c.b.in_(part))))
        met = sa.or_(violations.c.kept.in_(part), violations.c.left_out.in_(part))
        conn.execute(sa.delete(violations).where(met))
        conn.execute(sa.delete(blocks).where(blocks.c.identifier_id.in_(part)))
        conn.execute(sa.delete(identifiers).where(identifiers.c.identifier_id.in_(part)))
