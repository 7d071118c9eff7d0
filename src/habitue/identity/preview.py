"""What other rules would do to the people of today, before they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def preview(events: Sequence[Event], owners: Mapping[int, str], ids: Mapping[Key, int], book: Rulebook) -> Preview:
    """Compare the people of today with those that `book` would give.

    `events` are all of them in journal order, `owners` gives today's profile by sequence number, `ids` the row number
    of each identifier. A person is who has events: a contact that hangs nowhere is nobody.
    """
    graph = Bulk(book, kept=bulk.kept(events, ids))
    placed = [(owners[event.seq], home) for event, home in bulk.replay(events, graph) if event.seq in owners]
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
