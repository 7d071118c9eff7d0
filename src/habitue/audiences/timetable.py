"""When time alone may change something for the people of a slice: the next instant of many clocks, never too late.

Instants are microseconds since 1970 in UTC, one for each person, NEVER where a clock does not run for them. All people
are looked at together, since hundreds of audiences share few clocks. Asking once too often is harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from habitue.audiences.clocks import Clock, EventClock, StayClock, TraitClock, of_window
from habitue.audiences.moment import MONTHS_OF_YEAR, Moment, period
from habitue.insights.days import minus_months
from habitue.kernel.clock import from_micros, micros

NEVER: Final = np.iinfo(np.int64).max
_DAY: Final = timedelta(days=1)
_SLACK: Final = timedelta(days=3)
_MINUTE: Final = 60_000_000
_DAY_MICROS: Final = 86_400_000_000
# Who is asked at the very instant of a bound is asked again right after it: a span holds its beginning, not its end.
_JUST_AFTER: Final = 1

Instants = npt.NDArray[np.int64]
_Times = tuple[Instants, Instants]
_NOTHING: Final[_Times] = (np.empty(0, np.int64), np.empty(0, np.int64))
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Timetable:
    """The people of a slice (tables people, events, stays) with what happened to them, by name."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._people = tables["people"]
        self.profile_ids: list[str] = self._people.column("profile_id").to_pylist()
        self._place = {profile_id: number for number, profile_id in enumerate(self.profile_ids)}
        self._events = self._by_key(tables["events"], "name", ["at"])
        self._stays = self._by_key(tables["stays"], "audience_id", ["entered_at", "left_at"])
        self._values: dict[str, list[Any]] = {}
        self._known: dict[tuple[Clock, datetime], Instants] = {}

    def next(self, clocks: Iterable[Clock], moment: Moment) -> Instants:
        """The earliest instant after the moment at which one of the clocks strikes, for each person."""
        found = self._never()
        for clock in clocks:
            key = (clock, moment.now)
            if key not in self._known:
                self._known[key] = self._of(clock, moment)
            np.minimum(found, self._known[key], out=found)
        return found

    def told(self, clocks: Iterable[Clock], moment: Moment) -> Mapping[str, int]:
        """The same by profile, of those for whom one strikes at all."""
        found = self.next(clocks, moment)
        places = np.flatnonzero(found != NEVER)
        return dict(zip([self.profile_ids[place] for place in places], found[places].tolist(), strict=True))

    def overdue(
        self, clocks: Mapping[str, Iterable[Clock]], moment: Moment, waiting: Mapping[str, datetime]
    ) -> set[str]:
        """The keys whose clocks have struck for somebody who is waiting, each since a time of their own."""
        before = replace(moment, now=min(waiting.values()) - timedelta(microseconds=1))
        places = np.array([self._place[each] for each in waiting if each in self._place], np.int64)
        until = micros(moment.now)
        return {key for key, own in clocks.items() if (self.next(own, before)[places] <= until).any()}

    def _never(self) -> Instants:
        return np.full(len(self.profile_ids), NEVER, np.int64)

    def _by_key(self, table: pa.Table, key: str, columns: Iterable[str]) -> dict[str, _Times]:
        """Who (by place) and when, for each value of a column."""
        parts: dict[str, list[_Times]] = {}
        for column in columns:
            rows = table.select(["profile_id", key, column]).filter(pc.is_valid(table.column(column)))
            owners = np.array([self._place.get(each, -1) for each in rows.column(0).to_pylist()], np.int64)
            keys = np.array(rows.column(1).to_pylist(), object)
            times = rows.column(2).cast(pa.int64()).to_numpy()
            for name in set(keys):
                mine = (keys == name) & (owners >= 0)
                parts.setdefault(name, []).append((owners[mine], times[mine]))
        return {
            name: (np.concatenate([who for who, _at in several]), np.concatenate([at for _who, at in several]))
            for name, several in parts.items()
        }

    def _of(self, clock: Clock, moment: Moment) -> Instants:
        if isinstance(clock, TraitClock):
            return self._after_trait(clock, moment)
        if isinstance(clock, EventClock):
            return self._after_times(clock, self._events.get(clock.event, _NOTHING), moment)
        found = self._never()
        for each in of_window("", clock.window) if isinstance(clock, StayClock) else ():
            np.minimum(found, self._after_times(each, self._stays.get(clock.audience_id, _NOTHING), moment), out=found)
        return found

    def _after_times(self, clock: EventClock, times: _Times, moment: Moment) -> Instants:
        owners, at = times
        found, now = self._never(), micros(moment.now)
        if clock.window is None:
            # An event at this very instant is not yet inside its window.
            struck = at + (clock.minutes * _MINUTE or 1)
        elif clock.window.kind in ("this", "last"):
            start = period(moment.today, clock.window.unit)
            before = moment.start_of(period(start - _DAY, clock.window.unit))
            following = micros(moment.start_of(_following(start, clock.window.unit)))
            struck = np.where(at >= micros(before), following, NEVER)
        else:
            struck = _months_later(clock, at, moment)
        struck = np.where(struck == now, now + _JUST_AFTER, struck)
        is_later = struck > now
        np.minimum.at(found, owners[is_later], struck[is_later])
        return found

    def _after_trait(self, clock: TraitClock, moment: Moment) -> Instants:
        now = micros(moment.now)
        known: dict[Any, int] = {}
        found = self._never()
        for place, value in enumerate(self._of_field(clock.field)):
            if value is None:
                continue
            if value not in known:
                struck = (at + _JUST_AFTER if at == now else at for at in _after(clock, value, moment))
                known[value] = min((at for at in struck if at > now), default=NEVER)
            found[place] = known[value]
        return found

    def _of_field(self, field: str) -> list[Any]:
        """Everybody's value of a field: of its column, else of their other traits; days are read from text."""
        if field not in self._values:
            traits = self._people.column("traits").to_pylist()
            columns = (
                self._people.column(field).to_pylist() if field in self._people.column_names else [None] * len(traits)
            )
            self._values[field] = [
                value if value is not None else _day(_decode(told).get(field)) if told else None
                for value, told in zip(columns, traits, strict=True)
            ]
        return self._values[field]


