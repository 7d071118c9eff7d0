"""Value, leaving and the next order: tested on the past, honest where nothing can be known."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.insights import simulated

from habitue.insights import churn, lifetime, next_order
from habitue.insights.books.book import order_book
from habitue.insights.models import backtest
from habitue.insights.models.histories import Histories, Purchases, histories, outcome, usual_gaps
from habitue.insights.reasons import own_rhythm, reason_codes
from habitue.insights.scores import OutputUnknown, Scores

DAY = date(2024, 3, 1)
NUMBERS = ("expected_orders", "p_buys", "expected_value", "expected_value_low", "expected_value_high", "next_order_on")


@pytest.fixture(scope="module")
def orders() -> pa.Table:
    """A shop by the purchase model, 500 days."""
    return simulated.shop()


@pytest.fixture(scope="module")
def scores(orders: pa.Table) -> Scores:
    """What was expected on day 410 of the next 90 days."""
    return lifetime.fit(orders, horizon_days=90, as_of=simulated.START + timedelta(days=410))


def test_every_customer_has_one_row_with_bounds_and_a_reason(scores: Scores) -> None:
    table = scores.told()
    assert table.column_names == [
        "customer", "orders", "last_order_on", "expected_orders", "p_buys", "expected_value", "expected_value_low",
        "expected_value_high", "next_order_on", "next_order_from", "next_order_until", "reason",
    ]  # fmt: skip
    assert len(set(table["customer"].to_pylist())) == table.num_rows
    assert scores.is_shown
    for row in table.to_pylist():
        assert 0 <= row["p_buys"] <= 1
        assert row["p_buys"] <= row["expected_orders"] + 1e-9
        assert row["expected_value_low"] <= row["expected_value"] <= row["expected_value_high"]
        assert (row["next_order_on"] is None) == (row["p_buys"] < 0.05), "no day for those who hardly come any more"
        if row["next_order_on"] is not None:
            assert row["next_order_from"] <= row["next_order_on"] <= row["next_order_until"]
            assert row["next_order_from"] > simulated.START + timedelta(days=410)
        assert row["reason"]


def test_what_was_expected_is_what_came(orders: pa.Table, scores: Scores) -> None:
    cut = simulated.START + timedelta(days=410)
    later = orders.filter(pc.greater(orders["date"], pa.scalar(cut)))
    came = {
        row["customer"]: row
        for row in later.group_by("customer").aggregate([("date", "count"), ("amount", "sum")]).to_pylist()
    }
    rows = scores.table.to_pylist()
    real = np.array([came.get(row["customer"], {}).get("date_count", 0) for row in rows])
    money = np.array([came.get(row["customer"], {}).get("amount_sum", 0.0) for row in rows])
    expected = np.array([row["expected_orders"] for row in rows])
    assert expected.sum() == pytest.approx(real.sum(), rel=0.15)
    assert np.corrcoef(expected, real)[0, 1] > 0.4
    chance = np.array([row["p_buys"] for row in rows])
    assert np.mean((chance - (real > 0)) ** 2) < np.mean((np.mean(real > 0) - (real > 0)) ** 2)
    low, high = (np.array([row[f"expected_value_{side}"] for row in rows]) for side in ("low", "high"))
    assert 0.75 <= np.mean((low <= money) & (money <= high)) <= 1.0


def test_the_summary_names_the_winner_and_its_figures(scores: Scores) -> None:
    summary = scores.summary()
    (value, leaving, following) = summary["cards"]
    assert value["figures"]["rmse"]["value"] < value["figures"]["rmse"]["baseline"]
    assert leaving["figures"]["auc"]["value"] > 0.6
    assert following["figures"]["mae"]["value"] < following["figures"]["mae"]["baseline"]
    assert {rival["method"] for rival in value["rivals"]} >= {"bgnbd", "boosting", "mean", "last_period"}
    assert any(value["method_label"] in sentence for sentence in summary["sentences"])


def test_scores_are_written_as_csv_and_parquet(scores: Scores, tmp_path: Path) -> None:
    scores.write(tmp_path / "scores.csv")
    scores.write(tmp_path / "scores.parquet")
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == scores.table.num_rows
    assert float(rows[0]["p_buys"]) == scores.table["p_buys"][0].as_py()
    with pytest.raises(OutputUnknown):
        scores.write(tmp_path / "scores.doc")


def test_the_same_orders_give_the_same_scores(orders: pa.Table, scores: Scores) -> None:
    shuffled = orders.take(pa.array(np.random.default_rng(1).permutation(orders.num_rows)))
    again = lifetime.fit(shuffled, horizon_days=90, as_of=simulated.START + timedelta(days=410))
    assert again.table.equals(scores.table)


def nothing_known(scores: Scores, words: str) -> None:
    """No number is told, and a sentence says why."""
    for name in NUMBERS:
        assert scores.table[name].null_count == scores.table.num_rows, name
    assert not scores.is_shown
    assert any(words in sentence for sentence in scores.sentences()), scores.sentences()


def table(rows: list[tuple[str, date, float]]) -> pa.Table:
    """Orders of (customer, day, amount)."""
    names, days, amounts = zip(*rows, strict=True)
    return pa.table({"customer": names, "date": days, "amount": amounts})


def test_ten_customers_are_too_few() -> None:
    rows = [(f"c{i}", DAY + timedelta(days=30 * j + i), 10.0) for i in range(10) for j in range(12)]
    nothing_known(lifetime.fit(table(rows)), "only 10 customers")


def test_one_order_each_says_nothing_about_coming_back() -> None:
    rows = [(f"c{i}", DAY + timedelta(days=i % 300), 10.0) for i in range(500)]
    nothing_known(lifetime.fit(table(rows)), "Nobody has bought on a second day")


def test_orders_of_one_day_say_nothing() -> None:
    nothing_known(lifetime.fit(table([(f"c{i % 90}", DAY, 10.0) for i in range(300)])), "of one day")


def test_a_shop_that_opened_last_month_is_told_how_long_to_wait() -> None:
    rows = [(f"c{i % 120}", DAY + timedelta(days=(i * 7 + i // 120 * 3) % 30), 10.0) for i in range(400)]
    nothing_known(lifetime.fit(table(rows)), "The orders span 29 days")


def test_a_giant_customer_is_named(orders: pa.Table) -> None:
    days = [simulated.START + timedelta(days=7 * i) for i in range(58)]
    giant = table([("WHOLESALE", day, 90_000.0) for day in days])
    whole = pa.concat_tables([orders.cast(giant.schema), giant])
    found = lifetime.fit(whole, as_of=simulated.START + timedelta(days=410))
    assert any("One customer brought" in sentence for sentence in found.sentences())
    others = found.table.filter(pc.not_equal(found.table["customer"], "WHOLESALE"))
    assert pc.max(others["expected_value"]).as_py() < 5_000, "the giant does not make the others rich"


def test_durable_goods_are_not_ranked_upside_down() -> None:
    """Silence is no sign of leaving there: whatever is shown must have put buyers first in the tests."""
    found = churn.fit(simulated.durable(), horizon_days=90)
    closed = next(rival for rival in found.card.rivals if rival.name == "closed")
    assert closed.figures["auc"] < 0.5, "the purchase model alone ranks upside down"
    if found.is_shown:
        assert found.card.method != "closed"
        assert found.card.measure("auc") > 0.6
    else:
        assert found.table["p_buys"].null_count == found.table.num_rows
    assert any("silence is no sign of leaving" in sentence for sentence in found.sentences())


def test_a_file_without_amounts_has_orders_and_no_money(orders: pa.Table) -> None:
    found = lifetime.fit(orders.select(["customer", "date"]), as_of=simulated.START + timedelta(days=410))
    assert found.table["expected_orders"].null_count == 0
    assert found.table["expected_value"].null_count == found.table.num_rows


def test_who_is_at_risk_is_overdue_and_has_money_in_danger(orders: pa.Table) -> None:
    found = churn.fit(orders, as_of=simulated.START + timedelta(days=410))
    rows = found.told().to_pylist()
    danger = [row["money_in_danger"] for row in rows]
    assert danger == sorted(danger, reverse=True)
    at_risk = [row for row in rows if row["is_at_risk"]]
    assert at_risk
    assert all(row["is_overdue"] and row["p_buys"] <= 0.5 for row in at_risk)
    assert all(row["money_in_danger"] == 0 for row in rows if not row["is_at_risk"])
    assert at_risk[0]["reason"].startswith("Orders about every")


def test_the_rhythm_is_the_one_that_the_groups_tell() -> None:
    days = [0, 7, 21, 26, 35, 50, 70, 0, 1, 3, 5, 0, 9, 40]
    code = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 3, 3]
    bought = Purchases(4, np.array(code), np.array(days), np.ones(len(days)), 0, 100)
    gaps = usual_gaps(bought, 100)
    assert gaps[:2].tolist() == [11.5, 1.5]
    assert np.isnan(gaps[2])
    assert gaps[3] == 20.0
    known = histories(bought, 100)
    assert own_rhythm(known, gaps)[[0, 1, 3]].tolist() == [11.5, 7.0, 20.0], "a week at least, as in with_rhythm"
    assert usual_gaps(bought, 10)[0] == 7.0, "of what was known by then alone"
    assert reason_codes(known, own_rhythm(known, gaps), np.array([0.01, 0.4, 0.01, np.nan])) == [
        "gone", "overdue", "once", "overdue",
    ]  # fmt: skip


def test_the_next_order_is_told_with_its_window(orders: pa.Table) -> None:
    found = next_order.fit(orders, as_of=simulated.START + timedelta(days=410))
    inside = found.card.measure("inside")
    assert inside is not None
    assert 0.4 <= inside <= 0.6


def test_a_history_knows_nothing_of_later_days(orders: pa.Table) -> None:
    purchases = order_book(orders).purchases
    day = purchases.first_day + 250
    until = purchases.day <= day
    cut = replace(
        purchases,
        customer=purchases.customer[until],
        day=purchases.day[until],
        money=purchases.money[until],
        last_day=day,
    )
    for name in Histories.__dataclass_fields__:
        if name != "day":
            np.testing.assert_array_equal(getattr(histories(purchases, day), name), getattr(histories(cut, day), name))


def test_a_forecast_that_looks_into_the_future_would_be_seen(orders: pa.Table) -> None:
    """The planted bug: features that know later purchases make the tests look much better than they can be."""
    purchases = order_book(orders).purchases

    def area(leaking: bool) -> float:
        tested = backtest.test(purchases, 90)
        if leaking:
            cuts = tuple(replace(cut, forecasts=_peeking(purchases, cut)) for cut in tested.cuts)
            tested = replace(tested, cuts=cuts)
        best = backtest.best(backtest.chance_scores(tested), "brier", frozenset({"own_rhythm", "everybody_alike"}))
        assert best is not None
        return best.figures["auc"]

    honest = area(False)
    assert 0.6 < honest < 0.95
    assert area(True) > 0.99


def _peeking(purchases: Purchases, cut: backtest.Cut) -> object:
    later = outcome(purchases, cut.known, 90).orders
    return replace(cut.forecasts, buys={"closed": np.clip(later, 0.01, 0.99)})
