"""Made-up people and what they did: from a seed, because a world is too large to draw value by value."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.rules.world import NOW, ZONE, World

WORDS = ["DE", "de", "AT", "Köln", "KÖLN", "Straße", "Moskau", "Москва", "%", "_", "a'b", ""]
EVENT_NAMES = ["Order Completed", "Order Completed", "Order Completed", "Order Refunded", "Opened"]
PERSONS = ["p0", "p1", "p2", "p3", "p4"]


def _instant(rng: random.Random) -> datetime:
    # Windows begin and end at these, and days at midnight.
    edge = NOW - timedelta(days=rng.choice([0, 1, 4, 90, 365]), microseconds=rng.choice([-1, 0, 1, 40_000_000_000]))
    midnight = datetime.combine(_day(rng), time(), ZoneInfo(ZONE)).astimezone(UTC)
    return rng.choice([edge, midnight, NOW - timedelta(hours=rng.randint(-40, 20_000), minutes=30)])


def _day(rng: random.Random) -> date:
    return date(2026, 4, 2) - timedelta(days=rng.randint(0, 480))


def _birthday(rng: random.Random) -> date:
    return date(2026 - rng.randint(13, 41), rng.choice([2, 3]), rng.randint(26, 28))


def _amount(rng: random.Random) -> Decimal | None:
    return rng.choice([None, Decimal(0), Decimal(rng.randint(0, 60)) / 4, Decimal(rng.randint(0, 60)) / 4])


def _properties(rng: random.Random) -> str:
    found: dict[str, Any] = {}
    if rng.random() < 0.7:
        found["channel"] = rng.choice(WORDS)
    if rng.random() < 0.5:
        found["score"] = rng.choice([0, 1, "2.5", 35])
    if rng.random() < 0.6:
        keys = ["category", "brand"]
        found["products"] = [
            {key: rng.choice(WORDS) for key in keys if rng.random() < 0.8} | {"quantity": rng.choice([1, 2, "2.5"])}
            for _ in range(rng.randint(0, 3))
        ]
    return json.dumps(found)


def _person(rng: random.Random, number: int) -> dict[str, Any]:
    traits = {"hobby": rng.choice(WORDS), "children": rng.choice([0, 1, "2", "2.5"])}
    return {
        "profile_id": f"p{number}",
        "kind": "company" if number == 3 else "person",
        "country": rng.choice([None, *WORDS]),
        "city": rng.choice([None, *WORDS]),
        "birth_date": rng.choice([None, _birthday(rng), date(2004, 2, 29), date(2000, 3, 29), date(2000, 3, 30)]),
        "income": _amount(rng),
        "last_seen_at": rng.choice([None, _instant(rng), _instant(rng)]),
        "region": None,
        "postal_code": rng.choice([None, "04109", "0410", "D-1", "1010", "04 1"]),
        "traits": json.dumps({key: value for key, value in traits.items() if rng.random() < 0.7}),
    }


def _event(rng: random.Random, number: int) -> dict[str, Any]:
    return {
        "seq": number,
        "profile_id": rng.choice(PERSONS),
        "source_id": rng.choice(["shop", "shop", "till"]),
        "name": rng.choice([*EVENT_NAMES, *EVENT_NAMES, "Order Cancelled"]),
        "at": _instant(rng),
        "amount": _amount(rng),
        "currency": rng.choice(["EUR", "EUR", None, "CHF"]),
        "order_id": rng.choice([None, "1", "2", "3", "4", "5"]),
        "properties": _properties(rng),
    }


def world(seed: int) -> World:
    """Up to five people with events, consents, memberships and computed traits."""
    rng = random.Random(seed)
    consents = [
        {
            "profile_id": person,
            "purpose": "newsletter",
            "channel": channel,
            "state": rng.choice(["given", "withdrawn"]),
            "at": NOW - timedelta(days=rng.randint(0, 2)),
        }
        for person in PERSONS
        for channel in ("email", "phone", "any")
        if rng.random() < 0.4
    ]
    return World(
        people=[_person(rng, number) for number in range(rng.randint(3, 5))],
        events=[_event(rng, number) for number in range(rng.randint(4, 25))],
        consents=consents,
        members=[
            {"audience_id": audience, "profile_id": person}
            for audience in ("vip", "new")
            for person in PERSONS
            if rng.random() < 0.4
        ],
        rfm=[
            {"profile_id": person, "rfm_group": rng.choice(["regular", "lost"]), "frequency": rng.randint(1, 3)}
            for person in PERSONS
            if rng.random() < 0.7
        ],
        history=[_stay(rng, person) for person in PERSONS for _ in range(rng.randint(0, 2))],
        relations=[
            {"profile_id": person, "group_id": f"{by}{rng.randint(1, 2)}", "by": by}
            for by in ("company", "household")
            for person in PERSONS
            if rng.random() < 0.8
        ],
        allowed=[{"profile_id": person} for person in PERSONS if rng.random() < 0.5],
    )


def _stay(rng: random.Random, person: str) -> dict[str, Any]:
    ends = sorted([_instant(rng), _instant(rng)])
    left = rng.choice([None, ends[1]])
    return {"audience_id": rng.choice(["vip", "new"]), "profile_id": person, "entered_at": ends[0], "left_at": left}
