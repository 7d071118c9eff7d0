"""Made-up shops for the reports: facts as plain Python objects, and the same as lake tables."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa

from habitue.insights.reports.catalogue import Material
from habitue.insights.rfm import rfm
from habitue.profiles.replica import PEOPLE

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
ZONE = "Europe/Berlin"
EVENTS = pa.schema(
    [
        ("seq", pa.int64()),
        ("profile_id", pa.string()),
        ("source_id", pa.string()),
        ("type", pa.string()),
        ("name", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("amount", pa.decimal128(18, 4)),
        ("currency", pa.string()),
        ("order_id", pa.string()),
        ("properties", pa.string()),
    ]
)
CATEGORIES = {"Assam": "Tea", "Sencha": "Tea", "Crema": "Coffee", "Pot": None, "Mug": "Ware", "Filter": None}


@dataclass(frozen=True, slots=True)
class Fact:
    """One event."""

    who: str
    name: str
    at: datetime
    amount: Decimal | None = None
    currency: str | None = None
    order_id: str | None = None
    source_id: str = "shop"
    properties: dict[str, Any] = field(default_factory=dict)

    @property
    def on(self) -> date:
        """The workspace day."""
        return self.at.astimezone(ZoneInfo(ZONE)).date()


@dataclass(frozen=True, slots=True)
class Someone:
    """One person or company."""

    who: str
    kind: str = "person"
    country: str | None = None
    city: str | None = None
    born: date | None = None
    heard: str | None = None
    company: str | None = None
    traits: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class World:
    """A whole shop."""

    facts: Sequence[Fact]
    people: Sequence[Someone]

    def standing(self) -> list[Fact]:
        """Orders that were not cancelled."""
        gone = {(f.source_id, f.order_id) for f in self.facts if f.name == "Order Cancelled" and f.order_id}
        return [f for f in self.facts if f.name == "Order Completed" and (f.source_id, f.order_id) not in gone]

    def of(self, name: str) -> list[Fact]:
        """The events of a name."""
        return [fact for fact in self.facts if fact.name == name]


def material(con: Any, world: World, *, now: datetime = NOW) -> Material:
    """What reports are computed from."""
    rows = [
        {
            "seq": number,
            "profile_id": fact.who,
            "source_id": fact.source_id,
            "type": "track",
            "name": fact.name,
            "at": fact.at,
            "amount": fact.amount,
            "currency": fact.currency,
            "order_id": fact.order_id,
            "properties": json.dumps(fact.properties, ensure_ascii=False),
        }
        for number, fact in enumerate(world.facts, 1)
    ]
    people = [
        dict.fromkeys(PEOPLE.names)
        | {
            "profile_id": one.who,
            "kind": one.kind,
            "name": one.company if one.kind == "company" else one.who,
            "country": one.country,
            "city": one.city,
            "birth_date": one.born,
            "source_channel": one.heard,
            "company_name": one.company,
            "traits": json.dumps(one.traits),
        }
        for one in world.people
    ]
    consents = pa.schema([("profile_id", pa.string()), ("purpose", pa.string()), ("channel", pa.string())])
    events_table = ibis.memtable(pa.Table.from_pylist(rows, schema=EVENTS))
    people_table = ibis.memtable(pa.Table.from_pylist(people, schema=PEOPLE))
    return Material(
        events=events_table,
        people=people_table,
        consents=ibis.memtable(consents.empty_table()),
        now=now,
        timezone=ZONE,
        currency="EUR",
        rows=lambda table: con.to_pyarrow(table).to_pylist(),
        arrow=con.to_pyarrow,
        keep=lambda table: ibis.memtable(con.to_pyarrow(table)),
        rfm=lambda at: rfm(events_table, people_table, at=at, timezone=ZONE, currency="EUR"),
    )


def order(who: str, at: datetime, total: str, *names: str, number: str, **more: Any) -> Fact:
    """An order of some articles, the price of each its part of the total."""
    each = (Decimal(total) / max(1, len(names))).quantize(Decimal("0.01"))
    products = [
        {"name": name, "sku": name.upper(), "quantity": 1, "price": str(each)}
        | ({"category": CATEGORIES[name]} if CATEGORIES.get(name) else {})
        for name in names
    ]
    source = more.pop("source_id", "shop")
    currency = more.pop("currency", None)
    properties = {"products": products, **more}
    return Fact(who, "Order Completed", at, Decimal(total), currency, number, source, properties)


def shop(seed: int, *, people: int = 60) -> World:
    """A shop by chance, with everything that reports look at; often around midnight, where days are easily wrong."""
    rng = random.Random(seed)
    persons = [_someone(rng, f"p{number:03}") for number in range(people)]
    firms = [
        Someone(f"f{n}", "company", company=f"Firm {n}", traits={"industry": f"Trade {n % 2}", "employees": 5 + 40 * n})
        for n in range(4)
    ]
    facts = [fact for one in persons for fact in _life(rng, one)]
    rng.shuffle(facts)
    return World(facts, [*persons, *firms])


def _someone(rng: random.Random, who: str) -> Someone:
    return Someone(
        who,
        country=rng.choice(["DE", "DE", "AT", None]),
        city=rng.choice(["Bonn", "Graz", "Ulm", None]),
        born=rng.choice([None, date(rng.randint(1940, 2007), rng.randint(1, 12), rng.randint(1, 28))]),
        heard=rng.choice(["fair", "friends", None]),
        company=rng.choice([None, None, f"Firm {rng.randint(0, 3)}"]),
        traits=rng.choice([{}, {"competitor": "Teehaus"}, {"year_birth": 1980}]),
    )


def _life(rng: random.Random, one: Someone) -> Iterator[Fact]:
    for place in range(rng.choice([0, 1, 1, 2, 3, 5])):
        at = NOW - timedelta(days=rng.randint(0, 900), minutes=rng.choice([0, 30 * rng.randint(0, 47)]))
        number = f"{one.who}-{place}"
        names = rng.sample(sorted(CATEGORIES), rng.randint(0, 3))
        more = {"store": rng.choice(["Ring", "Markt"])} if rng.random() < 0.4 else {}
        if rng.random() < 0.3:
            more["coupon"] = rng.choice(["SPRING", "HELLO"])
        total = f"{rng.randint(1, 20_000) / 100:.2f}"
        yield order(one.who, at, total, *names, number=number, currency=rng.choice([None, "EUR", "CHF"]), **more)
        if rng.random() < 0.2:
            later = at + timedelta(days=rng.randint(0, 20))
            what = rng.choice(["Order Cancelled", "Order Refunded"])
            yield Fact(one.who, what, later, Decimal("3.50"), None, number)
        if rng.random() < 0.6:
            reason = rng.choice(["late", "broken"])
            told = {"reason": reason, "resolved": rng.random() < 0.7}
            if names and rng.random() < 0.7:
                told["product"] = names[0]
            yield Fact(one.who, "Contact Logged", at + timedelta(days=rng.randint(0, 60)), properties=told)
        if rng.random() < 0.6:
            kind, most = rng.choice([("nps", 10), ("csat", 5)])
            told = {"kind": kind, "score": rng.randint(0, most)}
            yield Fact(one.who, "Survey Answered", at + timedelta(days=3), properties=told)
    if rng.random() < 0.3:
        begun = NOW - timedelta(days=rng.randint(0, 400))
        due = (begun + timedelta(days=365)).strftime("%Y-%m-%dT%H:%M:%SZ")
        told = {"plan": "Box", "renews_at": due}
        yield Fact(one.who, "Subscription Started", begun, Decimal(40), "EUR", properties=told)
        yield Fact(one.who, rng.choice(["Payment Made", "Payment Failed"]), begun, Decimal(40), "EUR")
        if rng.random() < 0.3:
            yield Fact(one.who, "Subscription Cancelled", begun + timedelta(days=5), properties={"plan": "Box"})
    if rng.random() < 0.4:
        told = {"network": rng.choice(["A", "B"]), "sentiment": rng.choice(["negative", "positive", "neutral"])}
        yield Fact(one.who, "Mention Seen", NOW - timedelta(days=rng.randint(0, 300)), properties=told)
    if rng.random() < 0.5:
        yield Fact(one.who, "Signed Up", NOW - timedelta(days=rng.randint(0, 950)))
