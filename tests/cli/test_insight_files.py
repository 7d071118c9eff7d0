"""`habitue insight … FILE`: what a file cannot tell is a sentence, never a number; what it can tell is written."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Call

DAY = date(2025, 1, 6)
COMMANDS = ("lifetime", "churn", "next-order", "second-purchase", "personas", "affinity")
GUESSED = {
    "expected_orders", "p_buys", "expected_value", "expected_value_low", "expected_value_high", "next_order_on",
    "next_order_from", "next_order_until", "p_second", "money_in_danger", "persona", "buy_again", "new_for_you",
}  # fmt: skip
Orders = Iterable[tuple[str, date, str]]


def ten() -> Orders:
    return [(f"c{i}", DAY + timedelta(days=30 * j + i), "10.00") for i in range(10) for j in range(12)]


def once_each() -> Orders:
    return [(f"c{i}", DAY + timedelta(days=i % 300), "10.00") for i in range(300)]


def one_day() -> Orders:
    return [(f"c{i % 90}", DAY, "10.00") for i in range(200)]


def last_month() -> Orders:
    return [(f"c{i % 120}", DAY + timedelta(days=(i * 7 + i // 120 * 3) % 30), "10.00") for i in range(400)]


def only_refunds() -> Orders:
    return [(f"c{i}", DAY + timedelta(days=i), "-10.00") for i in range(60)]


GROUPS_THERE = {("last month", "second-purchase"), ("last month", "personas"), ("once each", "personas")}
"""What can be known even so: who is new and who is not, and whether those of last month came back."""
LITTLE = {"ten": ten, "once each": once_each, "one day": one_day, "last month": last_month}


def written(path: Path, orders: Orders, *, currency: str = "") -> Path:
    """A file as a shop gives it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Customer number", "Order date", "Order total", *(["Currency"] if currency else [])])
        writer.writerows([who, on.isoformat(), paid, *([currency] if currency else [])] for who, on, paid in orders)
    return path


@pytest.mark.parametrize("kind", LITTLE)
def test_little_data_gives_a_sentence_and_no_number(call: Call, tmp_path: Path, kind: str) -> None:
    path = written(tmp_path / "orders.csv", LITTLE[kind]())
    for command in COMMANDS:
        out = tmp_path / f"{command}.csv"
        told = call("insight", command, path, "--out", out, "--json")
        assert told.code == 0, (command, told.err)
        assert told.data["sentences"], command
        if (kind, command) not in GROUPS_THERE:
            assert not told.data["cards"][0]["is_shown"], command
        if not told.data["cards"][0]["is_shown"]:
            rows = list(csv.DictReader(out.open(encoding="utf-8")))
            assert all(row[name] in ("", "0") for row in rows for name in GUESSED & row.keys()), command


def test_a_file_of_refunds_alone_knows_no_orders(call: Call, tmp_path: Path) -> None:
    path = written(tmp_path / "orders.csv", only_refunds())
    for command in (*COMMANDS, "rfm"):
        told = call("insight", command, path, "--json")
        assert told.code == 1, command
        assert told.error["code"] == "only_returns"


def test_groups_of_a_file_are_those_of_the_workspace_page(call: Call, tmp_path: Path) -> None:
    """Weekly buyers, one of them silent; one-time buyers of long ago and of yesterday."""
    end = DAY + timedelta(days=364)
    orders = [
        (name, end - timedelta(days=silence + 7 * j), "20.00")
        for name, silence in (("w1", 1), ("w2", 3), ("silent", 20), ("gone", 200))
        for j in range(8)
    ]
    orders += [("old", DAY, "500.00"), ("fresh", end, "5.00")]
    out = tmp_path / "groups.csv"
    told = call("insight", "rfm", written(tmp_path / "orders.csv", orders), "--out", out, "--json")
    assert told.code == 0, told.err
    rows = {row["customer"]: row for row in csv.DictReader(out.open(encoding="utf-8"))}
    assert {name: row["group"] for name, row in rows.items()} == {
        "w1": "regular", "w2": "regular", "silent": "at_risk", "gone": "lost", "old": "one_time", "fresh": "new",
    }  # fmt: skip
    assert next(iter(rows)) == "old", "who spent most comes first"
    assert float(rows["w1"]["monetary"]) == 160
    assert rows["w1"]["reason"].startswith("Bought on three days or more")
    assert any("best fifth" in sentence for sentence in told.data["sentences"])


def test_money_of_several_currencies_is_never_added(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    lines = ["Customer number,Order date,Order total,Currency"]
    lines += [f"a{i},{DAY + timedelta(days=7 * j)},10.00,EUR" for i in range(5) for j in range(5)]
    lines += [f"b{i},{DAY + timedelta(days=7 * j)},9000.00,JPY" for i in range(2) for j in range(3)]
    path.write_text("\n".join(lines), "utf-8")
    out = tmp_path / "groups.csv"
    told = call("insight", "rfm", path, "--out", out, "--json")
    rows = {row["customer"]: row for row in csv.DictReader(out.open(encoding="utf-8"))}
    assert told.data["currency"] == "EUR"
    assert float(rows["a0"]["monetary"]) == 50
    assert float(rows["b0"]["monetary"]) == 0
    assert rows["b0"]["frequency"] == "3"
    assert "6 rows are not in EUR: they count as orders, their money is added nowhere." in told.data["sentences"]
