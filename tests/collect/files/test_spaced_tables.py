"""Tables whose columns stand apart by blanks, as statistics programs and old tills write them, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.collect.files.making import Imported, import_file

if TYPE_CHECKING:
    from pathlib import Path

HEADING = " customer_id  date number_of_records  dollar_value"
LINES = (
    " 00001 20240101  1   11.77",
    " 00002 20240112  1   12.00",
    " 00002 20240112  5   77.00",
    " 00003 20240102  2   20.76",
    " 00003 20240330  2   20.76",
    " 00003 20240330  2   20.76",
    " 00007 20241115 15  157.45",
)


def read(tmp_path: Path, *lines: str, end: str = "\r\n", **targets: str | None) -> Imported:
    path = tmp_path / "orders.txt"
    path.write_bytes(end.join(lines).encode())
    return import_file(path, targets=targets)


def test_blanks_alone_make_a_table_of_who_bought_when_and_for_how_much(tmp_path: Path) -> None:
    found = read(tmp_path, HEADING, *LINES)
    assert found.targets == {
        "customer_id": "person.customer_number",
        "date": "order.at",
        "number_of_records": "line.quantity",
        "dollar_value": "order.total",
    }
    orders = found.events("Order Completed")
    assert [order["total"] for order in orders] == ["11.77", "12.00", "77.00", "20.76", "20.76", "20.76", "157.45"]
    assert orders[2]["products"] == [{"quantity": 5}]
    assert len({order["order_id"] for order in orders}) == len(LINES)
    assert [message["timestamp"][:10] for message in found.messages if message["type"] == "track"][-1] == "2024-11-14"
    assert not found.rejected


def test_without_headings_days_and_money_beside_a_number_are_orders(tmp_path: Path) -> None:
    found = read(tmp_path, *LINES)
    assert [found.targets[f"Column {number}"] for number in (1, 2, 4)] == [
        "person.customer_number", "order.at", "order.total",
    ]  # fmt: skip
    assert len(found.events("Order Completed")) == len(LINES)


def test_two_columns_of_money_without_headings_are_left_to_the_reader(tmp_path: Path) -> None:
    found = read(tmp_path, *(f"{line}  3.50" for line in LINES))
    assert not found.events("Order Completed")


def test_a_decimal_comma_is_no_border_of_a_cell(tmp_path: Path) -> None:
    found = read(tmp_path, HEADING, *(line.replace(".", ",") for line in LINES))
    assert next(order["total"] for order in found.events("Order Completed")) == "11.77"


def test_a_broken_line_costs_itself_alone(tmp_path: Path) -> None:
    many = LINES * 10
    found = read(tmp_path, HEADING, *many, " 00009 20240401  1  13.00 and more words", *LINES)
    assert [item.code for item in found.rejected] == ["too_many_cells"]
    assert found.rejected[0].line == len(many) + 2
    assert len(found.events("Order Completed")) == len(many) + len(LINES)


@pytest.mark.parametrize(
    "lines",
    [
        ("Name", "Anna Berg", "Iwan Petrow", "Maria Stein", "Paul Wolf"),
        ("Phone", "030 1234567 1", "030 7654321 2", "040 1112223 3", "089 5556667 4"),
        ("030 1234567 1", "030 7654321 2", "040 1112223 3", "089 5556667 4"),
        ("2024-01-02 10:00", "2024-01-03 11:00", "2024-01-04 12:00", "2024-01-05 13:00"),
        ("1 250.50 EUR", "2 250.50 EUR", "3 250.50 EUR", "4 250.50 EUR"),
        ("no table", "but some words that", "nobody has ever put", "in any order"),
    ],
)
def test_a_column_with_blanks_inside_its_cells_stays_one(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert len(read(tmp_path, *lines).targets) == 1


def test_a_list_of_people_with_a_number_of_pets_is_no_list_of_orders(tmp_path: Path) -> None:
    lines = ("customer_id;name;date;number_of_pets", "1;Anna Berg;20240101;2", "2;Paul Wolf;20240105;1")
    targets = read(tmp_path, *lines).targets
    assert targets["number_of_pets"] == "custom.number_of_pets"
    assert not any(target and target.startswith(("order.", "line.")) for target in targets.values())
