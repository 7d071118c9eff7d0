"""The identity graph: resolves events to identifiers, links what belongs together, keeps profile ids stable.

A profile is a connected component; its id is the keyed hash of its earliest identifier, where *earliest* is the
lowest journal sequence. So a merge keeps the older id, and a separation gives both sides the ids that they had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import Event, namespace_kind, priority
from habitue.collect.proof import CLAIMED
from habitue.identity import rules
from habitue.identity.tables import identifiers, links, separations, violations
from habitue.kernel.context import Context
from habitue.kernel.register import among, bulk, chunks, insert_ignoring, upsert


@dataclass(slots=True, eq=False)
class Node:
    """One identifier while a group of events is resolved."""

    identifier_id: int
    namespace: str
    value: str
    first_seq: int
    own_id: str
    component: Component = field(repr=False, default_factory=lambda: Component())
    names: set[str] = field(default_factory=set)
    claimed_by: str = ""
    stored: tuple[str, str, int, str] | None = None  # profile_id, names, first_seq, claimed_by as in the register


@dataclass(slots=True, eq=False)
class Component:
    """One person or company while a group of events is resolved."""

    nodes: list[Node] = field(default_factory=list)

    @property
    def profile_id(self) -> str:
        """The id of the earliest identifier."""
        return min(self.nodes, key=lambda node: (node.first_seq, node.identifier_id)).own_id

    @property
    def names(self) -> set[str]:
        """The name keys of all identifiers."""
        return {name for node in self.nodes for name in node.names}

    def is_known_beside(self, source_id: str) -> bool:
        """Whether an identifier of a person was proven, or named by another source than this one."""
        return any(
            node.claimed_by != source_id and namespace_kind(node.namespace) in rules.KNOWN_BY for node in self.nodes
        )


@dataclass(frozen=True, slots=True)
class Resolved:
    """What became of a group of events.

    `homes` pairs each event with the identifier it hangs on, and `owners` says whose those identifiers are;
    `changed` are profiles with other identifiers than before, `touched` all that were met, `gone` those that
    ceased to exist.
    """

    homes: Sequence[tuple[Event, int]] = ()
    changed: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    owners: Mapping[int, str] = field(default_factory=dict)


class Group:
    """The part of the graph that a group of events touches, loaded, changed in memory, and stored again."""

    def __init__(self, conn: Connection, ws: Context, reuse: Mapping[tuple[str, str], int] | None = None) -> None:
        self._conn = conn
        self._reuse = dict(reuse or {})
        self._secret = ws.secret("identity")
        self._nodes: dict[tuple[str, str], Node] = {}
        self._by_id: dict[int, Node] = {}
        self._links: set[tuple[int, int]] = set()
        self._new_links: list[dict[str, object]] = []
        self._violations: list[dict[str, object]] = []
        self._refused: set[int] = set()
        self._separated: set[tuple[int, int]] = set()
        highest = int(conn.scalar(sa.select(sa.func.max(identifiers.c.identifier_id))) or 0)
        self._next_id = max(highest, *self._reuse.values(), 0) + 1
        self._before: set[str] = set()

    def load(self, keys: Iterable[tuple[str, str]]) -> None:
        """Load the identifiers named by (namespace, value) pairs with everybody in their components."""
        pairs = list(dict.fromkeys(keys))
        profile_ids: set[str] = set()
        columns = (identifiers.c.namespace, identifiers.c.value, identifiers.c.profile_id)
        query = sa.select(*columns).where(among(self._conn, identifiers.c.value, {value for _, value in pairs}))
        wanted = set(pairs)
        profile_ids.update(row[2] for row in self._conn.execute(query) if (row[0], row[1]) in wanted)
        self.load_profiles(profile_ids)

    def load_profiles(self, profile_ids: Iterable[str]) -> None:
        """Load whole components by their profile ids."""
        components: dict[str, Component] = {}
        ids: list[int] = []
        of_them = among(self._conn, identifiers.c.profile_id, profile_ids)
        for row in self._conn.execute(sa.select(identifiers).where(of_them)):
            if row.identifier_id in self._by_id:
                continue
            component = components.setdefault(row.profile_id, Component())
            self._adopt(row, component)
            ids.append(row.identifier_id)
        self._before.update(components)
        pairs = sa.select(links.c.a, links.c.b).where(among(self._conn, links.c.a, ids), links.c.state == "active")
        self._links.update((a, b) for a, b in self._conn.execute(pairs))
        apart = sa.select(separations.c.a, separations.c.b).where(among(self._conn, separations.c.a, ids))
        self._separated.update((a, b) for a, b in self._conn.execute(apart))

    def resolve(self, event: Event) -> int:
        """Place one event: returns the id of the identifier it hangs on; links the others to it under the rules."""
        nodes = self._identify(event)
        name = name_of(event)
        home = self._home(nodes, name, event)
        if name:
            home.names.add(name)
        for other in nodes:
            if other is not home and namespace_kind(other.namespace) != "record":
                self._link(home, other, event)
        return home.identifier_id

    @property
    def loaded(self) -> frozenset[str]:
        """The profiles that were loaded, as they were in the register."""
        return frozenset(self._before)

    def is_settled(self, event: Event, home: int) -> bool:
        """Whether an event that was placed would change nothing if it came again, and leave nothing to note."""
        if event.seq in self._refused:
            return False
        named = [self._find(*pair) for pair in event.identifiers if namespace_kind(pair[0]) != "record"]
        if not any(node is not None and node.identifier_id == home for node in named):
            return False
        others = [node for node in named if node is None or node.identifier_id != home]
        return all(node is not None and _pair(self._by_id[home], node) in self._links for node in others)

    def owner(self, identifier_id: int) -> str:
        """The profile that a loaded identifier belongs to."""
        return self._by_id[identifier_id].component.profile_id

    def store(self) -> Resolved:
        """Write what changed of the graph; tells the profiles that changed, were touched, and ceased to exist."""
        fresh: list[dict[str, object]] = []
        moved: list[dict[str, object]] = []
        changed: set[str] = set()
        touched: set[str] = set()
        for component in {id(node.component): node.component for node in self._by_id.values()}.values():
            profile_id = component.profile_id
            touched.add(profile_id)
            for node in component.nodes:
                state = (profile_id, " ".join(sorted(node.names)), node.first_seq, node.claimed_by)
                if node.stored is None:
                    fresh.append(_row(node, state))
                elif node.stored != state:
                    moved.append(
                        {"key": node.identifier_id, "p": state[0], "n": state[1], "f": state[2], "c": state[3]}
                    )
                else:
                    continue
                changed.add(profile_id)
        self._write(fresh, moved)
        gone = frozenset(self._before - touched)
        return Resolved(changed=frozenset(changed), touched=frozenset(touched), gone=gone)

    def _write(self, fresh: list[dict[str, object]], moved: list[dict[str, object]]) -> None:
        if fresh:
            bulk(self._conn, sa.insert(identifiers), fresh)
        if moved:
            change = sa.update(identifiers).where(identifiers.c.identifier_id == sa.bindparam("key"))
            columns = {"profile_id": "p", "names": "n", "first_seq": "f", "claimed_by": "c"}
            changes = change.values({column: sa.bindparam(key) for column, key in columns.items()})
            self._conn.execute(changes, moved)
        if self._new_links:
            bulk(self._conn, insert_ignoring(self._conn, links), self._new_links)
        if self._violations:
            bulk(self._conn, insert_ignoring(self._conn, violations), self._violations)

    def _adopt(self, row: sa.Row[tuple[object, ...]], component: Component) -> None:
        node = Node(
            identifier_id=row.identifier_id,
            namespace=row.namespace,
            value=row.value,
            first_seq=row.first_seq,
            own_id=row.own_id,
            component=component,
            names=set(row.names.split()),
            claimed_by=row.claimed_by,
            stored=(row.profile_id, row.names, row.first_seq, row.claimed_by),
        )
        component.nodes.append(node)
        self._by_id[node.identifier_id] = node
        self._nodes[node.namespace, node.value] = node

    def _identify(self, event: Event) -> list[Node]:
        """The nodes of an event, most trusted first; the record's own identifier only when there is no other."""
        nodes: list[Node] = []
        for namespace, value in event.identifiers:
            is_record = namespace_kind(namespace) == "record"
            if (is_record and nodes) or (not is_record and rules.is_blocked(namespace, value)):
                continue
            if namespace == "previous_id":
                namespace = "user_id" if ("user_id", value) in self._nodes else "anonymous_id"
            nodes.append(self._named(namespace, value, event))
        nodes.sort(key=lambda node: priority(node.namespace))
        return nodes

    def _named(self, namespace: str, value: str, event: Event) -> Node:
        """The node of an identifier that an event names."""
        by = event.source_id if event.proof == CLAIMED else ""
        node = self._find(namespace, value)
        if node is None:
            node = self._new_node(namespace, value, event.seq)
            node.claimed_by = by
        elif node.claimed_by != by:
            node.claimed_by = ""
        return node

    def _find(self, namespace: str, value: str) -> Node | None:
        return self._nodes.get((namespace, value))

    def _new_node(self, namespace: str, value: str, seq: int) -> Node:
        component = Component()
        identifier_id = self._reuse.get((namespace, value), self._next_id)
        self._next_id += identifier_id == self._next_id
        own_id = rules.own_id(self._secret, namespace, value)
        node = Node(identifier_id, namespace, value, seq, own_id, component)
        component.nodes.append(node)
        self._by_id[node.identifier_id] = node
        self._nodes[namespace, value] = node
        return node

    def _home(self, nodes: list[Node], name: str, event: Event) -> Node:
        """The most trusted identifier that fits the name; a shared contact of somebody else is left out."""
        record = next((pair for pair in event.identifiers if namespace_kind(pair[0]) == "record"), None)
        for node in list(nodes):
            if node.namespace not in rules.SHARED or not name or record is None:
                return node
            if not rules.names_conflict({name}, node.component.names, by=node.namespace):
                return node
            nodes.remove(node)
            home = self._named(*record, event)
            self._note(home, node, "other_name", event)
        namespace, value = record or (f"record:{event.source_id}", event.message_id or str(event.seq))
        return self._named(namespace, value, event)

    def _link(self, home: Node, other: Node, event: Event) -> None:
        pair = _pair(home, other)
        if pair in self._links:
            return
        if home.component is not other.component:
            reason = self._claim_refused(home, other, event) or rules.objection(
                [node.namespace for node in home.component.nodes],
                [node.namespace for node in other.component.nodes],
                names=home.component.names,
                other_names=other.component.names,
                by=other.namespace,
                is_separated=self._is_separated(home.component, other.component),
                is_alias=event.type == "alias" and event.proof != CLAIMED,
            )
            if reason:
                self._note(home, other, reason, event)
                return
        elif pair in self._separated:
            return
        self._add_link(home, other, "same_record", event)
        self._union(home.component, other.component)

    @staticmethod
    def _claim_refused(home: Node, other: Node, event: Event) -> str | None:
        if event.proof != CLAIMED:
            return None
        is_merge = home.component.is_known_beside(event.source_id) and other.component.is_known_beside(event.source_id)
        return "claimed_only" if is_merge else None

    def _is_separated(self, one: Component, other: Component) -> bool:
        return bool(self._separated) and any(_pair(a, b) in self._separated for a in one.nodes for b in other.nodes)

    def _union(self, one: Component, other: Component) -> None:
        if one is other:
            return
        small, large = sorted((one, other), key=lambda component: len(component.nodes))
        for node in small.nodes:
            node.component = large
        large.nodes.extend(small.nodes)

    def _add_link(self, one: Node, other: Node, rule: str, event: Event) -> None:
        a, b = _pair(one, other)
        self._links.add((a, b))
        self._new_links.append(
            {"a": a, "b": b, "seq": event.seq, "rule": rule, "source_id": event.source_id, "at": event.at}
        )

    def _note(self, home: Node, other: Node, reason: str, event: Event) -> None:
        self._refused.add(event.seq)
        self._violations.append(
            {
                "seq": event.seq,
                "kept": home.identifier_id,
                "left_out": other.identifier_id,
                "reason": reason,
                "at": event.at,
            }
        )


