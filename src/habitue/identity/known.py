"""What a process remembers of events whose identifiers were known already: most events of a busy site are of this kind.

An event whose identifiers all belong to one person, each linked with the one it hangs on, changes nothing in the graph.
So an event that says the same leads to the same place, without a look into the register, for as long as that person's
component stays as it is: of whoever changes everything is forgotten. Within a group of events it is the same, before
anything is stored. A number that each change of the graph stores anew tells whether another process made one meanwhile,
or ours was rolled back; then everything is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import msgspec
from sqlalchemy.engine import Connection

from habitue.collect.envelope import Event
from habitue.collect.proof import CLAIMED
from habitue.identity import graph, nodes
from habitue.identity.group import Group
from habitue.identity.nodes import Component, Node
from habitue.identity.places import Places, Signature
from habitue.kernel import state
from habitue.kernel.context import Context

PLACES = 2_000_000
_STAMP = "graph_stamp"
_PLAIN = frozenset({"user_id", "anonymous_id"})
_encode = msgspec.json.Encoder().encode


class Known:
    """The identifiers that events with some signature lead to, as long as the register's graph is what we left."""

    def __init__(self) -> None:
        self._stamp = 0
        self.places = Places()

    def renew(self, conn: Connection) -> None:
        """Forget everything when the register's graph is not the one that this process left."""
        if not self._stamp or self._stamp != state.read(conn, _STAMP):
            self.places.clear()

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
    places = known.places.find(signed)
    news = [event for event, place in zip(events, places, strict=True) if not place]
    if not news:
        return nodes.Resolved(homes=list(zip(events, places, strict=True)))
    group = Group(conn, ws)
    group.load(graph.wanted(news))
    lately = _Lately(group)
    homes: list[tuple[Event, int]] = []
    for event, signature, place in zip(events, signed, places, strict=True):
        # What former groups left holds, unless the component has changed in this one.
        if not place:
            place = lately.home(event, signature)
        elif (node := group.node(place)) is not None and node.component.changes:
            # It was not among those that were loaded, and may name what hangs elsewhere.
            group.load_missing(graph.wanted([event]))
            place = lately.home(event, signature)
        homes.append((event, place))
    outcome = group.store()
    known.places.forget(group.moved())
    known.places.learn(lately.settled(), PLACES)
    known.mark(conn, ws)
    group.dissolve()
    return replace(outcome, homes=homes, owners=group.owners())


def owners(conn: Connection, resolved: nodes.Resolved, identifier_ids: Iterable[int]) -> dict[int, str]:
    """The profiles of some identifiers that events hang on, asked of the register where events led there unlooked."""
    ids = set(identifier_ids)
    return {key: resolved.owners[key] for key in ids & resolved.owners.keys()} | graph.owners(
        conn, ids - resolved.owners.keys()
    )


@dataclass(slots=True)
class _Lately:
    """Where the events of one group led to: an identifier, with its component as it was by then."""

    group: Group
    places: dict[Signature, tuple[Node, Component, int]] = field(default_factory=dict)

    def home(self, event: Event, signature: Signature | None) -> int:
        """The identifier that an event hangs on."""
        if signature is None:
            return self.group.resolve(event)
        known = self.places.get(signature)
        if known is not None and known[0].component is known[1] and known[1].changes == known[2]:
            return known[0].identifier_id
        home = self.group.resolve(event)
        node = self.group.node(home)
        if node is not None and self.group.is_settled(event, home):
            place_now = (node, node.component, node.component.changes)
            self.places[signature] = place_now
            if node.namespace == "user_id" and (shorter := _shorter(event)):
                self.places[shorter] = place_now
        return home

    def settled(self) -> Iterable[tuple[Signature, int]]:
        """The signatures that would lead to the same identifier again, after everything that happened since."""
        for signature, (node, component, changes) in self.places.items():
            if node.component is component and component.changes == changes:
                yield signature, node.identifier_id


def _signature(event: Event) -> Signature | None:
    """What an event says of who it is about; None where it must be looked at anyway."""
    pairs = event.identifiers
    if not pairs or event.type == "alias":
        return None
    by = event.source_id if event.proof == CLAIMED else ""
    if pairs[-1][0][:7] != "record:":
        return event.identity + by if by else event.identity
    if len(pairs) == 1:
        return None
    traits = event.person_traits
    return _encode((pairs[:-1], traits.get("first_name"), traits.get("last_name"))).decode() + by


def _shorter(event: Event) -> Signature | None:
    """The signature of an event by the same account and browser that tells nothing else; None where that is all.

    An account is trusted most and no name speaks against it, so what is linked with it leads to it without the rest.
    """
    pairs = [pair for pair in event.identifiers if pair[0] in _PLAIN]
    by = event.source_id if event.proof == CLAIMED else ""
    return _encode((pairs, None, None)).decode() + by if len(pairs) < len(event.identifiers) else None


def _new_stamp(ws: Context) -> int:
    return int(ws.ids.new()[16:], 16) & (2**62 - 1) | 1
