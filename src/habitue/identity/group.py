"""The part of the graph that a group of events touches: loaded, changed in memory under the rules, stored again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import namespace_kind
from habitue.identity import books, browser, returning, rules
from habitue.identity.nodes import HIGHEST, Component, Kept, Node, Resolved
from habitue.identity.placing import Placing
from habitue.identity.tables import PART_BITS, blocks, identifiers, links, separations, violations
from habitue.kernel import state
from habitue.kernel.context import Context
from habitue.kernel.register import among, as_stored, bulk, insert_ignoring

_ANY_SEPARATION = sa.select(separations.c.a).limit(1)
_ANY_BLOCK = sa.select(blocks.c.identifier_id).limit(1)
# In the order in which `_adopt` takes them.
_LOADED = [
    identifiers.c[name]
    for name in (
        "identifier_id",
        "profile_id",
        "namespace",
        "value",
        "first_seq",
        "own_id",
        "names",
        "claimed_by",
        "blocked_seq",
    )
] + [as_stored(identifiers.c.first_at)]


class Group(Placing):
    """The part of the graph that a group of events touches, loaded, changed in memory, and stored again."""

    def __init__(self, conn: Connection, ws: Context, kept: Kept | None = None) -> None:
        self._conn = conn
        highest = int(conn.scalar(sa.select(sa.func.max(identifiers.c.identifier_id))) or 0)
        highest = max(highest, state.read(conn, HIGHEST))
        self._before: set[str] = set()
        self._owners: dict[int, str] = {}
        super().__init__(books.current(conn), ws.secret("identity"), kept or Kept(), highest=highest)
        self._numbers = returning.kept(conn)
        if self._numbers:
            gone = list(self._numbers.values())
            self._joins = {**returning.joins(conn, gone), **self._joins}
            self._load_decisions(gone)

    def load(self, keys: Iterable[tuple[str, str]]) -> None:
        """Load the identifiers named by (namespace, value) pairs with everybody in their components."""
        pairs = list(dict.fromkeys(keys))
        profile_ids: set[str] = set()
        columns = (identifiers.c.namespace, identifiers.c.value, identifiers.c.profile_id)
        query = sa.select(*columns).where(among(self._conn, identifiers.c.value, {value for _, value in pairs}))
        wanted = set(pairs)
        newest: dict[str, tuple[int, str]] = {}
        for namespace, value, profile_id in self._conn.execute(query).all():
            if (rules.DEVICE, value) in wanted and namespace_kind(namespace) == rules.DEVICE:
                newest[value] = max(newest.get(value, (0, "")), (browser.number(namespace), profile_id))
            elif (namespace, value) in wanted:
                profile_ids.add(profile_id)
        profile_ids.update(profile_id for _, profile_id in newest.values())
        self.load_profiles(profile_ids)

    def load_missing(self, keys: Iterable[tuple[str, str]]) -> None:
        """Load what is not there yet of some identifiers, in the middle of a group."""
        missing = [key for key in keys if self._find(*key) is None]
        if missing:
            self.load(missing)

    def load_profiles(self, profile_ids: Iterable[str]) -> None:
        """Load whole components by their profile ids."""
        components: dict[str, Component] = {}
        ids: list[int] = []
        of_them = among(self._conn, identifiers.c.profile_id, profile_ids)
        for row in self._conn.execute(sa.select(*_LOADED).where(of_them)).all():
            identifier_id, profile_id = row[0], row[1]
            if identifier_id in self._by_id:
                continue
            component = components.get(profile_id)
            if component is None:
                component = components[profile_id] = Component()
            self._adopt(row, component)
            ids.append(identifier_id)
        self._before.update(components)
        pairs = sa.select(links.c.a, links.c.b).where(among(self._conn, links.c.a, ids), links.c.state == "active")
        self._links.update(map(tuple, self._conn.execute(pairs).all()))
        self._load_decisions(ids)

    def _known(self, identifier_id: int) -> Node | None:
        if identifier_id not in self._by_id:
            query = sa.select(identifiers.c.profile_id).where(identifiers.c.identifier_id == identifier_id)
            self.load_profiles(self._conn.scalars(query).all())
        return self._by_id.get(identifier_id)

    def _load_decisions(self, identifier_ids: Iterable[int]) -> None:
        """What people said about some identifiers: which are kept apart, which values link nobody or anybody."""
        ids = list(identifier_ids)
        if ids and self._conn.execute(_ANY_SEPARATION).first():
            apart = sa.select(separations.c.a, separations.c.b).where(among(self._conn, separations.c.a, ids))
            self._separated.update((a, b) for a, b in self._conn.execute(apart))
        if not ids or not self._conn.execute(_ANY_BLOCK).first():
            return
        said = sa.select(blocks.c.identifier_id, blocks.c.state).where(among(self._conn, blocks.c.identifier_id, ids))
        for identifier_id, word in self._conn.execute(said):
            self._said[identifier_id] = word
            if identifier_id in self._by_id:
                self._obey(self._by_id[identifier_id])

    def moved(self) -> list[int]:
        """The identifiers that were loaded and whose components are not as they were in the register."""
        return [
            node.identifier_id for node in self._by_id.values() if node.stored is not None and node.component.changes
        ]

    def dissolve(self) -> None:
        """Let identifiers and people go of each other, so that their memory is given back at once."""
        for node in self._by_id.values():
            node.component.nodes = []

    def node(self, identifier_id: int) -> Node | None:
        """A loaded or new identifier."""
        return self._by_id.get(identifier_id)

    def owner(self, identifier_id: int) -> str:
        """The profile that a loaded identifier belongs to."""
        return self._by_id[identifier_id].component.profile_id

    def owners(self) -> dict[int, str]:
        """The profile of every identifier that was loaded or is new, as it was when the group was stored."""
        return self._owners

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
                self._owners[node.identifier_id] = profile_id
                now = (profile_id, " ".join(sorted(node.names)), node.first_seq, node.claimed_by, node.blocked_seq)
                if node.stored is None:
                    fresh.append(_row(node, now))
                elif node.stored != now:
                    moved.append(dict(zip(("key", "p", "n", "f", "c", "k"), (node.identifier_id, *now), strict=True)))
                else:
                    continue
                changed.add(profile_id)
        self._write(fresh, moved)
        gone = frozenset(self._before - touched)
        found = Resolved(changed=frozenset(changed), touched=frozenset(touched), gone=gone)
        return replace(found, doubtful=self._doubtful)

    def _write(self, fresh: list[dict[str, object]], moved: list[dict[str, object]]) -> None:
        if fresh:
            bulk(self._conn, sa.insert(identifiers), fresh)
            returned = [number for number in self._numbers.values() if number in self._by_id]
            returning.forget(self._conn, returned)
        if moved:
            change = sa.update(identifiers).where(identifiers.c.identifier_id == sa.bindparam("key"))
            columns = {"profile_id": "p", "names": "n", "first_seq": "f", "claimed_by": "c", "blocked_seq": "k"}
            changes = change.values({column: sa.bindparam(key) for column, key in columns.items()})
            self._conn.execute(changes, moved)
        if self._new_links:
            bulk(self._conn, insert_ignoring(self._conn, links), self._new_links)
        if self._cut:
            change = sa.update(links).where(links.c.a == sa.bindparam("x"), links.c.b == sa.bindparam("y"))
            self._conn.execute(change.values(state="blocked"), [{"x": a, "y": b} for a, b in self._cut])
        if self._violations:
            bulk(self._conn, insert_ignoring(self._conn, violations), self._violations)

    def _adopt(self, row: Sequence[Any], component: Component) -> None:
        identifier_id, profile_id, namespace, value, first_seq, own_id, names, claimed_by, blocked_seq, first = row
        node = Node(
            identifier_id,
            namespace,
            value,
            first_seq,
            own_id,
            first,
            component,
            set(names.split()),
            claimed_by,
            blocked_seq,
            stored=(profile_id, names, first_seq, claimed_by, blocked_seq),
        )
        component.nodes.append(node)
        self._keep(node)

    def _stored_strangers(self, node: Node) -> set[str]:
        """The people at whom a value was refused so far, as far as they were stored."""
        told = sa.select(violations.c.who).where(violations.c.left_out == node.identifier_id)
        return set(self._conn.scalars(told.where(violations.c.reason != "separated").distinct()))


def _row(node: Node, now: tuple[str, str, int, str, int | None]) -> dict[str, object]:
    return {
        "identifier_id": node.identifier_id,
        "namespace": node.namespace,
        "value": node.value,
        "first_seq": node.first_seq,
        "own_id": node.own_id,
        "profile_id": now[0],
        "names": now[1],
        "claimed_by": now[3],
        "first_at": node.first,
        "blocked_seq": now[4],
        "part": node.identifier_id >> PART_BITS,
    }