def resolve(
    conn: Connection, ws: Context, events: Sequence[Event], reuse: Mapping[tuple[str, str], int] | None = None
) -> Resolved:
    """Resolve a group of events in their order and store the graph; `reuse` gives identifiers the ids they had."""
    group = Group(conn, ws, reuse)
    group.load(wanted(events))
    homes = [(event, group.resolve(event)) for event in events]
    outcome = group.store()
    owners = {home: group.owner(home) for _, home in homes}
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


def separate(conn: Connection, ws: Context, *, pairs: Iterable[tuple[int, int]], seq: int, at: datetime) -> Resolved:
    """Take links between identifiers back; each side gets the profile id that it would have had."""
    met: set[int] = set()
    for a, b in pairs:
        pair = (min(a, b), max(a, b))
        met.update(pair)
        conn.execute(sa.update(links).where(*_is_pair(links, pair)).values(state="retracted"))
        row = {"a": pair[0], "b": pair[1], "seq": seq, "at": at}
        conn.execute(insert_ignoring(conn, separations), [row])
    return _regrouped(conn, met)


def join(conn: Connection, ws: Context, *, a: int, b: int, event: Event) -> Resolved:
    """Link two identifiers because a person decided that they are the same."""
    pair = (min(a, b), max(a, b))
    conn.execute(sa.delete(separations).where(*_is_pair(separations, pair)))
    row = {"a": pair[0], "b": pair[1], "seq": event.seq, "rule": "decision", "source_id": event.source_id}
    conn.execute(upsert(conn, links), [{**row, "at": event.at, "state": "active"}])
    return _regrouped(conn, set(pair))


