"""The calendar of next orders counts chances, not people, and says nothing that was not tested."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from tests.insights.reports.world import World, material

from habitue.audiences.rule import Group, InsightIs
from habitue.insights.reports import next_orders
from habitue.web.reports.behind import rule_of

TODAY = date(2026, 3, 29)
"""A Sunday, the day of the made-up shops."""


def due(rows: list[tuple[str, int, float | None]]) -> ir.Table:
    """What the insight says: who, in how many days, with which chance."""
    names, days, chances = zip(*rows, strict=True)
    on = [TODAY + timedelta(days=each) for each in days]
    table = {
        "profile_id": list(names),
        "next_order_on": pa.array(on, pa.date32()),
        "chance": pa.array(chances, pa.float64()),
    }
    return ibis.memtable(pa.table(table))


def worth(rows: list[tuple[str, float, str]]) -> ir.Table:
    """What the insight of value says: who, how many orders, how much money."""
    names, orders, money = zip(*rows, strict=True)
    paid = pa.array([Decimal(each) for each in money], pa.decimal128(18, 4))
    return ibis.memtable(pa.table({"profile_id": list(names), "expected_orders": list(orders), "expected_value": paid}))


def test_weeks_begin_on_mondays_and_are_without_gaps(con: Any) -> None:
    known = {
        "next_order": due([("a", 1, 0.5), ("b", 7, 0.25), ("c", 8, 0.3), ("d", 22, 1.0), ("e", 3, None)]),
        "lifetime": worth([("a", 2.0, "80"), ("c", 0.5, "10"), ("d", 1.0, "5")]),
    }
    m = replace(material(con, World([], [])), learnt=known.get)
    assert m.today == TODAY
    (section,) = next_orders.compute(m).sections
    rows = {row["week"]: row for row in section.rows}
    monday = date(2026, 3, 30)
    assert list(rows) == [monday + timedelta(days=7 * n) for n in range(4)]
    assert [row["people"] for row in section.rows] == [2, 1, 0, 1]
    assert [row["expected"] for row in section.rows] == [pytest.approx(0.75), pytest.approx(0.3), 0.0, 1.0]
    assert rows[monday]["money"] == Decimal(20), "half of forty; of b nobody knows"
    assert rows[monday + timedelta(days=7)]["money"] == Decimal(6)
    assert section.behind is not None
    assert [(each.op, each.value) for each in section.behind(section.rows[0])] == [  # type: ignore[union-attr]  # of insights
        ("after", "2026-03-29"), ("before", "2026-04-06"), ("is_known", ""),
    ]  # fmt: skip


def test_four_weeks_are_twenty_eight_days_though_they_touch_five_calendar_weeks(con: Any) -> None:
    days = [("a", 1, 0.9), ("b", 28, 0.8), ("c", 29, 1.0), ("d", 30, 1.0), ("e", 34, 1.0), ("past", 0, 1.0)]
    m = replace(material(con, World([], [])), learnt={"next_order": due(days)}.get)
    assert next_orders.compute(m).says.values["expected"].value == 2
    (row,) = m.rows(next_orders.soon(due(days), today=TODAY - timedelta(days=3)))
    assert row["expected"] == pytest.approx(1.9), "whose day is today on Sunday was still to come on Thursday"


def test_behind_a_week_that_has_begun_stand_only_those_whom_the_table_counts(con: Any) -> None:
    known = due([("gone", -5, 1.0), ("today", -3, 1.0), ("ahead", -1, 0.5), ("unknown", -1, None), ("later", 3, 0.2)])
    m = replace(
        material(con, World([], [])), now=datetime(2026, 3, 26, 12, tzinfo=UTC), learnt={"next_order": known}.get
    )
    (section,) = next_orders.compute(m).sections
    assert [row["people"] for row in section.rows] == [1, 1]
    assert section.behind is not None
    rule = rule_of(section.behind(section.rows[0]))
    assert isinstance(rule, Group)
    tests = [each for each in rule.rules if isinstance(each, InsightIs)]
    assert [(each.field, each.op, each.value) for each in tests] == [
        ("next_order_on", "after", "2026-03-26"), ("next_order_on", "before", "2026-03-30"), ("chance", "is_known", ""),
    ]  # fmt: skip


def test_what_did_not_pass_its_test_is_no_calendar(con: Any) -> None:
    m = material(con, World([], []))
    assert next_orders.compute(m).is_empty
    assert next_orders.compute(replace(m, learnt={"next_order": due([("a", 5, None)])}.get)).is_empty
