"""The whole graph in memory, without the register: what other rules would do, and how fast the rules are.

It decides with the same code as the register's graph, event by event in journal order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from habitue.collect.envelope import Event
from habitue.collect.proof import CLAIMED
from habitue.identity import commands
from habitue.identity.nodes import Kept, Match, Node, pair_of
from habitue.identity.placing import Placing
from habitue.identity.rulebook import Rulebook

Key = tuple[str, str]


class Bulk(Placing):
    """A graph that starts empty and is never stored."""

    def __init__(self, book: Rulebook, *, secret: bytes = b"", kept: Kept | None = None) -> None:
        super().__init__(book, secret, kept or Kept(), highest=0)
        self._memory: dict[tuple[object, ...], int] = {}

    def resolve(self, event: Event) -> int:
        """Place one event; one that says what an earlier one said, where nothing was refused, goes to its place.

        Links are only ever added, and names only make a conflict less likely, so such a place stays right until a
        browser changes hands or a value proves to be shared.
        """
        traits = event.person_traits
        by = event.source_id if event.proof == CLAIMED else ""
        said: tuple[object, ...] = (by, *event.identifiers)
        if traits:
            said = (traits.get("first_name"), traits.get("last_name"), *said)
        known = self._memory.get(said)
        if known is not None:
            return known
        refused = len(self._violations)
        home = super().resolve(event)
        if len(self._violations) == refused and self._is_named(home, event) and event.type != "alias":
            self._memory[said] = home
        return home

    def _is_named(self, home: int, event: Event) -> bool:
        """Whether an event hangs on what it names, and everything else that it names is linked there."""
        is_home = False
        for namespace, value in event.identifiers:
            if namespace[:7] == "record:":
                continue
            node = self._find(namespace, value)
            if node is None:
                return False
            key = node.identifier_id
            if key == home:
                is_home = True
            elif ((home, key) if home < key else (key, home)) not in self._links:
                return False
        return is_home

    def _own_id(self, namespace: str, value: str) -> str:
        """Nobody asks for the ids of people here."""
        return ""

    def _add_link(
        self, one: Node, other: Node, rule: str, event: Event, *, state: str = "active", found: Match | None = None
    ) -> None:
        """Of a link that is never stored only the pair is kept."""
        if state == "active":
            self._links.add(pair_of(one, other))

    def _hand_over(self, home: Node, other: Node, event: Event) -> None:
        self._memory.clear()
        super()._hand_over(home, other, event)

    def _cut_off(self, node: Node) -> None:
        self._memory.clear()
        super()._cut_off(node)

    def join(self, a: int, b: int) -> None:
        """Do as somebody decided: two identifiers belong to one person."""
        one, other = self._by_id.get(a), self._by_id.get(b)
        if one is not None and other is not None and (min(a, b), max(a, b)) not in self._separated:
            self._links.add((min(a, b), max(a, b)))
            self._union(one.component, other.component)

    def part_of(self, identifier_id: int) -> int:
        """A number for the person whom an identifier belongs to."""
        return id(self._by_id[identifier_id].component)

    def sizes(self) -> list[int]:
        """How many identifiers each person has."""
        components = {id(node.component): node.component for node in self._by_id.values()}
        return [len(component.nodes) for component in components.values()]


def kept(told: Iterable[Event], ids: Mapping[Key, int]) -> Kept:
    """What people said about the identifiers of `ids`, as far as it holds from the beginning."""
    decided = [
        (decision, event)
        for event in told
        if commands.is_command(event) and isinstance(decision := commands.decode(event), commands.Decision)
    ]
    apart, said = commands.from_the_beginning(decided)
    words = {identifier_id: row["state"] for identifier_id, row in said.items()}
    highest, joins = max(ids.values(), default=0), commands.joins(decided)
    return Kept(ids=ids, highest=highest, separated=frozenset(apart), said=words, joins=joins)


def place(event: Event, graph: Bulk) -> int | None:
    """Place the next event in journal order; the identifier it hangs on, None for a decision, which is carried out."""
    if not commands.is_command(event):
        return graph.resolve(event)
    match commands.decode(event):
        case commands.Join(a=a, b=b):
            graph.join(a, b)
        case commands.Matched(a=a, b=b, score=score, run_id=run_id, evidence=evidence):
            graph.match(Match(a, b, score, run_id, evidence), event)
    return None