def _regrouped(conn: Connection, identifier_ids: set[int]) -> Resolved:
    query = sa.select(identifiers.c.profile_id).where(identifiers.c.identifier_id.in_(identifier_ids))
    before = frozenset(conn.scalars(query))
    now = regroup(conn, before)
    return Resolved(changed=now, touched=now, gone=before - now)


def regroup(conn: Connection, profile_ids: Iterable[str]) -> frozenset[str]:
    """Recompute the components among the identifiers of some profiles from their active links; returns the new ids."""
    rows = [
        row
        for part in chunks(sorted(profile_ids), 10_000)
        for row in conn.execute(sa.select(identifiers).where(identifiers.c.profile_id.in_(part)))
    ]
    parent = {row.identifier_id: row.identifier_id for row in rows}

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for part in chunks(sorted(parent), 10_000):
        query = sa.select(links.c.a, links.c.b).where(links.c.a.in_(part), links.c.state == "active")
        for a, b in conn.execute(query):
            if a in parent and b in parent:
                parent[root(a)] = root(b)
    earliest: dict[int, tuple[int, int, str]] = {}
    for row in rows:
        key = root(row.identifier_id)
        candidate = (row.first_seq, row.identifier_id, row.own_id)
        earliest[key] = min(earliest.get(key, candidate), candidate)
    moved = [
        {"key": row.identifier_id, "p": earliest[root(row.identifier_id)][2]}
        for row in rows
        if row.profile_id != earliest[root(row.identifier_id)][2]
    ]
    if moved:
        change = sa.update(identifiers).where(identifiers.c.identifier_id == sa.bindparam("key"))
        conn.execute(change.values(profile_id=sa.bindparam("p")), moved)
    return frozenset(found[2] for found in earliest.values())


def _row(node: Node, state: tuple[str, str, int, str]) -> dict[str, object]:
    return {
        "identifier_id": node.identifier_id,
        "namespace": node.namespace,
        "value": node.value,
        "first_seq": node.first_seq,
        "own_id": node.own_id,
        "profile_id": state[0],
        "names": state[1],
        "claimed_by": state[3],
    }


def _pair(one: Node, other: Node) -> tuple[int, int]:
    a, b = one.identifier_id, other.identifier_id
    return (a, b) if a < b else (b, a)


def _is_pair(table: sa.Table, pair: tuple[int, int]) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return table.c.a == pair[0], table.c.b == pair[1]


def name_of(event: Event) -> str:
    """The name key of the person whom an event tells of; empty when it names nobody."""
    first, last = event.person_traits.get("first_name"), event.person_traits.get("last_name")
    return rules.name_key(first if isinstance(first, str) else "", last if isinstance(last, str) else "")
