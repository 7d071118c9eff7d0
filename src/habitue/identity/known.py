"""What a process remembers of events whose identifiers were known already: most events of a busy site are of this kind.

An event whose identifiers all belong to one person, each linked with the one it hangs on, changes nothing in the graph.
So an event that says the same leads to the same place, without a look into the register, for as long as nothing about
that person's component is looked at: whatever is loaded is forgotten here first, and then learnt again as it is now.
A number that each change of the graph stores anew tells whether another process made one meanwhile, or ours was
rolled back; then everything is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from sqlalchemy.engine import Connection

from habitue.collect.envelope import Event
from habitue.collect.proof import CLAIMED
from habitue.identity import graph, nodes
from habitue.identity.group import Group, name_of
from habitue.kernel import state
from habitue.kernel.context import Context

PLACES = 100_000
_STAMP = "graph_stamp"

Signature = tuple[object, ...]


class Known:
    """The identifier and the profile that events with some signature lead to; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._stamp = 0
        self._places: dict[Signature, tuple[int, str]] = {}
        self._of_profiles: dict[str, list[Signature]] = {}

    def renew(self, conn: Connection) -> None:
        """Forget everything when the register's graph is not the one that this process left."""
        if not self._stamp or self._stamp != state.read(conn, _STAMP):
            self._places, self._of_profiles = {}, {}

    def place(self, signature: Signature | None) -> tuple[int, str] | None:
        """The identifier that an event with this signature hangs on, and whose it is, if that is remembered."""
        return self._places.get(signature) if signature is not None else None

    def forget(self, profile_ids: Iterable[str]) -> None:
        """Forget what leads to some profiles."""
        for profile_id in profile_ids:
            for signature in self._of_profiles.pop(profile_id, ()):
                self._places.pop(signature, None)

    def learn(self, signature: Signature, identifier_id: int, profile_id: str) -> None:
        """Remember one place."""
        if signature not in self._places:
            self._places[signature] = (identifier_id, profile_id)
            self._of_profiles.setdefault(profile_id, []).append(signature)
        if len(self._places) > PLACES:
            self.forget(list(islice(self._of_profiles, len(self._of_profiles) // 2)))

    def mark(self, conn: Connection, ws: Context) -> None:
        """Note in the register that this process made the last change, inside the transaction that made it."""
        self._stamp = _new_stamp(ws)
        state.store(conn, {_STAMP: self._stamp})


def note_change(conn: Connection, ws: Context) -> None:
    """Note that the graph was changed past the memory of every process: by a command, an undo or a rebuild."""
    state.store(conn, {_STAMP: _new_stamp(ws)})


def resolve(conn: Connection, ws: Context, events: Sequence[Event]) -> nodes.Resolved:
    """Resolve a group of events in their order and store the graph, with the same result as `graph.resolve`."""
    known = ws.register.memory.of(Known)
    known.renew(conn)
    signed = [_signature(event) for event in events]
    places = [known.place(signature) for signature in signed]
    news = [event for event, place in zip(events, places, strict=True) if place is None]
    if not news:
        owners = {place[0]: place[1] for place in places if place}
        homes = [(event, place[0]) for event, place in zip(events, places, strict=True) if place]
        return nodes.Resolved(homes=homes, touched=frozenset(owners.values()), owners=owners)
    return _resolve(conn, ws, known, events, signed, places, news)


def _resolve(
    conn: Connection,
    ws: Context,
    known: Known,
    events: Sequence[Event],
    signed: Sequence[Signature | None],
    places: Sequence[tuple[int, str] | None],
    news: Sequence[Event],
) -> nodes.Resolved:
    group = Group(conn, ws)
    group.load(graph.wanted(news))
    met = group.loaded
    homes: list[tuple[Event, int]] = []
    owners: dict[int, str] = {}
    looked_at: list[tuple[Event, Signature | None, int]] = []
    for event, signature, place in zip(events, signed, places, strict=True):
        # What is remembered of a person counts only while no other event of the group may change that person.
        if place is not None and place[1] not in met:
            homes.append((event, place[0]))
            owners[place[0]] = place[1]
        else:
            home = group.resolve(event)
            homes.append((event, home))
            looked_at.append((event, signature, home))
    outcome = group.store()
    known.forget(met)
    for event, signature, home in looked_at:
        profile_id = owners[home] = group.owner(home)
        if signature is not None and group.is_settled(event, home):
            known.learn(signature, home, profile_id)
    known.mark(conn, ws)
    return replace(outcome, homes=homes, owners=owners, touched=outcome.touched.union(owners.values()))


def _signature(event: Event) -> Signature | None:
    """What an event says of who it is about; None where it must be looked at anyway."""
    pairs = event.identifiers
    if not pairs or event.type == "alias":
        return None
    if pairs[-1][0].startswith("record"):
        pairs = pairs[:-1]
        if not pairs:
            return None
    by = event.source_id if event.proof == CLAIMED else ""
    return (by, name_of(event) if event.person_traits else "", *pairs)


def _new_stamp(ws: Context) -> int:
    return int(ws.ids.new()[16:], 16) & (2**62 - 1) | 1
