"""The same small list of orders, in every format and encoding, gives the same messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.collect.files.making import (
    csv_bytes,
    import_file,
    jsonl_bytes,
    ods_bytes,
    packed,
    parquet_bytes,
    xlsx_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GERMAN = [
    ["Kd-Nr", "Vorname", "Nachname", "E-Mail", "Bestellnr.", "Bestelldatum", "Artikel", "Menge", "Einzelpreis"],
    ["10482", "Jörg", "Müßig", "joerg@example.com", "B-1", "31.12.2024", "Lampenöl", 2, "1.234,56 €"],
    ["10483", "Anna", "Größer", "anna@example.com", "B-2", "05.01.2025", "Docht", 1, "9,90 €"],
    ["10482", "Jörg", "Müßig", "joerg@example.com", "B-1", "31.12.2024", "Docht", 3, "9,90 €"],
]
RUSSIAN = [
    ["Код клиента", "Имя", "Фамилия", "Почта", "Номер заказа", "Дата заказа", "Товар", "Количество", "Цена"],
    ["10482", "Марина", "Холмова", "joerg@example.com", "B-1", "31.12.2024", "Масло", 2, "1 234,56 руб."],
    ["10483", "Антон", "Ручьёв", "anna@example.com", "B-2", "05.01.2025", "Фитиль", 1, "9,90 руб."],
    ["10482", "Марина", "Холмова", "joerg@example.com", "B-1", "31.12.2024", "Фитиль", 3, "9,90 руб."],
]
ENGLISH = [
    ["Customer no.", "First Name", "Last Name", "E-mail", "Order #", "Order Date", "Product", "Qty", "Unit price"],
    ["10482", "Joe", "Hill", "joerg@example.com", "B-1", "12/31/2024", "Oil", 2, "$1,234.56"],
    ["10483", "Ann", "Brook", "anna@example.com", "B-2", "01/05/2025", "Wick", 1, "$9.90"],
    ["10482", "Joe", "Hill", "joerg@example.com", "B-1", "12/31/2024", "Wick", 3, "$9.90"],
]
Rows = list[list[Any]]
WRITERS: dict[str, Callable[[Rows], bytes]] = {
    "comma.csv": csv_bytes,
    "semicolon.csv": lambda rows: csv_bytes(rows, delimiter=";"),
    "tab.tsv": lambda rows: csv_bytes(rows, delimiter="\t"),
    "pipe.txt": lambda rows: csv_bytes(rows, delimiter="|", lineterminator="\n"),
    "bom.csv": lambda rows: csv_bytes(rows, encoding="utf-8-sig", delimiter=";"),
    "utf16.csv": lambda rows: csv_bytes(rows, encoding="utf-16", delimiter="\t"),
    "utf16le.csv": lambda rows: csv_bytes(rows, encoding="utf-16-le", delimiter="\t"),
    "utf16be.csv": lambda rows: csv_bytes(rows, encoding="utf-16-be", delimiter=";"),
    "sep.csv": lambda rows: b"sep=;\r\n" + csv_bytes(rows, delimiter=";"),
    "list.xlsx": xlsx_bytes,
    "list.ods": ods_bytes,
    "list.jsonl": jsonl_bytes,
    "list.parquet": parquet_bytes,
    "comma.csv.gz": lambda rows: packed(csv_bytes(rows)),
    "list.xlsx.gz": lambda rows: packed(xlsx_bytes(rows)),
    "list.parquet.gz": lambda rows: packed(parquet_bytes(rows)),
    "list.jsonl.gz": lambda rows: packed(jsonl_bytes(rows)),
}
LANGUAGES = {"de": (GERMAN, "EUR"), "ru": (RUSSIAN, "RUB"), "en": (ENGLISH, "USD")}
SINGLE_BYTE = [("de", "cp1252"), ("ru", "cp1251"), ("de", "cp850"), ("ru", "koi8-r"), ("ru", "cp866")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WRITERS)
def test_the_same_orders_come_out_of_every_format(tmp_path: Path, name: str, language: str) -> None:
    rows, currency = LANGUAGES[language]
    path = tmp_path / name
    path.write_bytes(WRITERS[name](rows))
    check(path, rows, currency, language)


@pytest.mark.parametrize(("language", "encoding"), SINGLE_BYTE)
def test_old_encodings_are_recognised_on_short_lists(tmp_path: Path, language: str, encoding: str) -> None:
    rows, currency = LANGUAGES[language]
    plain = [[str(cell).replace("€", "EUR") for cell in row] for row in rows]
    path = tmp_path / "old.csv"
    path.write_bytes(csv_bytes(plain, encoding=encoding, delimiter=";"))
    found = check(path, rows, currency, language)
    assert found == encoding


def check(path: Path, rows: Rows, currency: str, language: str) -> str | None:
    found = import_file(path)
    assert found.rejected == []
    assert found.format.heading_language == language
    assert [record.lines for record in found.records] in ([(2, 4), (3,)], [(3, 5), (4,)], [(1, 3), (2,)])
    assert found.events("Order Completed") == [
        {
            "order_id": "B-1",
            "total": "2498.82",
            "currency": currency,
            "products": [
                {"name": rows[1][6], "quantity": 2, "price": "1234.56"},
                {"name": rows[3][6], "quantity": 3, "price": "9.90"},
            ],
        },
        {
            "order_id": "B-2",
            "total": "9.90",
            "currency": currency,
            "products": [{"name": rows[2][6], "quantity": 1, "price": "9.90"}],
        },
    ]
    assert [(traits["first_name"], traits["last_name"]) for traits in found.traits] == [
        (rows[1][1], rows[1][2]),
        (rows[2][1], rows[2][2]),
    ]
    orders = [message for message in found.messages if message["type"] == "track"]
    assert [message["timestamp"] for message in orders] == ["2024-12-30T23:00:00Z", "2025-01-04T23:00:00Z"]
    assert orders[0]["context"] == {
        "externalIds": [{"type": "customer_number", "id": "10482"}],
        "traits": {"email": "joerg@example.com", "first_name": rows[1][1], "last_name": rows[1][2]},
        "record": "order:B-1",
    }
    return found.format.encoding