def _months_later(clock: EventClock, at: Instants, moment: Moment) -> Instants:
    """When events leave a window that begins at a day so many months ago: not before tomorrow, and rather too early."""
    assert clock.window is not None
    months = MONTHS_OF_YEAR if clock.window.kind == "last_year" else clock.window.count
    since = micros(moment.start_of(minus_months(moment.today, months)))
    next_day = micros(moment.start_of(moment.today + _DAY))
    days, places = np.unique(at // _DAY_MICROS, return_inverse=True)
    ends = [
        max(
            next_day,
            micros(moment.start_of(minus_months(from_micros(int(day) * _DAY_MICROS).date(), -months)) - _SLACK),
        )
        for day in days
    ]
    return np.where(at >= since, np.array(ends, np.int64)[places], NEVER) if len(at) else at


def _following(start: date, unit: Any) -> date:
    day = start + _DAY
    while period(day, unit) == start:
        day += _DAY
    return day


def _after(clock: TraitClock, value: Any, moment: Moment) -> Iterator[int]:
    if isinstance(value, datetime):
        yield micros(value + timedelta(days=clock.days, microseconds=0 if clock.days else 1))
    elif isinstance(value, date):
        days: Iterable[date] = [value] if not clock.yearly else _yearly(value, moment.today.year)
        yield from _each(days, lambda day: micros(moment.start_of(day + timedelta(days=clock.days))))


def _day(value: object) -> date | None:
    """A day out of text, None for anything else."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _yearly(day: date, year: int) -> list[date]:
    # 29 February is kept on the 28th, and counts as a day old on 1 March.
    found = []
    for number in (year - 1, year, year + 1, year + 2):
        try:
            found.append(day.replace(year=number))
        except ValueError:
            found += [date(number, 2, 28), date(number, 3, 1)]
    return found


def _each(days: Iterable[date], make: Callable[[date], int]) -> Iterator[int]:
    for day in days:
        try:
            yield make(day)
        except (OverflowError, ValueError):
            continue
