"""Events placed one after the other in the part of the graph that is in memory, under the rules."""

from __future__ import annotations

from habitue.collect.envelope import INTERNAL_SOURCE, Event, namespace_kind
from habitue.collect.proof import CLAIMED
from habitue.identity import browser, rules
from habitue.identity.nodes import Component, Joined, Kept, Match, Node, name_of, pair_of, parts
from habitue.identity.rulebook import Rulebook


class Placing:
    """A graph in memory that grows with every event: identifiers, links, people, and what the rules refused."""

    def __init__(self, book: Rulebook, secret: bytes, kept: Kept, *, highest: int) -> None:
        self._book = book
        self._secret = secret
        self._kept = kept
        self._next_id = max(highest, kept.highest) + 1
        self._nodes: dict[tuple[str, str], Node] = {}
        self._by_id: dict[int, Node] = {}
        self._browsers: dict[str, Node] = {}
        self._links: set[tuple[int, int]] = set()
        self._cut: list[tuple[int, int]] = []
        self._new_links: list[dict[str, object]] = []
        self._violations: list[dict[str, object]] = []
        self._refused: set[int] = set()
        self._said = dict(kept.said)
        self._separated = set(kept.separated)
        self._doubtful: list[tuple[Event, int]] = []
        # Numbers of identifiers that are gone, by the id that they give, and what was decided to be one with them.
        self._numbers: dict[str, int] = {}
        self._joins = kept.joins
        self._returned: list[Node] = []

    def resolve(self, event: Event) -> int:
        """Place one event: returns the id of the identifier it hangs on; links the others to it under the rules."""
        nodes, blocked = self._identify(event)
        name = name_of(event)
        home = self._home(nodes, name, event) if nodes or not blocked else self._alone(blocked, event)
        if name and home.blocked_seq is None and name not in home.names:
            home.names.add(name)
            home.component.changes += 1
        if event.source_id == INTERNAL_SOURCE:
            self._rejoin(event)
            return home.identifier_id
        if self._separated:
            apart = (other for other in nodes if pair_of(home, other) in self._separated)
            self._doubtful.extend((event, other.identifier_id) for other in apart)
        for other in nodes:
            if other is not home and namespace_kind(other.namespace) != "record":
                self._link(home, other, event)
        for other in blocked:
            if other is not home:
                self._add_link(home, other, "same_record", event, state="blocked")
        self._rejoin(event)
        return home.identifier_id

    def is_settled(self, event: Event, home: int) -> bool:
        """Whether an event that was placed would change nothing if it came again, and leave nothing to note."""
        if event.seq in self._refused:
            return False
        named = [self._find(*pair) for pair in event.identifiers if namespace_kind(pair[0]) != "record"]
        if not any(node is not None and node.identifier_id == home for node in named):
            return False
        others = [node for node in named if node is None or node.identifier_id != home]
        return all(node is not None and pair_of(self._by_id[home], node) in self._links for node in others)

    def match(self, found: Match, event: Event) -> None:
        """Link two identifiers that a matching run found to be of one person, unless something speaks against it."""
        one, other = self._by_id.get(found.a), self._by_id.get(found.b)
        if one is None or other is None or pair_of(one, other) in self._links:
            return
        if one.component is other.component:
            return
        if one.blocked_seq is not None or other.blocked_seq is not None:
            self._add_link(one, other, "match", event, state="blocked", found=found)
            return
        is_separated = self._is_separated(one.component, other.component)
        if is_separated or rules.cannot_match(one.component.nodes, other.component.nodes, self._book):
            self._note(one, other, "separated" if is_separated else "too_many", event)
            return
        self._add_link(one, other, "match", event, found=found)
        self._union(one.component, other.component)

    def _keep(self, node: Node) -> None:
        self._by_id[node.identifier_id] = node
        self._nodes[node.namespace, node.value] = node
        if namespace_kind(node.namespace) == rules.DEVICE:
            known = self._browsers.get(node.value)
            if known is None or browser.number(known.namespace) < browser.number(node.namespace):
                self._browsers[node.value] = node

    def _obey(self, node: Node) -> None:
        """Do with a value what somebody said about it."""
        said = self._said.get(node.identifier_id)
        if said == "blocked":
            node.blocked_seq = node.first_seq if node.blocked_seq is None else node.blocked_seq
        node.is_allowed = said == "allowed"

    def _identify(self, event: Event) -> tuple[list[Node], list[Node]]:
        """The nodes of an event, most trusted first, and those that link nobody.

        The record's own identifier counts only when there is no other.
        """
        nodes: list[Node] = []
        blocked: list[Node] = []
        for namespace, value in event.identifiers:
            if namespace[:7] == "record:" and nodes:
                continue
            node = self._find(namespace, value)
            if node is None:
                if namespace[:7] != "record:" and self._book.is_blocked(namespace, value):
                    continue
                if namespace == "previous_id":
                    namespace = "user_id" if ("user_id", value) in self._nodes else "anonymous_id"
                    node = self._find(namespace, value)
            node = self._named(node, namespace, value, event)
            (nodes if node.blocked_seq is None else blocked).append(node)
        if len(nodes) > 1:
            nodes.sort(key=lambda node: self._book.of(node.namespace).priority)
        return nodes, blocked

    def _named(self, node: Node | None, namespace: str, value: str, event: Event) -> Node:
        by = event.source_id if event.proof == CLAIMED else ""
        if node is None:
            node = self._new_node(namespace, value, event)
            node.claimed_by = by
        elif node.claimed_by != by:
            node.claimed_by = ""
        return node

    def _rejoin(self, event: Event) -> None:
        """Join whom somebody had decided to be one before this event named one of them, or named them again."""
        returned, self._returned = self._returned, []
        for node in returned:
            for told in self._joins[node.identifier_id]:
                one, other = self._known(told.a), self._known(told.b)
                if told.seq < event.seq and one is not None and other is not None:
                    self._join(one, other, told)

    def _known(self, identifier_id: int) -> Node | None:
        return self._by_id.get(identifier_id)

    def _join(self, one: Node, other: Node, told: Joined) -> None:
        pair = pair_of(one, other)
        if pair in self._separated or pair in self._links:
            return
        self._links.add(pair)
        self._new_links.append(
            {
                "a": pair[0], "b": pair[1], "seq": told.seq, "rule": "decision", "source_id": INTERNAL_SOURCE,
                "at": told.at, "state": "active", "proof": "confirmed", "score": None, "run_id": None,
                "evidence": None,
            }
        )  # fmt: skip
        self._union(one.component, other.component)

    def _find(self, namespace: str, value: str) -> Node | None:
        return self._browsers.get(value) if namespace == rules.DEVICE else self._nodes.get((namespace, value))

    def _new_node(self, namespace: str, value: str, event: Event) -> Node:
        component = Component()
        own_id = self._own_id(namespace, value)
        identifier_id = self._kept.ids.get((namespace, value)) or self._numbers.get(own_id, self._next_id)
        self._next_id += identifier_id == self._next_id
        node = Node(identifier_id, namespace, value, event.seq, own_id, event.at, component)
        component.nodes.append(node)
        self._keep(node)
        if identifier_id in self._joins:
            self._returned.append(node)
        if self._said:
            self._obey(node)
        return node

    def _own_id(self, namespace: str, value: str) -> str:
        return rules.own_id(self._secret, namespace, value)

    def _home(self, nodes: list[Node], name: str, event: Event) -> Node:
        """The most trusted identifier that fits the name; a shared contact of somebody else is left out."""
        record = next((pair for pair in event.identifiers if namespace_kind(pair[0]) == "record"), None)
        home: Node | None = None
        strange: list[Node] = []
        for node in nodes:
            is_shared = node.namespace in rules.SHARED and name and record is not None
            if is_shared and rules.names_conflict({name}, node.component.names, by=node.namespace):
                strange.append(node)
                continue
            home = node
            break
        if home is None:
            namespace, value = record or (f"record:{event.source_id}", event.message_id or str(event.seq))
            home = self._named(self._find(namespace, value), namespace, value, event)
        for node in strange:
            nodes.remove(node)
            home.names.add(name)
            home.component.changes += 1
            self._note(home, node, "other_name", event)
            self._learn(node, event)
        return home

    def _alone(self, blocked: list[Node], event: Event) -> Node:
        """Where an event goes that names nothing but shared values: a browser in a shop window is itself."""
        shared = next((node for node in blocked if namespace_kind(node.namespace) == rules.DEVICE), None)
        return shared or self._home([], "", event)

    def _link(self, home: Node, other: Node, event: Event) -> None:
        pair = pair_of(home, other)
        if pair in self._links:
            return
        if home.component is not other.component:
            may_change = other.namespace[:12] == rules.DEVICE and event.type != "alias"
            if may_change and rules.changes_hands(home.component.nodes, other.component.nodes):
                self._hand_over(home, other, event)
                return
            reason = self._claim_refused(home, other, event) or rules.objection(
                home.component.nodes,
                other.component.nodes,
                book=self._book,
                at=event.at,
                names=home.component.names,
                other_names=other.component.names,
                by=other.namespace,
                is_separated=self._is_separated(home.component, other.component),
                is_alias=event.type == "alias" and event.proof != CLAIMED,
            )
            if reason:
                self._note(home, other, reason, event)
                self._learn(other, event)
                return
        elif pair in self._separated:
            return
        self._add_link(home, other, "same_record", event)
        self._union(home.component, other.component)

    def _hand_over(self, home: Node, other: Node, event: Event) -> None:
        """Somebody else signed in on a browser: from now on it is another identifier; what it did before stays."""
        self._note(home, other, "reassigned", event)
        other.component.changes += 1
        number = browser.number(other.namespace) + 1
        node = self._new_node(browser.namespace(number), other.value, event)
        node.is_allowed |= other.is_allowed
        if number > self._book.fan_out and not node.is_allowed:
            node.blocked_seq = event.seq
        self._add_link(home, node, "same_record", event, state="active" if node.blocked_seq is None else "blocked")
        if node.blocked_seq is None:
            self._union(home.component, node.component)

    def _learn(self, node: Node, event: Event) -> None:
        """A value that was refused at too many different people is shared: it links nobody any more."""
        if node.strangers is None or len(node.strangers) <= self._book.fan_out or node.is_allowed:
            return
        if namespace_kind(node.namespace) not in rules.NEVER_LEARNT:
            node.blocked_seq = event.seq
            self._cut_off(node)

    def _stored_strangers(self, node: Node) -> set[str]:
        """The people at whom a value was refused before, as far as somebody stored them."""
        return set()

    def _cut_off(self, node: Node) -> None:
        """Take every link of an identifier back, and let what it held together fall apart."""
        mine = [pair for pair in self._links if node.identifier_id in pair]
        self._links.difference_update(mine)
        fresh = {(row["a"], row["b"]): row for row in self._new_links}
        for pair in mine:
            if pair in fresh:
                fresh[pair]["state"] = "blocked"
            else:
                self._cut.append(pair)
        members = {member.identifier_id: member for member in node.component.nodes}
        inside = [pair for pair in self._links if pair[0] in members and pair[1] in members]
        for part in parts(members, inside):
            component = Component([members[identifier_id] for identifier_id in part], changes=1)
            for member in component.nodes:
                member.component = component

    def _claim_refused(self, home: Node, other: Node, event: Event) -> str | None:
        if rules.is_proof_too_little(other.namespace, event.proof, self._book):
            return "little_proof"
        if event.proof != CLAIMED:
            return None
        is_merge = home.component.is_known_beside(event.source_id) and other.component.is_known_beside(event.source_id)
        return "claimed_only" if is_merge else None

    def _is_separated(self, one: Component, other: Component) -> bool:
        return bool(self._separated) and any(pair_of(a, b) in self._separated for a in one.nodes for b in other.nodes)

    def _union(self, one: Component, other: Component) -> None:
        if one is other:
            return
        small, large = (other, one) if len(other.nodes) < len(one.nodes) else (one, other)
        for node in small.nodes:
            node.component = large
        large.nodes.extend(small.nodes)
        large.changes += 1

    def _add_link(
        self, one: Node, other: Node, rule: str, event: Event, *, state: str = "active", found: Match | None = None
    ) -> None:
        a, b = pair_of(one, other)
        if state == "active":
            self._links.add((a, b))
        self._new_links.append(
            {
                "a": a,
                "b": b,
                "seq": event.seq,
                "rule": rule,
                "source_id": event.source_id,
                "at": event.at,
                "state": state,
                "proof": event.proof,
                "score": found and found.score,
                "run_id": found and found.run_id,
                "evidence": found and found.evidence,
            }
        )

    def _note(self, home: Node, other: Node, reason: str, event: Event) -> None:
        self._refused.add(event.seq)
        who = rules.stranger(home.identifier_id, home.namespace, " ".join(sorted(home.names)))
        if reason != "separated":
            if other.strangers is None:
                other.strangers = self._stored_strangers(other)
            other.strangers.add(who)
        self._violations.append(
            {
                "seq": event.seq,
                "kept": home.identifier_id,
                "left_out": other.identifier_id,
                "reason": reason,
                "at": event.at,
                "who": who,
            }
        )
