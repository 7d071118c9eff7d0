"""A list of products names articles and nobody: its columns are found, its rows are no people."""

from __future__ import annotations

import pytest

from habitue.collect.files.columns import guess_columns
from habitue.collect.files.shapes import Format, Row

ROWS: list[Row] = [
    ("25671", "2", "GROCERY", "National", "FRZN ICE", "ICE - CRUSHED"),
    ("26081", "2", "MISCELLANEOUS", "National", None, None),
    ("26093", "69", "PASTRY", "Private", "BREAD", "BREAD:ITALIAN"),
    ("26190", "69", "GROCERY", "Private", "FRUIT", "APPLE SAUCE"),
    ("26355", "69", "GROCERY", "Private", "BREAD", "BREAD:RYE"),
]


def targets(columns: tuple[str, ...], rows: list[Row]) -> list[str | None]:
    return [guess.target for guess in guess_columns(columns, rows, Format("csv"))]


def test_without_a_name_the_finest_kind_of_goods_is_one() -> None:
    columns = ("product_id", "manufacturer_id", "department", "brand", "product_category", "product_type")
    assert targets(columns, ROWS) == ["line.sku", None, None, "line.brand", "line.category", "line.name"]


@pytest.mark.parametrize(
    "columns",
    [("SKU", "Name", "Category", "Price"), ("Artikelnummer", "Bezeichnung", "Warengruppe", "Preis")],
)
def test_a_plain_list_is_read_in_its_language(columns: tuple[str, ...]) -> None:
    rows: list[Row] = [("T1", "Earl Grey", "Black tea", "4.90"), ("T2", "Sencha", "Green tea", "6.50")]
    found = targets(columns, rows)
    assert found[0] == "line.sku"
    assert found[2] == "line.category"


def test_rows_that_name_a_customer_are_no_list_of_products() -> None:
    rows: list[Row] = [("T1", "Black tea", "a@web.example"), ("T2", "Green tea", "b@web.example")]
    assert "person.email" in targets(("SKU", "Category", "E-Mail"), rows)
