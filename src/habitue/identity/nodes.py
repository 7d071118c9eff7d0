"""What the graph is made of while a group of events is resolved: identifiers, people, and what became of the events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from habitue.collect.envelope import INTERNAL_SOURCE, Event, namespace_kind, priority
from habitue.identity import rules
from habitue.kernel.clock import EPOCH, from_micros

HIGHEST = "identifier_id"


@dataclass(slots=True, eq=False)
class Node:
    """One identifier while a group of events is resolved."""

    identifier_id: int
    namespace: str
    value: str
    first_seq: int
    own_id: str
    # As the register stores it, since hardly anybody asks.
    first: datetime | int | None
    component: Component = field(repr=False, default_factory=lambda: Component())
    names: set[str] = field(default_factory=set)
    claimed_by: str = ""
    blocked_seq: int | None = None
    is_allowed: bool = False
    strangers: set[str] | None = None
    # profile_id, names, first_seq, claimed_by, blocked_seq as in the register
    stored: tuple[str, str, int, str, int | None] | None = None

    @property
    def first_at(self) -> datetime:
        """The time of the event that named it first."""
        return from_micros(self.first) if isinstance(self.first, int) else self.first or EPOCH

    @property
    def place(self) -> tuple[int, int, str]:
        """What orders identifiers by age, whatever came and went before; the last is the id that it gives."""
        return place(self.first_seq, self.namespace, self.own_id)


@dataclass(frozen=True, slots=True)
class Match:
    """Two identifiers that a matching run found to be of one person; `evidence` is JSON without any value."""

    a: int
    b: int
    score: float
    run_id: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Two identifiers that somebody decided to be of one person; it holds once both are known."""

    a: int
    b: int
    seq: int
    at: datetime


@dataclass(slots=True, eq=False)
class Component:
    """One person or company while a group of events is resolved.

    `changes` grows with whatever may lead an event elsewhere than the same event before: other members, other names,
    a browser that was handed over.
    """

    nodes: list[Node] = field(default_factory=list)
    changes: int = 0

    @property
    def profile_id(self) -> str:
        """The id of the earliest identifier."""
        return min(node.place for node in self.nodes)[2]

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

    `homes` pairs each event with the identifier it hangs on, and `owners` says whose those identifiers are; `doubtful`
    pairs events with identifiers that they name too, but that somebody keeps apart from where the event hangs;
    `changed` are profiles with other identifiers than before, `touched` all that were met, `gone` those that
    ceased to exist.
    """

    homes: Sequence[tuple[Event, int]] = ()
    changed: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    owners: Mapping[int, str] = field(default_factory=dict)
    doubtful: Sequence[tuple[Event, int]] = ()

    @property
    def met(self) -> set[int]:
        """The identifiers that events from outside hang on."""
        return {home for event, home in self.homes if event.source_id != INTERNAL_SOURCE}


@dataclass(frozen=True, slots=True)
class Kept:
    """What a replay keeps of the graph that it forgets: row numbers, and what people said.

    `joins` are the decisions that two are one by the numbers that they name, for those who come after the decision.
    """

    ids: Mapping[tuple[str, str], int] = field(default_factory=dict)
    highest: int = 0
    separated: frozenset[tuple[int, int]] = frozenset()
    said: Mapping[int, str] = field(default_factory=dict)
    joins: Mapping[int, Sequence[Joined]] = field(default_factory=dict)


def place(first_seq: int, namespace: str, own_id: str) -> tuple[int, int, str]:
    """What orders identifiers by age: journal, then trust; row numbers say nothing, since they outlive an undo."""
    return first_seq, priority(namespace), own_id


def pair_of(one: Node, other: Node) -> tuple[int, int]:
    """Two nodes as a link names them, the lower number first."""
    a, b = one.identifier_id, other.identifier_id
    return (a, b) if a < b else (b, a)


def name_of(event: Event) -> str:
    """The name key of the person whom an event tells of; empty when it names nobody."""
    first, last = event.person_traits.get("first_name"), event.person_traits.get("last_name")
    if not first and not last:
        return ""
    return rules.name_key(first if isinstance(first, str) else "", last if isinstance(last, str) else "")


def parts(nodes: Iterable[int], pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The connected parts of some nodes."""
    parent = {node: node for node in nodes}

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in pairs:
        parent[root(a)] = root(b)
    found: dict[int, list[int]] = {}
    for node in parent:
        found.setdefault(root(node), []).append(node)
    return list(found.values())
