"""Fixed lists: audiences whose people were put there by hand; who is on one follows from events, like everything else.

Putting somebody on a list or taking them off is an event about that person. It is merged, undone, rebuilt and erased
with them, and the rule of the list asks which of the two came last. The door takes no event of this name from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from habitue.audiences.audience import Audience
from habitue.audiences.rule import EventValue, Group, PropertyTest, Rule, walk
from habitue.collect.bounds import LIST_CHANGED
from habitue.collect.envelope import Event

ON, OFF = "on", "off"


def rule_of_list(audience_id: str) -> Group:
    """The rule of a fixed list: what happened to the person last was being put on it."""
    where = (PropertyTest("list_id", "is", audience_id),)
    return Group(rules=(EventValue("last", LIST_CHANGED, "state", "is", ON, where=where),))


def list_of(node: Rule) -> str | None:
    """The id of the list whose people a condition asks for, None for any other condition."""
    if not isinstance(node, EventValue) or len(node.where) != 1 or not isinstance(node.where[0].value, str):
        return None
    list_id = node.where[0].value
    return list_id if rule_of_list(list_id).rules == (node,) else None


def lists_in(rule: Rule) -> frozenset[str]:
    """The ids of the lists that a rule asks for."""
    return frozenset(list_id for _path, node in walk(rule) if (list_id := list_of(node)) is not None)


def is_fixed(audience: Audience) -> bool:
    """Whether an audience is a fixed list."""
    return audience.rule == rule_of_list(audience.audience_id)


def left_behind(homes: Iterable[tuple[Event, int]], owners: Mapping[int, str]) -> list[int]:
    """The sequence numbers of list events of people of whom nothing else is told any more.

    `homes` pairs the events of some people with identifiers, `owners` says whose those are. Somebody who was only in
    an import that is undone was put on a list because of that import.
    """
    told: dict[str, list[Event]] = {}
    for event, identifier_id in homes:
        told.setdefault(owners.get(identifier_id, ""), []).append(event)
    alone = (events for events in told.values() if all(event.name == LIST_CHANGED for event in events))
    return sorted(event.seq for events in alone for event in events)
