"""What would come of joining two people: what happened to both, and what may be sent to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from django.utils.translation import gettext

from habitue.kernel.context import Context
from habitue.privacy import purposes
from habitue.privacy.consents import current
from habitue.profiles.reading import Person
from habitue.profiles.tables import events
from habitue.quality.events import event_kind

MOST = 4


@dataclass(frozen=True, slots=True)
class Joining:
    """What the joined person would have: events by name; consents that differ now by purpose's name."""

    events: Sequence[tuple[str, int]]
    consents: Sequence[tuple[str, str, str]]


def joining(ws: Context, left: Person, right: Person) -> Joining:
    """What would come of joining two people; the newest statement about a consent holds."""
    ids = [*left.identifier_ids, *right.identifier_ids]
    counted = sa.select(events.c.name, sa.func.count()).where(
        events.c.identifier_id.in_(ids), events.c.source_id != "internal", events.c.type == "track"
    )
    with ws.register.read() as conn:
        names = {each.purpose_id: gettext(each.name) for each in purposes.listing(conn)}
        found = Counter({row[0]: row[1] for row in conn.execute(counted.group_by(events.c.name))})
    sides = [{key: each.state for key, each in current(person.consents).items()} for person in (left, right)]
    both = current([*left.consents, *right.consents])
    differing = [
        (names.get(purpose, purpose), channel, statement.state)
        for (purpose, channel), statement in sorted(both.items())
        if sides[0].get((purpose, channel)) != sides[1].get((purpose, channel))
    ]
    return Joining(
        events=[(gettext(event_kind(name).label), count) for name, count in found.most_common(MOST)], consents=differing
    )
