"""What other rules would do to the people of today, before they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from habitue.collect.envelope import Event
from habitue.identity import bulk
from habitue.identity.bulk import Bulk, Key
from habitue.identity.rulebook import Rulebook

EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Preview:
    """How many people other rules would split, and how many they would join to another; with a few of their ids."""

    people: int
    split: int
    joined: int
    splits: Sequence[str]
    joins: Sequence[Sequence[str]]


def preview(told: Iterable[tuple[Event, str]], own: Iterable[Event], ids: Mapping[Key, int], book: Rulebook) -> Preview:
    """Compare the people of today with those that `book` would give.

    `told` are all events in journal order with the profile of today, or an empty text; they are read once and not kept.
    `own` are the decisions among them, `ids` gives the row number of each identifier. A person is who has events: a
    contact that hangs nowhere is nobody.
    """
    graph = Bulk(book, kept=bulk.kept(own, ids))
    placed: set[tuple[str, int]] = set()
    for event, owner in told:
        home = bulk.place(event, graph)
        if home is not None and owner:
            placed.add((owner, home))
    now: dict[str, set[int]] = {}
    then: dict[int, set[str]] = {}
    for owner, home in placed:
        part = graph.part_of(home)
        now.setdefault(owner, set()).add(part)
        then.setdefault(part, set()).add(owner)
    splits = sorted(owner for owner, found in now.items() if len(found) > 1)
    joins = sorted(sorted(owners) for owners in then.values() if len(owners) > 1)
    return Preview(
        people=len(now),
        split=len(splits),
        joined=len({owner for group in joins for owner in group}),
        splits=splits[:EXAMPLES],
        joins=joins[:EXAMPLES],
    )
