"""When time alone may change something: the next instant of each clock for each person, and which audience it is of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from habitue.audiences.clocks import clocks_of
from habitue.audiences.moment import Moment
from habitue.audiences.stays import HISTORY
from habitue.audiences.text import read
from habitue.audiences.timetable import Timetable
from habitue.kernel.clock import from_micros
from habitue.profiles.replica_tables import PEOPLE
from habitue.profiles.slices import EVENTS

NOW = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
MOMENT = Moment(NOW, "Europe/Berlin", "EUR")
HOUR = timedelta(hours=1)


def timetable(*events: tuple[str, str, datetime], traits: str = "{}") -> Timetable:
    """Anna and Ben with what they did; `traits` are Anna's."""
    people = [{"profile_id": "anna", "traits": traits}, {"profile_id": "ben", "traits": "{}"}]
    rows = [{"profile_id": who, "name": name, "at": at} for who, name, at in events]
    return Timetable(
        {
            "people": pa.Table.from_pylist(people, schema=PEOPLE),
            "events": pa.Table.from_pylist(rows, schema=EVENTS),
            "stays": HISTORY.empty_table(),
        }
    )


def told(found: Timetable, text: str) -> dict[str, datetime]:
    """When each person is to be asked again."""
    return {who: from_micros(at) for who, at in found.told(clocks_of(read(text), {}), MOMENT).items()}


def test_a_window_empties_at_the_event_and_its_length_and_only_for_who_did_it() -> None:
    found = timetable(("anna", "A", NOW - HOUR), ("anna", "A", NOW - 47 * HOUR), ("ben", "B", NOW - HOUR))
    assert told(found, 'did "A" in last 2 days') == {"anna": NOW + HOUR}
    assert told(found, 'did "A" in last 5 hours') == {"anna": NOW + 4 * HOUR}
    assert told(found, 'did "A"') == {}


def test_an_event_of_this_very_instant_counts_a_microsecond_later() -> None:
    found = timetable(("ben", "A", NOW))
    assert told(found, 'did "A" in last 2 days') == {"ben": NOW + timedelta(microseconds=1)}


def test_calendar_windows_change_at_midnight_of_the_workspace_in_summer_time() -> None:
    found = timetable(("anna", "A", NOW - HOUR), ("ben", "A", NOW - 400 * HOUR))
    assert told(found, 'did "A" in this day') == {"anna": datetime(2026, 3, 28, 23, 0, tzinfo=UTC)}
    assert told(found, 'did "A" in this month') == dict.fromkeys(
        ("anna", "ben"), datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
    )
    (at,) = {told(found, 'did "A" in last 1 month')["anna"]}
    assert datetime(2026, 4, 20, tzinfo=UTC) < at < datetime(2026, 4, 28, 22, 0, tzinfo=UTC)


def test_a_day_among_the_own_fields_of_somebody_comes_closer() -> None:
    found = timetable(traits='{"renews_on": "2026-04-10"}')
    assert told(found, "renews_on within next 7 days") == {"anna": datetime(2026, 4, 2, 22, 0, tzinfo=UTC)}


def test_only_the_audience_whose_time_has_come_is_overdue() -> None:
    found = timetable(("anna", "A", NOW - 25 * HOUR), ("ben", "B", NOW - 25 * HOUR))
    clocks = {name: clocks_of(read(f'did "{name}" in last 1 day'), {}) for name in ("A", "B")}
    assert found.overdue(clocks, MOMENT, {"anna": NOW - HOUR}) == {"A"}
    assert found.overdue(clocks, MOMENT, {"ben": NOW - HOUR}) == {"B"}
    assert found.overdue(clocks, MOMENT, {"ben": NOW - timedelta(minutes=30)}) == set()
