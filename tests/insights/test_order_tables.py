"""Any table of orders is understood: columns, lines, refunds, currencies, what is no order."""

from __future__ import annotations

from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from habitue.insights.books.book import OrderBook, order_book
from habitue.insights.books.errors import NoOrders, OnlyReturns, OrderColumnMissing

ROWS = [("1", "2024-01-03", 10.5), ("2", "2024-01-04", 12.0), ("1", "2024-02-03", 9.0)]


def told(book: OrderBook) -> list[tuple[str, str, float]]:
    """The purchases as (customer, day, money)."""
    purchases = book.purchases
    days = purchases.day.astype("datetime64[D]").astype(str)
    names = [book.customers[code] for code in purchases.customer]
    return sorted(zip(names, days.tolist(), purchases.money.round(2).tolist(), strict=True))


EXPECTED = [("1", "2024-01-03", 10.5), ("1", "2024-02-03", 9.0), ("2", "2024-01-04", 12.0)]
TEXTS = {
    "plain.csv": "customer_id,order_date,amount\n1,2024-01-03,10.5\n2,2024-01-04,12\n1,2024-02-03,9\n",
    "german.csv": "Kundennummer;Bestelldatum;Betrag\n1;03.01.2024;10,50\n2;04.01.2024;12,00\n1;03.02.2024;9,00\n",
    "russian.tsv": "клиент\tдата заказа\tсумма\n1\t03.01.2024\t10,50\n2\t04.01.2024\t12,00\n1\t03.02.2024\t9,00\n",
    "foreign_headings.csv": "uid,ts,gmv\n1,2024-01-03,10.5\n2,2024-01-04,12.0\n1,2024-02-03,9.0\n",
    "blanks.txt": " customer date items dollars\n 1 20240103 1 10.50\n 2 20240104 1 12.00\n 1 20240203 2 9.00\n",
    "no_headings.csv": "1,20240103,1,10.50\n2,20240104,1,12.00\n1,20240203,2,9.00\n",
    "objects.jsonl": '{"customer": 1, "date": "2024-01-03", "amount": 10.5}\n'
    '{"customer": 2, "date": "2024-01-04", "amount": 12}\n{"customer": 1, "date": "2024-02-03", "amount": 9}\n',
}


