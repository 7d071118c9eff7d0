"""Whose customer numbers a file uses: a source that knows them already may speak of the same people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from habitue.access import policy
from habitue.collect import sources
from habitue.identity.tables import identifiers
from habitue.kernel.context import Context

LEAST_SHARE = 0.1
"""A list of members knows a part of those who buy: it is a question, so a few that are known are enough."""
MOST_ASKED = 1_000
_NAMESPACE = "customer_number:"


@dataclass(frozen=True, slots=True)
class SameNumbers:
    """A source that knows `known` of the `asked` customer numbers of a file."""

    source_name: str
    known: int
    asked: int


def same_numbers(ws: Context, numbers: Collection[str], *, source_name: str) -> SameNumbers | None:
    """The other source that knows most of some customer numbers, at least a tenth of them.

    None where there is none, and where the source of that name itself knows as many. Two shops may both count from 1,
    so this is a question to whoever brings the file, never an answer.
    """
    policy.require(ws.actor, "imports.run")
    asked = sorted(numbers)[:MOST_ASKED]
    with ws.register.read() as conn:
        names = {f"{_NAMESPACE}{source.source_id}": source.name for source in sources.listing(conn)}
        count = sa.func.count()
        here = identifiers.c.namespace.in_(list(names)) & identifiers.c.value.in_(asked)
        rows = conn.execute(
            sa.select(identifiers.c.namespace, count).where(here).group_by(identifiers.c.namespace)
        ).all()
    found = {names[namespace]: known for namespace, known in rows}
    own = found.pop(source_name, 0)
    best = max(found, key=lambda name: (found[name], name), default=None)
    if best is None or found[best] <= own or found[best] < LEAST_SHARE * len(asked):
        return None
    return SameNumbers(best, found[best], len(asked))
