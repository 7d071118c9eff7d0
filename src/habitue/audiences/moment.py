"""The instant a rule is asked at, and what its windows and days mean then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, TypeVar

import ibis
import ibis.expr.types as ir

from habitue.audiences.rule_parts import Unit, Window
from habitue.insights.days import instant, minus_months, start_of_day
from habitue.kernel.clock import day_in
from habitue.kernel.lake import set_day, set_instant

MONTHS_OF_YEAR = 12
_MONTHS = {"month": 1, "quarter": 3, "year": MONTHS_OF_YEAR}

Bound = Callable[["Moment"], datetime]
DayBound = Callable[["Moment"], date]
_Told = TypeVar("_Told", Bound, DayBound)


@dataclass(frozen=True)
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

    def instant(self, bound: Bound) -> ir.TimestampScalar:
        """An instant that follows from now, as an expression."""
        return instant(bound(self))

    def day(self, bound: DayBound) -> ir.DateScalar:
        """A day that follows from now, as an expression."""
        return ibis.literal(bound(self), type="date")

    def present(self) -> ir.TimestampScalar:
        """Now, as an expression."""
        return self.instant(_now)

    def current_day(self) -> ir.DateScalar:
        """Today, as an expression."""
        return self.day(_today)

    def within(self, window: Window) -> tuple[ir.TimestampScalar | None, ir.TimestampScalar | None]:
        """The same as `bounds`, as expressions; whether a window is open does not depend on now."""
        since, until = self.bounds(window)
        return (
            None if since is None else self.instant(_Bound(window, 0)),
            None if until is None else self.instant(_Bound(window, 1)),
        )

    def bounds(self, window: Window) -> tuple[datetime | None, datetime | None]:
        """The first instant inside the window and the first one after it; None where it is open."""
        match window.kind:
            case "ever":
                return None, None
            case "since_event":
                return None, self.now
            case "last_hours":
                return self.now - timedelta(hours=window.count), self.now
            case "last_days":
                return self.now - timedelta(days=window.count), self.now
            case "days_ago":
                return self.now - timedelta(days=window.upto), self.now - timedelta(days=window.count)
            case "between":
                since = None if window.since is None else self.start_of(window.since)
                until = None if window.until is None else self.start_of(window.until + timedelta(days=1))
                return since, until
            case "this":
                return self.start_of(period(self.today, window.unit)), self.now
            case "last":
                start = period(self.today, window.unit)
                before = period(start - timedelta(days=1), window.unit)
                return self.start_of(before), self.start_of(start)
            case _:
                months = MONTHS_OF_YEAR if window.kind == "last_year" else window.count
                return self.start_of(minus_months(self.today, months)), self.now

    def birth_days(self, youngest: int, oldest: int) -> tuple[date, date]:
        """The first and the last day of birth of people aged `youngest` to `oldest` today."""
        last = minus_months(self.today, MONTHS_OF_YEAR * youngest)
        before_first = minus_months(self.today, MONTHS_OF_YEAR * (oldest + 1))
        return before_first + timedelta(days=1), last


@dataclass(frozen=True)
class LaterMoment(Moment):
    """A moment whose instants are settings of the engine, so that one compiled rule can be asked again and again."""

    prefix: str = ""
    instants: list[Bound] = field(default_factory=list)
    days: list[DayBound] = field(default_factory=list)

    def instant(self, bound: Bound) -> ir.TimestampScalar:
        """The name of a setting; `settings` gives its value."""
        return set_instant(f"{self.prefix}_i{_place(bound, self.instants)}")

    def day(self, bound: DayBound) -> ir.DateScalar:
        """The name of a setting; `settings` gives its value."""
        return set_day(f"{self.prefix}_d{_place(bound, self.days)}")

    def settings(self, now: datetime) -> dict[str, datetime | date]:
        """The value of every setting at the instant `now`."""
        then = Moment(now, self.timezone, self.currency)
        found: dict[str, datetime | date] = {
            f"{self.prefix}_i{number}": bound(then) for number, bound in enumerate(self.instants)
        }
        return found | {f"{self.prefix}_d{number}": bound(then) for number, bound in enumerate(self.days)}


@dataclass(frozen=True)
class _Bound:
    """The first instant inside a window or the first one after it; equal windows share a setting."""

    window: Window
    place: Literal[0, 1]

    def __call__(self, then: Moment) -> datetime:
        found = then.bounds(self.window)[self.place]
        assert found is not None, "whether a window is open does not depend on now"
        return found


def _now(then: Moment) -> datetime:
    return then.now


def _today(then: Moment) -> date:
    return then.today


def _place(bound: _Told, told: list[_Told]) -> int:
    """Where a bound stands among those that have a setting; it gets one where it has none."""
    if bound not in told:
        told.append(bound)
    return told.index(bound)


def period(day: date, unit: Unit) -> date:
    """The first day of the calendar period in which a day lies; weeks begin on Monday."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    months = _MONTHS[unit]
    return date(day.year, (day.month - 1) // months * months + 1, 1)