@pytest.mark.parametrize("name", TEXTS)
def test_files_of_many_kinds_say_the_same(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(TEXTS[name], "utf-8")
    assert told(order_book(tmp_path / name)) == EXPECTED


def test_tables_in_memory_say_the_same(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS, columns=["client", "day", "total"])
    frame["day"] = pd.to_datetime(frame["day"])
    table = pa.Table.from_pandas(frame)
    pq.write_table(table, tmp_path / "orders.parquet")
    for orders in (frame, table, ibis.memtable(table), tmp_path / "orders.parquet"):
        assert told(order_book(orders)) == EXPECTED


def test_a_named_column_wins_and_a_wrong_name_is_refused() -> None:
    table = pa.table({"a": ["1"], "b": ["2"], "when": ["2024-01-03"], "x": [1.0], "y": [2.0]})
    found = order_book(table, customer="b", date_column="when", amount="y")
    assert told(found) == [("2", "2024-01-03", 2.0)]
    with pytest.raises(OrderColumnMissing):
        order_book(table, customer="nobody", date_column="when")


def test_lines_and_invoices_of_one_day_are_one_purchase() -> None:
    table = pa.table(
        {
            "Invoice": ["A1", "A1", "A2", "A3"],
            "CustomerID": [7.0, 7.0, 7.0, None],
            "InvoiceDate": ["2024-01-03 09:00", "2024-01-03 09:00", "2024-01-03 17:00", "2024-01-04 10:00"],
            "StockCode": ["85123A", "71053", "84406B", "22752"],
            "Quantity": [2, 1, 1, 5],
            "UnitPrice": [1.5, 4.0, 3.0, 1.0],
        }
    )
    found = order_book(table)
    assert told(found) == [("7", "2024-01-03", 10.0)]
    assert "1 row names no customer and was left out." in [note.text() for note in found.notes]


def test_postage_is_no_purchase_and_cancellations_come_off() -> None:
    codes = [
        "85123A",
        "71053",
        "84406B",
        "22752",
        "21730",
        "22633",
        "84879",
        "22745",
        "22748",
        "22749",
        "22310",
        "POST",
    ]
    table = pa.table(
        {
            "Invoice": [f"5{i:05d}" for i in range(12)] + ["C600001"],
            "CustomerID": ["7"] * 11 + ["9", "7"],
            "InvoiceDate": [f"2024-01-{i + 1:02d}" for i in range(12)] + ["2024-02-01"],
            "StockCode": [*codes, "22310"],
            "Quantity": [1] * 12 + [-1],
            "UnitPrice": [float(i + 1) for i in range(12)] + [11.0],
        }
    )
    found = order_book(table)
    assert found.customers == ("7",), "who only paid postage is no customer"
    assert len(found.purchases.day) == 10, "the order of the 11th was given back whole"
    assert found.purchases.money.sum() == pytest.approx(sum(range(1, 11)))


def test_a_partial_refund_makes_a_purchase_smaller_and_one_without_a_purchase_is_nothing() -> None:
    table = pa.table(
        {
            "customer": ["a", "a", "a", "b"],
            "date": ["2024-01-01", "2024-02-01", "2024-02-05", "2024-01-01"],
            "amount": [30.0, 20.0, -5.0, -9.0],
        }
    )
    assert told(order_book(table)) == [("a", "2024-01-01", 30.0), ("a", "2024-02-01", 15.0)]


def test_a_total_that_stands_on_every_line_counts_once() -> None:
    table = pa.table(
        {
            "Order number": ["1", "1", "2", "2", "2"],
            "Customer number": ["a", "a", "b", "b", "b"],
            "Order date": ["2024-01-01"] * 5,
            "Order total": [30.0, 30.0, 12.0, 12.0, 12.0],
        }
    )
    assert told(order_book(table)) == [("a", "2024-01-01", 30.0), ("b", "2024-01-01", 12.0)]


def test_money_in_another_currency_is_added_nowhere() -> None:
    table = pa.table(
        {
            "Customer number": ["a", "a", "b"],
            "Order date": ["2024-01-01", "2024-02-01", "2024-01-01"],
            "Order total": [30.0, 5000.0, 10.0],
            "Currency": ["EUR", "JPY", "EUR"],
        }
    )
    found = order_book(table)
    assert found.currency == "EUR"
    assert len(found.purchases.day) == 3, "it is a purchase all the same"
    assert np.nansum(found.purchases.money) == pytest.approx(40.0)


def test_a_table_without_orders_says_so() -> None:
    with pytest.raises(NoOrders):
        order_book(pa.table({"customer": ["a"], "date": ["no day"], "amount": [5.0]}), date_column="date")
    with pytest.raises(OnlyReturns):
        order_book(pa.table({"customer": ["a"], "date": ["2024-01-01"], "amount": [-5.0]}))


@pytest.mark.parametrize(
    "heading", ["sku", "product", "Product Name", "Artikel", "Artikelnummer", "item", "Description", "Товар"]
)
def test_products_are_found_by_many_headings(heading: str) -> None:
    table = {
        "Order": ["1", "2", "3"], "Customer": ["a", "b", "a"], "Date": ["2024-01-03", "2024-01-04", "2024-02-03"],
        heading: ["Tea", "Cup", "Cup"], "Product group": ["x", "x", "y"], "Quantity": [1, 2, 1],
        "Amount": [10.5, 12.25, 9.5],
    }  # fmt: skip
    lines = order_book(pa.table(table)).lines
    assert lines is not None
    assert sorted(lines.products) == ["Cup", "Tea"]


def test_the_column_of_products_can_be_named() -> None:
    table = {"customer": ["a", "b"], "date": ["2024-01-03", "2024-01-04"], "bought": ["Tea", "Cup"], "sku": ["1", "2"]}
    named = order_book(pa.table(table), product="bought").lines
    assert named is not None
    assert sorted(named.products) == ["Cup", "Tea"]
    with pytest.raises(OrderColumnMissing):
        order_book(pa.table(table), product="nothing")


def test_amounts_are_no_customers() -> None:
    with pytest.raises(OrderColumnMissing):
        order_book(pa.table({"date": ["2024-01-03", "2024-01-04"], "amount": [5, 5]}))


def test_days_that_nobody_can_mean_are_left_out_however_many_they_are() -> None:
    days = ["0001-01-01", "9999-12-31", "2024-01-03", "2024-02-03"]
    found = order_book(pa.table({"customer": ["a", "b", "c", "c"], "date": days, "amount": [1.0, 2.0, 3.0, 4.0]}))
    assert [day for _name, day, _money in told(found)] == ["2024-01-03", "2024-02-03"]
    assert "2 rows have a date that cannot be right and were left out." in [note.text() for note in found.notes]


def test_a_stray_date_does_not_stretch_the_time_that_is_known() -> None:
    days = [f"2024-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(400)]
    table = {"customer": [f"c{i % 40}" for i in range(400)], "amount": [10.0] * 400}
    clean = order_book(pa.table({**table, "date": days}))
    found = order_book(pa.table({**table, "date": ["2999-01-01", "1900-01-01", *days[2:]]}))
    assert found.purchases.last_day == clean.purchases.last_day
    assert found.purchases.first_day == clean.purchases.first_day
    assert [note.params["count"] for note in found.notes] == [2]
    meant = order_book(pa.table({**table, "date": [day.replace("2024", "2999") for day in days]}))
    assert len(meant.customers) == 40, "a table that lies wholly in the future is meant so"
