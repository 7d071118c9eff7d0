"""How many people there are, told the same everywhere after people were joined, taken apart again and erased."""

from __future__ import annotations

import random

import sqlalchemy as sa

from habitue import flow
from habitue.audiences import membership
from habitue.audiences.rule import Group
from habitue.identity.tables import identifiers
from habitue.profiles.tables import people
from habitue.web.home.figures import figures
from habitue.workspace import Workspace
from tests.sending import identify, order, send


def counts(ws: Workspace) -> dict[str, int]:
    """The number of people as each place tells it: pages, start page, audiences, register."""
    flow.refresh(ws.context)
    listed, offset = 0, 0
    while rows := ws.people.listing(offset=offset, limit=7).rows:
        listed, offset = listed + len(rows), offset + 7
    with ws.register.read() as conn:
        rows_of_people = conn.scalar(sa.select(sa.func.count()).select_from(people).where(people.c.kind == "person"))
        alive = conn.scalar(sa.select(sa.func.count(identifiers.c.profile_id.distinct())))
    return {
        "people page": ws.people.listing().total,
        "people listed": listed,
        "library": ws.people.count(),
        "start page": figures(ws.context).people,
        "everybody": membership.count(ws.context, Group()).people,
        "rows": int(rows_of_people or 0),
        "profiles": int(alive or 0),
    }


def agreed(ws: Workspace) -> int:
    found = counts(ws)
    assert len(set(found.values())) == 1, found
    return found["people page"]


def test_people_are_counted_the_same_everywhere_after_a_join_its_undoing_and_an_erasure(ws: Workspace) -> None:
    rng = random.Random(5)
    names = [f"p{number}" for number in range(9)]
    send(ws, *(identify(name, email=f"{name}@web.example", first_name=name) for name in names))
    send(ws, *(order(f"{name}-{place}", "5.00", email=f"{name}@web.example") for name in names for place in range(2)))
    assert agreed(ws) == 9
    a, b, c = rng.sample([row.profile_id for row in ws.people.listing().rows], 3)
    ws.people.join([a, b], reason="the same person")
    assert agreed(ws) == 8
    ws.identity.take_back([decision.seq for decision in ws.identity.decisions(limit=1)])
    assert agreed(ws) == 9
    ws.people.erase(rng.choice([a, b, c]))
    assert agreed(ws) == 8
    left = [row.profile_id for row in ws.people.listing().rows]
    ws.people.join(left[:2])
    assert agreed(ws) == 7
    joined = [row for row in ws.people.listing().rows if row.profile_id in left[:2]]
    ws.people.erase(joined[0].profile_id)
    assert agreed(ws) == 6
    again = rng.choice(names)
    before = {row.email for row in ws.people.listing().rows}
    send(ws, identify(again, email=f"{again}@web.example"))
    assert agreed(ws) == 6 + (f"{again}@web.example" not in before)
