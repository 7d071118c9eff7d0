"""Published audiences with what follows from their rules, and which of them are asked in one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from sqlalchemy.engine import Connection

from habitue.audiences import clocks
from habitue.audiences.asking import asks_relations
from habitue.audiences.audience import Audience, all_mentioned
from habitue.audiences.blank import may_hold_of_blank
from habitue.audiences.fields import is_own
from habitue.audiences.properties import PRODUCTS
from habitue.audiences.rule import Rule, Trait, encode, history_in, walk
from habitue.audiences.slice_lake import Question
from habitue.audiences.topics import Topics, topics_of
from habitue.insights.catalogue import FieldKind
from habitue.kernel.register import chunks

TOGETHER = 16
"""How many audiences are asked in one query."""


@dataclass(frozen=True, slots=True)
class Known:
    """A published audience with what follows from its rule.

    `own_fields` are the names of fields that only this business has, `remembers` the audiences whose history it asks;
    `batch` are the rules that are asked together with its own,
    `insights` those that they need.
    """

    audience: Audience
    mentioned: Mapping[str, Rule]
    topics: Topics
    clocks: frozenset[clocks.Clock]
    has_neighbours: bool
    may_be_new: bool
    remembers: frozenset[str]
    asks_products: bool
    own_fields: frozenset[str]
    batch: tuple[Question, ...] = ()
    insights: frozenset[str] = frozenset()

    @property
    def audience_id(self) -> str:
        """The id."""
        return self.audience.audience_id


def known_of(conn: Connection, audience: Audience) -> Known:
    """An audience with what follows from its rule."""
    mentioned = {key: other.rule for key, other in all_mentioned(conn, audience.rule).items()}
    rules = [audience.rule, *mentioned.values()]
    return Known(
        audience,
        mentioned,
        topics_of(audience.rule, mentioned),
        clocks.clocks_of(audience.rule, mentioned),
        any(asks_relations(rule) for rule in rules),
        may_hold_of_blank(audience.rule),
        frozenset[str]().union(*(history_in(rule) for rule in rules)),
        any(f'"{PRODUCTS}' in encode(rule) for rule in rules),
        frozenset[str]().union(*(_own_fields_in(rule) for rule in rules)),
    )


def kinds_mark(names: Iterable[str], kind: Callable[[str], FieldKind]) -> int:
    """A number that tells in which kinds fields are compared, 0 for no fields."""
    return crc32("\n".join(f"{name} {kind(name)}" for name in sorted(names)).encode())


def _own_fields_in(rule: Rule) -> frozenset[str]:
    return frozenset(node.field for _path, node in walk(rule) if isinstance(node, Trait) and is_own(node.field))


def in_batches(known: Sequence[Known]) -> Iterator[Known]:
    """The audiences with those they are asked together with: such as look at the same events, in order of age.

    A new one changes no batch but the last of its kind, for what is in a batch is compiled together.
    """
    by_topics: dict[frozenset[str], list[Known]] = {}
    for each in sorted(known, key=lambda each: each.audience_id):
        by_topics.setdefault(each.topics.events, []).append(each)
    for alike in by_topics.values():
        for several in chunks(alike, TOGETHER):
            batch = tuple(
                Question(
                    each.audience_id,
                    each.audience.rule,
                    tuple(sorted(each.mentioned.items(), key=lambda item: item[0])),
                )
                for each in several
            )
            insights = frozenset[str]().union(*(question.insights for question in batch))
            yield from (replace(each, batch=batch, insights=insights) for each in several)
