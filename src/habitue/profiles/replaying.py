"""Everything about some people once more, as their remaining events say: as if the others had never come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import Connection

from habitue.collect.bounds import OURS
from habitue.collect.envelope import Event
from habitue.identity import nodes, safer
from habitue.identity import replay as graphs
from habitue.kernel.context import Context
from habitue.privacy import consents
from habitue.profiles import activity, timeline, values


def replay(ws: Context, conn: Connection, around: graphs.Closure) -> nodes.Resolved:
    """Forget what is known of some people and build it again from their events, some thousands of them at a time.

    The `homes` of what is returned are not all: of each identifier one event that somebody else told, and what we
    told ourselves.
    """
    activity.fold(conn, upto=timeline.newest(conn))
    values.forget(conn, around.identifier_ids)
    consents.forget(conn, around.identifier_ids)
    own = timeline.own_of(conn, around.identifier_ids)
    kept = graphs.begin_anew(conn, own, around)
    seen = _Seen()
    for events in timeline.in_parts(conn, around.identifier_ids, size=timeline.PART_EVENTS):
        resolved = graphs.build(conn, ws, events, kept)
        values.fold(conn, resolved.homes)
        consents.fold(conn, safer.homes(resolved))
        timeline.rehome(conn, resolved.homes)
        seen.note(resolved.homes)
        del events, resolved  # before the next ones are read
    graphs.keep_gone(conn, ws, own, around)
    activity.recount(conn, around.identifier_ids | seen.identifier_ids)
    return replace(graphs.built(conn, around, seen.identifier_ids), homes=seen.homes)


@dataclass(slots=True)
class _Seen:
    """The identifiers that events hang on, and the few events that tell what kind of events those are."""

    identifier_ids: set[int] = field(default_factory=set)
    homes: list[tuple[Event, int]] = field(default_factory=list)
    _told: set[int] = field(default_factory=set)

    def note(self, homes: Sequence[tuple[Event, int]]) -> None:
        """What became of some events."""
        for event, identifier_id in homes:
            self.identifier_ids.add(identifier_id)
            if event.name in OURS:
                self.homes.append((event, identifier_id))
            elif identifier_id not in self._told:
                self._told.add(identifier_id)
                self.homes.append((event, identifier_id))
