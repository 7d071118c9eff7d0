"""A clock for tests that go through time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Hand:
    """A clock whose hand is moved."""

    at: datetime

    def now(self) -> datetime:
        """Where the hand stands."""
        return self.at
