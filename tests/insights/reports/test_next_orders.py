"""The calendar of next orders counts chances, not people, and says nothing that was not tested."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pytest
from tests.insights.reports.world import World, material

from habitue.insights.reports import next_orders

TODAY = date(2026, 3, 29)
"""A Sunday, the day of the made-up shops."""


def due(rows: list[tuple[str, tuple[int, int, int], float | None]]) -> ir.Table:
    """What the insight says: who, the window in days from today, with which chance."""
    names, windows, chances = zip(*rows, strict=True)
    table: dict[str, Any] = {"profile_id": list(names), "chance": pa.array(chances, pa.float64())}
    for place, name in enumerate(("from", "on", "until")):
        days = [TODAY + timedelta(days=window[place]) for window in windows]
        table[f"next_order_{name}"] = pa.array(days, pa.date32())
    return ibis.memtable(pa.table(table))


def worth(rows: list[tuple[str, float, str]]) -> ir.Table:
    """What the insight of value says: who, how many orders, how much money."""
    names, orders, money = zip(*rows, strict=True)
    paid = pa.array([Decimal(each) for each in money], pa.decimal128(18, 4))
    return ibis.memtable(pa.table({"profile_id": list(names), "expected_orders": list(orders), "expected_value": paid}))


def spread(window: tuple[int, int, int], day: int) -> float:
    """Which part of the chance lies before a day, told in another way."""
    return float(np.interp(day, [0, *window, next_orders.HORIZON], [0, 0.25, 0.5, 0.75, 1]))


def test_chances_are_spread_over_the_weeks_as_the_windows_say(con: Any) -> None:
    windows = {"a": ((7, 14, 28), 0.8), "b": (((30, 45, 60)), 0.4)}
    known = {
        "next_order": due(
            [(name, window, chance) for name, (window, chance) in windows.items()] + [("c", (1, 2, 3), None)]
        ),
        "lifetime": worth([("a", 2.0, "80")]),
    }
    m = replace(material(con, World([], [])), learnt=known.get)
    assert m.today == TODAY
    (section,) = next_orders.compute(m).sections
    assert section.rows[0]["week"] == date(2026, 3, 23), "the week of today, from its Monday on"
    for row in section.rows:
        start = (row["week"] - TODAY).days
        parts = {n: c * (spread(w, start + 7) - spread(w, start)) for n, (w, c) in windows.items()}
        assert row["expected"] == pytest.approx(sum(parts.values()))
        assert row["people"] == sum(w[0] < start + 7 and w[2] >= start for w, _chance in windows.values())
        assert float(row["money"]) == pytest.approx(40 * parts["a"], abs=0.001), "of b nobody knows the worth"
    assert sum(row["expected"] for row in section.rows) == pytest.approx(1.2), "nobody counts twice"
    assert section.behind is not None
    assert [(each.name, each.op, each.value) for each in section.behind(section.rows[0])] == [  # type: ignore[union-attr]  # of insights
        ("next_order_until", "after", "2026-03-22"), ("next_order_from", "before", "2026-03-30"),
        ("chance", "is_known", ""),
    ]  # fmt: skip


def test_four_weeks_are_twenty_eight_days_whatever_the_weekday(con: Any) -> None:
    on_a_sunday = replace(
        material(con, World([], [])),
        learnt={"next_order": due([(f"p{n}", (22, 24, 26), 1.0) for n in range(10)])}.get,
    )
    expected = next_orders.compute(on_a_sunday).says.values["expected"].value
    assert expected == round(10 * spread((22, 24, 26), 28)) == 8, "four calendar weeks from Monday on would hold two"


def test_what_did_not_pass_its_test_is_no_calendar(con: Any) -> None:
    m = material(con, World([], []))
    assert next_orders.compute(m).is_empty
    assert next_orders.compute(replace(m, learnt={"next_order": due([("a", (5, 6, 7), None)])}.get)).is_empty
