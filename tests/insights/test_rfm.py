"""Recency, frequency and money: exact against a second computation, and the definitions one by one."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rfm_oracle import NOW, Happened, event_table, oracle, people_table, shop

from habitue.insights.catalogue import Facts
from habitue.insights.orders import money_rows, orders, orders_per_profile
from habitue.insights.rfm import compute, rfm
from habitue.insights.summary import valuable_at_risk

ZONES = ("Europe/Berlin", "UTC", "Asia/Kolkata", "America/New_York")
TRIALS = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


def _bought(person: str, days_ago: int, amount: str = "10", **more: Any) -> Happened:
    return Happened(person, "Order Completed", NOW - timedelta(days=days_ago), Decimal(amount), **more)


def _computed(con: Any, events: list[Happened], zone: str, compute: Callable[..., ir.Table] = rfm) -> Any:
    persons = sorted({e.profile_id for e in events if e.profile_id != "p11"})
    people = people_table([*persons, "p11"], companies=["p11"])
    table = compute(event_table(events), people, at=NOW, timezone=zone, currency="EUR")
    rows = {row.pop("profile_id"): row for row in con.to_pyarrow(table).to_pylist()}
    return rows, oracle(events, persons, at=NOW, timezone=zone, currency="EUR")


def test_it_is_exact_to_the_cent_against_a_second_computation(con: Any) -> None:
    groups: Counter[str] = Counter()
    sizes: Counter[int] = Counter()

    @settings(TRIALS)
    @given(st.integers(0, 2**32))
    def check(seed: int) -> None:
        events = shop(seed)
        zone = ZONES[len(events) % len(ZONES)]
        rows, expected = _computed(con, events, zone)
        assert rows == expected
        groups.update(row["rfm_group"] for row in rows.values())
        sizes[len(rows)] += 1

    check()
    sys.stdout.write(f"\nbuyers by group: {dict(groups)}, shops by number of buyers: {dict(sorted(sizes.items()))}\n")
    assert len(groups) == 7


def _from_arrays(events: ir.Table, people: ir.Table, *, at: datetime, timezone: str, currency: str) -> ir.Table:
    return ibis.memtable(compute(Facts(events, people, at, timezone, currency)))


def test_so_is_what_is_worked_out_in_arrays(con: Any) -> None:
    groups: Counter[str] = Counter()

    @settings(TRIALS)
    @given(st.integers(0, 2**32))
    def check(seed: int) -> None:
        events = shop(seed)
        zone = ZONES[len(events) % len(ZONES)]
        rows, expected = _computed(con, events, zone, _from_arrays)
        assert rows == expected
        groups.update(row["rfm_group"] for row in rows.values())

    check()
    assert len(groups) == 7


def test_valuable_at_risk_are_the_valuable_people_of_the_group_at_risk(con: Any) -> None:
    found = 0
    for seed in range(20):
        events = shop(seed)
        persons = sorted({e.profile_id for e in events})
        people = people_table(persons, companies=["p11"])
        table = rfm(event_table(events), people, at=NOW, timezone="UTC", currency="EUR")
        expected = {
            person
            for person, row in oracle(events, persons, at=NOW, timezone="UTC", currency="EUR").items()
            if row["is_valuable"] and row["rfm_group"] == "at_risk"
        }
        rows = con.to_pyarrow(valuable_at_risk(table)).to_pylist()
        assert {row["profile_id"] for row in rows} == expected
        assert [row["yearly_money"] for row in rows] == sorted((row["yearly_money"] for row in rows), reverse=True)
        found += len(rows)
    assert found


def _without_refunds(events: ir.Table, people: ir.Table, **more: Any) -> ir.Table:
    return rfm(events.filter(events["name"] != "Order Refunded"), people, **more)


def _in_utc_days(events: ir.Table, people: ir.Table, *, timezone: str, **more: Any) -> ir.Table:
    return rfm(events, people, timezone="UTC", **more)


def _a_microsecond_later(events: ir.Table, people: ir.Table, *, at: datetime, **more: Any) -> ir.Table:
    return rfm(events, people, at=at + timedelta(microseconds=1), **more)


@pytest.mark.parametrize("wrong", [_without_refunds, _in_utc_days, _a_microsecond_later])
def test_the_comparison_finds_a_planted_bug(con: Any, wrong: Callable[..., ir.Table]) -> None:
    @settings(TRIALS, phases=[Phase.generate])  # a planted bug need not be made small
    @given(st.integers(0, 2**32))
    def check(seed: int) -> None:
        events = shop(seed)
        rows, expected = _computed(con, events, ZONES[len(events) % len(ZONES)], wrong)
        assert rows == expected

    with pytest.raises(AssertionError):
        check()


def test_equal_values_get_equal_scores(con: Any) -> None:
    events = [_bought(f"p{n}", 10, "20") for n in range(9)] + [_bought("q", 5, "50")]
    rows, _ = _computed(con, events, "UTC")
    assert {(row["r"], row["f"], row["m"]) for p, row in rows.items() if p != "q"} == {(1, 1, 1)}
    assert (rows["q"]["r"], rows["q"]["f"], rows["q"]["m"]) == (5, 1, 5)


def test_several_orders_of_one_day_are_one_purchase(con: Any) -> None:
    rows, _ = _computed(con, [_bought("a", 3), _bought("a", 3), _bought("a", 9)], "UTC")
    assert rows["a"]["frequency"] == 2
    assert rows["a"]["monetary"] == Decimal("30")


def test_a_cancelled_order_counts_nowhere_and_the_same_number_of_another_source_stays(con: Any) -> None:
    events = event_table(
        [
            _bought("a", 3, order_id="1"),
            _bought("b", 3, order_id="1", source_id="till"),
            Happened("a", "Order Cancelled", NOW - timedelta(days=2), order_id="1"),
            Happened("a", "Order Refunded", NOW - timedelta(days=2), Decimal("10"), order_id="1"),
        ]
    )
    assert con.to_pyarrow(orders(events)).column("profile_id").to_pylist() == ["b"]
    assert con.to_pyarrow(money_rows(events)).num_rows == 1


def test_money_in_another_currency_is_counted_and_never_added(con: Any) -> None:
    events = event_table(
        [_bought("a", 3, "10"), _bought("a", 4, "99", currency="CHF"), _bought("a", 5, "5", currency=None)]
    )
    row = con.to_pyarrow(orders_per_profile(events, currency="EUR")).to_pylist()[0]
    assert (row["orders"], row["money"], row["other_orders"]) == (3, Decimal("15"), 1)


def test_a_weekly_buyer_silent_for_a_month_is_at_risk_and_a_yearly_one_is_not(con: Any) -> None:
    weekly = [_bought("weekly", 20 + 7 * n) for n in range(8)]
    yearly = [_bought("yearly", 20 + 365 * n) for n in range(4)]
    rows, _ = _computed(con, weekly + yearly, "UTC")
    assert rows["weekly"]["rfm_group"] == "at_risk"
    assert rows["yearly"]["rfm_group"] == "good"
