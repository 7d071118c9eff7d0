"""A made-up story told twice: to a workspace, message by message, and to the second evaluator as plain rows.

What the register has written down itself (insights as they were computed last, who was in an audience when, who was
put together with whom) is read from there row by row; whether a rule about it holds is not.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from habitue import flow
from habitue.audiences import stays
from habitue.identity.tables import identifiers
from tests.rules.timeline import Timeline
from tests.rules.world import ZONE, World

USERS = ("anna", "ben", "cleo", "dan", "app-7")
MERGES = {"app-7": "anna"}
START = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
ORDERED, REFUNDED, CANCELLED, OPENED = "Order Completed", "Order Refunded", "Order Cancelled", "Opened"
WORDS = ("DE", "de", "AT", "Köln", "Straße", "Москва", "a'b")
CHANNELS = ("email", "email", "any", "post")
JUMPS = (
    timedelta(0), timedelta(microseconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1),
    timedelta(days=4), timedelta(days=7), timedelta(days=30),
)  # fmt: skip


@dataclass(slots=True)
class Story:
    """Tells a timeline what happens, and keeps the same as rows; nothing of the library's reading is used."""

    line: Timeline
    rng: random.Random
    traits: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    consents: list[dict[str, Any]] = field(default_factory=list)
    seen: list[tuple[str, datetime]] = field(default_factory=list)
    merged: set[str] = field(default_factory=set)
    orders: list[tuple[str, str]] = field(default_factory=list)
    rfm: list[dict[str, Any]] = field(default_factory=list)
    steps_back: int = 0
    renewals: int = 0

    def begin(self) -> None:
        """Everybody but one makes themselves known."""
        self.line.at(START)
        for user in USERS[:-1]:
            self._identify(user)
        for name in (ORDERED, OPENED):
            self._tell("anna", name, {"channel": self.rng.choice(WORDS)}, at=START)
            self._tell("ben", name, {"channel": self.rng.choice(WORDS)}, at=START)
        self.renew()

    def steps(self, count: int) -> Iterator[World]:
        """Time passes and something happens, step by step; gives the world as it is after each."""
        for _number in range(count):
            self._set_clock()
            for _message in range(self.rng.choice([0, 1, 1, 2, 3])):
                self.rng.choice([self._track, self._track, self._track, self._identify, self._consent, self._merge])()
            if self.rng.random() < 0.3:
                self.renew()
            yield self.world()

    def renew(self) -> None:
        """The worker renews the replica and the insights, and asks who mentions them."""
        flow.refresh(self.line.ws.context)
        flow.settle(self.line.ws.context)
        self.line.step()
        lake = self.line.ws.context.lake
        self.rfm = lake.con.to_pyarrow(lake.table("insight_rfm")).to_pylist()
        self.renewals += 1

    def _set_clock(self) -> None:
        """Time goes on, to an instant at which something may change; once in a while somebody sets the clock back."""
        if self.rng.random() < 0.08 and self.line.clock.at > START + timedelta(days=2):
            self.line.at(self.line.clock.at - self.rng.choice(JUMPS[2:5]))
            self.steps_back += 1
        else:
            self.line.at(self._next_instant())

    def world(self) -> World:
        """The rows of now, with the profile ids of the register."""
        ids = self._profile_ids()
        persons = sorted({self._owner(user) for user in USERS if self._is_known(user)})
        people = [self._person(ids[user], self.traits.get(user, {}), self._last_seen(user)) for user in persons]
        told = {user: self.traits.get(user, {}) for user in persons}
        groups = [(ids[user], told[user].get("company_name"), "company") for user in persons]
        groups += [(ids[user], _home(told[user]), "household") for user in persons]
        allowed = [{"profile_id": ids[user]} for user in persons if self._may_write(user)]
        return World(
            people=people,
            events=[{**event, "profile_id": ids[self._owner(event["user"])]} for event in self.events],
            consents=[{**row, "profile_id": ids[self._owner(row["user"])]} for row in self.consents],
            members=[],
            rfm=self.rfm,
            history=self._history(),
            relations=[{"profile_id": who, "group_id": group, "by": by} for who, group, by in groups if group],
            allowed=allowed,
            now=self.line.clock.at,
        )

    def _next_instant(self) -> datetime:
        now = self.line.clock.at
        edges = [event["at"] + jump for event in self.events[-8:] for jump in JUMPS]
        later = [edge for edge in edges if now <= edge < now + timedelta(days=12)]
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), ZoneInfo(ZONE)).astimezone(UTC)
        return self.rng.choice([*later, max(midnight, now), now + self.rng.choice(JUMPS[:-1])])

    def _track(self) -> None:
        user, name = self.rng.choice(USERS), self.rng.choice([ORDERED, ORDERED, ORDERED, OPENED, OPENED, REFUNDED])
        source, order_id = self.rng.choice(["shop", "till"]), f"o{len(self.events)}"
        if name == REFUNDED or (self.orders and self.rng.random() < 0.15):
            name = self.rng.choice([REFUNDED, CANCELLED]) if self.orders else OPENED
            source, order_id = self.rng.choice(self.orders) if self.orders else (source, order_id)
        properties: dict[str, Any] = {} if name == OPENED else {"order_id": order_id}
        properties |= _properties(self.rng)
        amount = self.rng.choice([None, Decimal(self.rng.randint(0, 60)) / 4])
        if amount is not None and name != CANCELLED:
            properties |= {"total": float(amount), "currency": self.rng.choice(["EUR", "EUR", "CHF"])}
        if name == ORDERED:
            self.orders.append((source, order_id))
        self._tell(user, name, properties, source)
        told = amount if "total" in properties else None
        self.events[-1] |= {"amount": told, "currency": properties.get("currency"),
                            "order_id": properties.get("order_id")}  # fmt: skip

    def _tell(
        self, user: str, name: str, properties: Mapping[str, Any], source: str = "shop", *, at: datetime | None = None
    ) -> None:
        known = [event["at"] for event in self.events[-5:] if event["at"] <= self.line.clock.at]
        late = self.line.clock.at - self.rng.choice(JUMPS)
        at = at or self.rng.choice([self.line.clock.at, self.line.clock.at, late, *known])
        message = {"type": "track", **_who(user), "event": name, "properties": dict(properties),
                   "timestamp": at.isoformat()}  # fmt: skip
        self.line.send(message, source=source)
        self.seen.append((user, at))
        self.events.append(
            {
                "seq": len(self.events),
                "user": user,
                "source_id": source,
                "name": name,
                "at": at,
                "amount": None,
                "currency": None,
                "order_id": None,
                "properties": json.dumps(properties),
            }
        )

    def _identify(self, user: str = "") -> None:
        user = user or self.rng.choice(USERS[:-1])
        self.line.passes(milliseconds=1)
        told: dict[str, Any] = {
            "country": self.rng.choice(["DE", "AT"]),
            "city": self.rng.choice(["Köln", "Berlin"]),
            "hobby": self.rng.choice(["Köln", "a'b", "Straße"]),
            "children": self.rng.randint(0, 3),
            "income": self.rng.randint(0, 40),
            "birth_date": self.rng.choice(["2004-02-29", "2000-03-30", "1990-04-02"]),
            "company_name": self.rng.choice(["Krume AG", "Teehaus KG"]),
            "last_name": self.rng.choice(["Abel", "Abel", "Kurz"]),
            "street": self.rng.choice(["Hafenweg 5", "Hafenweg 7"]),
        }
        # An address without a country is taken to be at home: the country is always told.
        told = {name: value for name, value in told.items() if name == "country" or self.rng.random() < 0.7}
        told["postal_code"] = "04109" if told["country"] == "DE" else "1010"
        self.line.send({"type": "identify", "userId": user, "traits": {"email": f"{user}@web.example", **told},
                        "timestamp": self.line.clock.at.isoformat()})  # fmt: skip
        self.seen.append((user, self.line.clock.at))
        self.traits.setdefault(user, {}).update(told)

    def _consent(self) -> None:
        self.say(self.rng.choice(USERS[:-1]), self.rng.choice(["given", "withdrawn"]), self.rng.choice(CHANNELS))

    def say(self, user: str, state: str, channel: str, *, at: datetime | None = None) -> None:
        """Somebody gives a consent or takes it back."""
        name = "Consent Given" if state == "given" else "Consent Withdrawn"
        self._tell(user, name, {"purpose": "newsletter", "channel": channel}, at=at)
        self.consents.append({"user": user, "purpose": "newsletter", "channel": channel, "state": state,
                              "at": self.events[-1]["at"]})  # fmt: skip

    def _merge(self) -> None:
        user = "app-7"
        if user in self.merged or not any(event["user"] == user for event in self.events):
            return
        self.line.passes(milliseconds=1)
        self.line.send({"type": "identify", "userId": MERGES[user], **_who(user), "traits": {},
                        "timestamp": self.line.clock.at.isoformat()})  # fmt: skip
        self.seen.append((user, self.line.clock.at))
        self.merged.add(user)

    def _owner(self, user: str) -> str:
        return MERGES[user] if user in self.merged else user

    def _last_seen(self, user: str) -> datetime:
        return max(at for other, at in self.seen if self._owner(other) == user)

    def _is_known(self, user: str) -> bool:
        return user in self.traits or any(event["user"] == user for event in self.events)

    def _may_write(self, user: str) -> bool:
        told = [row for row in self.consents if row["channel"] != "post" and self._owner(row["user"]) == user]
        rows = sorted((row["at"], row["state"]) for row in told)
        return bool(rows) and rows[-1][1] == "given" and user in self.traits

    def _history(self) -> list[dict[str, Any]]:
        """Who was in which audience from when to when, as it stands in the register."""
        with self.line.ws.register.read() as conn:
            return [dict(row) for row in conn.execute(sa.select(stays.stays)).mappings()]

    def _profile_ids(self) -> dict[str, str]:
        is_named = identifiers.c.namespace.in_(["user_id", "anonymous_id"])
        query = sa.select(identifiers.c.value, identifiers.c.profile_id).where(is_named)
        with self.line.ws.register.read() as conn:
            return {row.value: row.profile_id for row in conn.execute(query)}

    @staticmethod
    def _person(profile_id: str, told: Mapping[str, Any], last_seen_at: datetime) -> dict[str, Any]:
        born, income = told.get("birth_date"), told.get("income")
        own = {name: told[name] for name in ("hobby", "children") if name in told}
        return {
            "profile_id": profile_id, "kind": "person", "country": told.get("country"), "city": told.get("city"),
            "birth_date": None if born is None else date.fromisoformat(born),
            "income": None if income is None else Decimal(income), "last_seen_at": last_seen_at, "region": None,
            "postal_code": told.get("postal_code"), "traits": json.dumps(own),
        }  # fmt: skip


def _home(told: Mapping[str, Any]) -> str | None:
    """Last name, street with its number, and postal code; None where one of them is not known."""
    parts = [told.get(name) for name in ("last_name", "street", "postal_code")]
    return "|".join(parts) if all(parts) else None


def _who(user: str) -> dict[str, str]:
    return {"anonymousId" if user in MERGES else "userId": user}


def _properties(rng: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if rng.random() < 0.7:
        found["channel"] = rng.choice(WORDS)
    if rng.random() < 0.5:
        found["score"] = rng.choice([0, 1, "2.5", 35])
    if rng.random() < 0.6:
        found["products"] = [
            {"category": rng.choice(WORDS), "brand": rng.choice(WORDS), "quantity": rng.choice([1, 2, "2.5"])}
            for _ in range(rng.randint(0, 2))
        ]
    return found


def with_members(world: World, members: Mapping[str, list[str]]) -> World:
    """The world with who is in which audience."""
    rows = [{"audience_id": key, "profile_id": who} for key, several in members.items() for who in several]
    return replace(world, members=rows)
