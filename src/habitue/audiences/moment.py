"""The instant a rule is asked at, and what its windows and days mean then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from habitue.audiences.rule import Window
from habitue.insights.days import minus_months, start_of_day
from habitue.kernel.clock import day_in

MONTHS_OF_YEAR = 12


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, the workspace's time zone, and its currency."""

    now: datetime
    timezone: str
    currency: str

    @property
    def today(self) -> date:
        """The workspace day."""
        return day_in(self.now, self.timezone)

    def start_of(self, day: date) -> datetime:
        """The instant at which a workspace day begins."""
        return start_of_day(day, self.timezone)

    def bounds(self, window: Window) -> tuple[datetime | None, datetime | None]:
        """The first instant inside the window and the first one after it; None where it is open."""
        if window.kind == "ever":
            return None, None
        if window.kind == "last_days":
            return self.now - timedelta(days=window.count), self.now
        if window.kind == "between":
            since = None if window.since is None else self.start_of(window.since)
            until = None if window.until is None else self.start_of(window.until + timedelta(days=1))
            return since, until
        months = MONTHS_OF_YEAR if window.kind == "last_year" else window.count
        return self.start_of(minus_months(self.today, months)), self.now

    def birth_days(self, youngest: int, oldest: int) -> tuple[date, date]:
        """The first and the last day of birth of people aged `youngest` to `oldest` today."""
        last = minus_months(self.today, MONTHS_OF_YEAR * youngest)
        before_first = minus_months(self.today, MONTHS_OF_YEAR * (oldest + 1))
        return before_first + timedelta(days=1), last
