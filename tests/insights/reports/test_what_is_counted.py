"""What reports count and say: people once, months by name, times of many, rows that may be chance."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import isclose, sqrt
from typing import Any

import pytest
from tests.insights.reports.world import NOW, Fact, Someone, World, material, order

from habitue.insights.reports import cross, forecast, journeys, places, problems, segments
from habitue.insights.reports.shape import Column, Say, Section
from habitue.web.reports.writing import in_reading_order


def test_who_is_in_two_segments_of_a_department_counts_once(con: Any) -> None:
    people = [Someone(f"p{n}", company="Firm" if n < 4 else None) for n in range(6)]
    facts = [order(one.who, NOW - timedelta(days=9), "30.00", number=one.who) for one in people]
    facts += [Fact("p0", name, NOW - timedelta(days=2), properties={"resolved": False})
              for name in ("Contact Logged", "Payment Failed")]  # fmt: skip
    found = segments.compute(material(con, World(facts, people)))
    rows = {row["segment"]: row["people"] for section in found.sections for row in section.rows}
    assert (rows["valuable"], rows["firms"], rows["open"], rows["unpaid"]) == (6, 4, 1, 1)
    assert {name: value.value for name, value in found.says.values.items()} == {
        "marketing": 6, "sales": 6, "service": 1,
    }  # fmt: skip


def _thirty_months(con: Any, now: datetime) -> Any:
    """A shop with one order on the fifth of every month until the day `now`."""
    days = [datetime(2024 + n // 12, n % 12 + 1, 5, 12, tzinfo=UTC) for n in range(36)]
    facts = [order(f"p{n}", at, f"{1000 + 37 * (n % 5)}.00", number=str(n))
             for n, at in enumerate(days) if at <= now]  # fmt: skip
    return forecast.compute(material(con, World(facts, [Someone(fact.who) for fact in facts]), now=now))


def test_the_forecast_names_its_months_and_tells_the_rest_of_the_running_one_apart(con: Any) -> None:
    found = _thirty_months(con, datetime(2026, 11, 27, 9, tzinfo=UTC))
    section = found.sections[0]
    ahead = [row for row in section.rows if row["kind"] == "forecast"]
    assert [row["month"] for row in ahead] == [date(2026, 12, 1), *(date(2027, n, 1) for n in range(1, 6))]
    assert (found.says.values["first"].value, found.says.values["last"].value) == (date(2026, 12, 1), date(2027, 5, 1))
    assert found.says.values["money"].value == sum(row["money"] for row in ahead)
    assert section.note is not None
    assert section.note.values["month"].value == date(2026, 11, 1)
    assert 0 < section.note.values["rest"].value < Decimal(200), "three days of about a thousand a month"


def test_on_the_last_day_of_a_month_nothing_is_left_of_it(con: Any) -> None:
    found = _thirty_months(con, datetime(2026, 11, 30, 9, tzinfo=UTC))
    assert found.says.values["first"].value == date(2026, 12, 1)
    note = found.sections[0].note
    assert note is not None
    assert "rest" not in note.values


def test_the_band_widens_with_the_distance_beyond_what_was_tested(con: Any) -> None:
    assert [forecast.widened(ahead) for ahead in (1, 2, 3)] == [1, 1, 1]
    assert isclose(forecast.widened(6), sqrt(2))
    rows = _thirty_months(con, datetime(2026, 11, 30, 9, tzinfo=UTC)).sections[0].rows
    ahead = [row for row in rows if row["kind"] == "forecast"]
    width = [row["high"] / row["money"] - row["low"] / row["money"] for row in ahead]
    assert isclose(width[0], width[2], rel_tol=0.01)
    assert width[2] < width[3] < width[4] < width[5]


def test_what_is_left_of_a_month_goes_by_its_days() -> None:
    assert forecast.rest_of_month(3000.0, date(2026, 11, 27)) == Decimal("300.0")
    assert forecast.rest_of_month(3000.0, date(2026, 11, 30)) == 0


def _walked(*people: tuple[str, int, str]) -> World:
    """Buyers who did one thing so many days before their first order."""
    facts = []
    for who, days, name in people:
        facts.append(order(who, NOW - timedelta(days=5), "10.00", number=who))
        if name:
            facts.append(Fact(who, name, NOW - timedelta(days=5 + days)))
    return World(facts, [Someone(who) for who, *_ in people])


def test_the_slowest_path_is_one_that_ten_people_walked(con: Any) -> None:
    many = [(f"p{n}", 20, "Contact Logged") for n in range(10)]
    found = journeys.compute(material(con, _walked(*many, ("alone", 997, "Payment Failed"))))
    assert found.sections[0].says.values["days"].value == 20
    assert max(row["wait"] for row in found.sections[0].rows) == 997
    few = journeys.compute(material(con, _walked(*many[:9], ("alone", 997, "Payment Failed"))))
    assert "days" not in few.sections[0].says.values


def test_the_most_frequent_beginning_is_told_of_those_who_were_known_before(con: Any) -> None:
    known = [(f"p{n}", 20, "Contact Logged") for n in range(3)]
    others = [(f"q{n}", 0, "") for n in range(16)]
    says = journeys.compute(material(con, _walked(*known, ("last", 3, "Payment Failed"), *others))).says
    assert says.values["share"].value == pytest.approx(0.2)
    assert says.values["part"].value == 0.75


def test_a_problem_that_never_came_up_before_is_not_told_in_noughts(con: Any) -> None:
    told = {"reason": "broken", "product": "Kettle"}
    facts = [Fact(f"p{n}", "Contact Logged", NOW - timedelta(days=n), properties=told) for n in range(14)]
    found = problems.compute(material(con, World(facts, [Someone(fact.who) for fact in facts])))
    assert "hardly ever" in found.says.text
    assert "%(expected)s" not in found.says.text


def test_rows_that_may_be_chance_say_so_and_lead_nowhere(con: Any) -> None:
    bought = (("Bonn", "Tea", 90), ("Bonn", "Ware", 10), ("Ulm", "Tea", 10), ("Ulm", "Ware", 90))
    told = [{"place": place, "item": item, "people": people} for place, item, people in bought]
    rows = cross.against_usual(told, "place", "item")
    assert {(row["place"], row["item"]): row["beyond"] for row in rows} == {
        ("Bonn", "Tea"): "yes", ("Ulm", "Ware"): "yes", ("Bonn", "Ware"): "chance", ("Ulm", "Tea"): "chance",
    }  # fmt: skip
    links = places.Links(material(con, World([], [])), {"Bonn": "city", "Ulm": "city"}, frozenset(), True)
    assert [bool(links.behind(row)) for row in rows] == [row["beyond"] == "yes" for row in rows]


def test_a_table_that_looks_ahead_begins_with_the_next_month() -> None:
    months = [{"month": date(2026, n, 1)} for n in range(1, 7)]
    plain = Section("x", "X", Say("x"), (Column("month", "Month", "month"),), tuple(months))
    ahead = Section("x", "X", Say("x"), plain.columns, tuple(months), ahead_from=date(2026, 4, 1))
    assert [row["month"].month for row in in_reading_order(plain)] == [6, 5, 4, 3, 2, 1]
    assert [row["month"].month for row in in_reading_order(ahead)] == [4, 5, 6, 3, 2, 1]
