"""A workspace whose clock the test sets, and one word for each thing that happens on a timeline."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from habitue import flow
from habitue.audiences import stays
from habitue.audiences.realtime import Follower
from habitue.audiences.text import read
from habitue.kernel.ids import Uuid7
from habitue.workspace import Workspace
from tests.sending import send

START = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)


@dataclass
class HandClock:
    """A clock that shows what it was set to."""

    at: datetime = START

    def now(self) -> datetime:
        """The instant it shows."""
        return self.at


@dataclass
class Timeline:
    """What happens when, and who is in which audience then."""

    ws: Workspace
    clock: HandClock = field(default_factory=HandClock)
    follower: Follower = field(default_factory=Follower)

    def __post_init__(self) -> None:
        self.ws = Workspace(replace(self.ws.context, clock=self.clock, ids=Uuid7()))

    def audience(self, text: str, name: str = "A") -> str:
        """Publish an audience and settle it."""
        made = self.ws.audiences.create(name, read(text))
        flow.refresh(self.ws.context)
        flow.settle(self.ws.context)
        self.step()
        return made.audience_id

    def passes(self, **span: float) -> None:
        """Time goes by, and the worker does what is due."""
        self.at(self.clock.at + timedelta(**span))

    def at(self, instant: datetime) -> None:
        """The clock is set, and the worker does what is due."""
        self.clock.at = instant
        self.step()

    def event(self, user: str, name: str, *, at: datetime | None = None, **properties: Any) -> None:
        """Somebody does something, now or as a late event of an earlier instant."""
        when = (at or self.clock.at).isoformat().replace("+00:00", "Z")
        message = {"type": "track", "userId": user, "event": name, "properties": properties, "timestamp": when}
        self.send(message)

    def send(self, *messages: dict[str, Any], source: str = "shop") -> None:
        """Messages arrive and are followed."""
        send(self.ws, *messages, source=source)
        self.step()

    def step(self) -> None:
        """One round of the worker."""
        while flow.follow(self.ws.context, self.follower):
            pass

    def members(self, audience_id: str) -> set[str]:
        """The e-mail addresses or names of those who are in it."""
        with self.ws.register.read() as conn:
            found = {profile for _audience, profile in stays.members(conn, [audience_id])}
        rows = self.ws.people.listing(limit=1000).rows
        return {row.email or row.name for row in rows if row.profile_id in found}

    def by_rule(self, audience_id: str) -> set[str]:
        """The same people, asked in bulk on the lake."""
        flow.refresh(self.ws.context)
        rule = self.ws.audiences.get(audience_id).rule
        return {row.email or row.name or "" for row in self.ws.audiences.members(rule, limit=1000)}

    def history(self, email: str) -> list[tuple[str, str | None]]:
        """Why somebody entered and left, in order."""
        (person,) = self.ws.people.search(email)
        with self.ws.register.read() as conn:
            return [(s.entered_why, s.left_why) for s in reversed(stays.of_person(conn, person.profile_id))]
