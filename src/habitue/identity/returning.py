"""Identifiers that are gone and come again: what people decided about them holds again.

Decisions name identifiers by row number, and numbers are never given to others. So when an undo takes the last event
of an identifier that somebody decided about, its number is kept beside the id that its namespace and value give, which
tells neither; whoever names the same value again gets the number back. Until then the decision waits: in a world
without those records it could not have been made, and nobody sees it. With them it holds again, since a person made it
and never took it back. Who is erased leaves no number behind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.identity import rules
from habitue.identity.nodes import Joined
from habitue.identity.tables import decisions, identifiers, numbers
from habitue.kernel.register import among, chunks, insert_ignoring


def keep(conn: Connection, secret: bytes, ids: Mapping[tuple[str, str], int], told: Collection[int]) -> None:
    """Keep the numbers of those `ids` that are gone by now, as far as decisions name them; `told` are known to be."""
    known = among(conn, identifiers.c.identifier_id, ids.values())
    here = set(conn.scalars(sa.select(identifiers.c.identifier_id).where(known)))
    gone = {number: key for key, number in ids.items() if number not in here}
    if not gone:
        return
    wanted = {*told, *_decided(conn, gone)}
    rows = [
        {"own_id": rules.own_id(secret, *key), "identifier_id": number}
        for number, key in gone.items()
        if number in wanted
    ]
    if rows:
        conn.execute(insert_ignoring(conn, numbers), rows)


def kept(conn: Connection) -> dict[str, int]:
    """The numbers that wait for their identifiers, by the id that those give."""
    return {row.own_id: row.identifier_id for row in conn.execute(sa.select(numbers))}


def joins(conn: Connection, identifier_ids: Collection[int]) -> dict[int, list[Joined]]:
    """What was decided to be one, by each of both numbers, where one of some is among them."""
    columns = (decisions.c.a, decisions.c.b, decisions.c.seq, decisions.c.at)
    met = sa.or_(*(among(conn, column, identifier_ids) for column in (decisions.c.a, decisions.c.b)))
    query = sa.select(*columns).where(decisions.c.verb == "same", met).order_by(decisions.c.seq)
    return by_number(Joined(*row) for row in conn.execute(query))


def by_number(told: Iterable[Joined]) -> dict[int, list[Joined]]:
    """Joins by each of the two numbers that they name."""
    found: dict[int, list[Joined]] = {}
    for each in told:
        for number in (each.a, each.b):
            found.setdefault(number, []).append(each)
    return found


def forget(conn: Connection, identifier_ids: Iterable[int]) -> None:
    """Keep no number of identifiers that came again, or that are erased."""
    for part in chunks(sorted(identifier_ids), 5_000):
        conn.execute(sa.delete(numbers).where(numbers.c.identifier_id.in_(part)))


def _decided(conn: Connection, gone: Mapping[int, object]) -> set[int]:
    """Those of some numbers that somebody decided about, wherever the event of the decision hangs."""
    by_people = sa.select(decisions.c.a, decisions.c.b).where(decisions.c.verb.notin_(("matched", "rules")))
    return {number for pair in conn.execute(by_people) for number in pair if number in gone}
