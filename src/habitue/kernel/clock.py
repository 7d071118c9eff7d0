"""The clock as an argument: the wall clock, or one that stands still for tests and the example shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that always shows the same instant."""

    at: datetime

    def now(self) -> datetime:
        """The instant that it was given."""
        return self.at


@dataclass(slots=True)
class Hand:
    """A clock whose hand is moved, to go through times that are over or still to come."""

    at: datetime

    def now(self) -> datetime:
        """Where the hand stands."""
        return self.at


def day_in(at: datetime, timezone: str) -> date:
    """The calendar day of an instant in an IANA time zone."""
    return at.astimezone(ZoneInfo(timezone)).date()


def micros(at: datetime) -> int:
    """Microseconds since 1970 in UTC of an aware datetime."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_micros(value: int) -> datetime:
    """The aware UTC datetime of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=value)
