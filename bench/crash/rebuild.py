"""R10: profiles, audiences and consents rebuilt from the recorded events are those that were there."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bench.crash.places import REGISTERS, place
from bench.figures import Figures, spent
from habitue import flow
from habitue.audiences.rule import Consent, EventCount, Rule, Trait
from habitue.collect import projection
from habitue.collect.message import encode_body
from habitue.identity import replay
from habitue.identity.tables import identifiers
from habitue.privacy.consents import consents
from habitue.profiles.fingerprint import fingerprint
from habitue.profiles.tables import people, values
from habitue.workspace import Workspace

RULES: tuple[Rule, ...] = (
    Trait(field="country", op="is", value="DE"),
    Trait(field="city", op="is", value="Wien"),
    EventCount(event="Order Completed", op="at_least", count=2),
    Consent(purpose="newsletter", channel="email", state="given"),
)
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def run(figures: Figures, *, small: bool) -> None:
    """20,000 people with visits, purchases, merges, separations and consents; small: 150."""
    for register in REGISTERS:
        with place(register) as here:
            _fill(here.ws, 150 if small else 20_000)
            _run(figures, register, here.ws)


def _run(figures: Figures, register: str, ws: Workspace) -> None:
    name = f"R10 {register}"
    before = _state(ws)
    with ws.register.write() as conn:
        conn.execute(sa.update(people).values(name="damaged", email=None, city=None))
        conn.execute(sa.update(values).values(told="{}"))
        conn.execute(sa.delete(consents))
    damaged = _state(ws)
    with spent() as work, ws.register.write() as conn:
        everybody = list(conn.scalars(sa.select(identifiers.c.identifier_id)))
        flow.rebuild(ws.context, conn, replay.closure(conn, everybody))
    after = _state(ws)
    with ws.register.read() as conn:
        events = conn.scalar(sa.text("SELECT count(*) FROM profiles_events")) or 0
    figures.add(f"{name}: events", events, "events")
    figures.add(
        f"{name}: hashes that the damage changed", _different(before, damaged), "hashes", goal=2, is_upper=False
    )
    figures.add(f"{name}: hashes that differ after the rebuild", _different(before, after), "hashes", goal=0)
    figures.add(f"{name}: CPU of the rebuild", work.cpu_seconds / max(events, 1) * 1e6, "µs/event")


def _different(one: dict[str, str], other: dict[str, str]) -> int:
    return sum(one[key] != other[key] for key in one)


def _state(ws: Workspace) -> dict[str, str]:
    """The hash of all facts and profiles, and of the members of each audience, on a replica made anew."""
    with ws.register.write() as conn:
        conn.execute(sa.text("DELETE FROM kernel_lake_files"))
    ws.refresh()
    with ws.register.read() as conn:
        found = {"register": fingerprint(conn)}
    for number, rule in enumerate(RULES):
        rows = ws.audiences.members(rule, limit=1_000_000)
        ids = "\n".join(sorted(row.profile_id for row in rows))
        found[f"audience {number}"] = hashlib.sha256(ids.encode()).hexdigest()
    return found


def _fill(ws: Workspace, count: int) -> None:
    """Messages in groups, and now and then a decision of a person in between."""
    chance = random.Random(10)
    journal = projection.journal(ws.context)
    waiting: list[dict[str, Any]] = []
    for number in range(count):
        waiting.extend(_messages(number, chance))
        if len(waiting) >= 400 or number == count - 1:
            flow.catch_up(ws.context, journal.append([encode_body("website", waiting)]))
            waiting = []
            _decide(ws, chance)


def _decide(ws: Workspace, chance: random.Random) -> None:
    rows = ws.people.listing(limit=20, offset=chance.randrange(40)).rows
    if len(rows) < 4:
        return
    one, other, third = chance.sample(rows, 3)
    ws.people.join([one.profile_id, other.profile_id], reason="seen in the shop")
    known = ws.people.identities(third.profile_id).identifiers
    if len(known) > 1:
        ws.people.separate(known[-1].identifier_id, reason="two people")


def _messages(number: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    visitor, person = f"a{number}", f"u{number}"
    at = BEGUN + timedelta(minutes=number)

    def message(kind: str, **more: Any) -> dict[str, Any]:
        nonlocal at
        at += timedelta(seconds=chance.randrange(1, 90))
        made = {"type": kind, "messageId": f"m{number}-{at.timestamp():.0f}-{chance.random()}", **more}
        return {**made, "timestamp": at.isoformat()}

    yield message("page", anonymousId=visitor, name="Home")
    # A household shares an address now and then, and some visitors never say who they are.
    email = f"mail{number - chance.randrange(2)}@web.example"
    traits = {"email": email, "country": chance.choice(["DE", "AT"]), "city": chance.choice(["Wien", "Berlin"])}
    if chance.random() < 0.8:
        yield message("identify", anonymousId=visitor, userId=person, traits=traits)
        for place_ in range(chance.randrange(4)):
            properties = {"order_id": f"{number}-{place_}", "total": "12.50", "currency": "EUR"}
            yield message("track", userId=person, event="Order Completed", properties=properties)
        if chance.random() < 0.5:
            state = chance.choice(["Consent Given", "Consent Withdrawn"])
            properties = {"purpose": "newsletter", "channel": "email"}
            yield message("track", userId=person, event=state, properties=properties)
