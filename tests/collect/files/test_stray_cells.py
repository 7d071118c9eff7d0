"""A few stray cells fail alone; they never change what a column with a known heading is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from habitue.collect.files.columns import guess_columns
from habitue.collect.files.looks import looks_like
from habitue.collect.files.shapes import Format
from tests.collect.files.making import import_text

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("heading", ["Bestelldatum", "Datum"])
def test_an_unreadable_order_date_rejects_that_order_alone(tmp_path: Path, heading: str) -> None:
    days = ("03.01.2025", "15.02.2025", "15.02.25", "morgen", "20.11.2025")
    rows = "".join(f"{number};B-{number};{day};9,90\n" for number, day in enumerate(days))
    found = import_text(tmp_path, f"Kundennummer;Bestellnummer;{heading};Betrag\n{rows}")
    assert found.targets[heading] == "order.at"
    assert [(item.line, item.code) for item in found.rejected] == [(5, "order_date_unreadable")]
    assert [order["order_id"] for order in found.events("Order Completed")] == ["B-0", "B-1", "B-2", "B-4"]


@pytest.mark.parametrize(
    ("heading", "cells", "target"),
    [
        ("Bestelldatum", ["01.02.2025", "morgen"], "order.at"),
        ("Bestelldatum", ["01.02.2025", "morgen", "später"], "event.bestelldatum"),
        ("Menge", ["3", "4", "A5", "A6"], "line.quantity"),
        ("Menge", ["3", "A4", "A5", "A6"], "event.menge"),
        ("Newsletter", ["ja", "nein", "ja", "weiß nicht"], "consent.newsletter"),
        ("Newsletter", ["0", "1", "2", "3"], "event.newsletter"),
    ],
)
def test_a_known_heading_wins_when_half_of_the_cells_fit(heading: str, cells: list[str], target: str) -> None:
    columns = ["Bestellnummer", "Artikelnummer", "E-Mail", heading]
    rows = [("B-1", "A-1", "a@example.com", cell) for cell in cells]
    assert guess_columns(columns, rows, Format("csv"))[3].target == target


def test_days_that_no_calendar_has_leave_a_birthday_a_birthday(tmp_path: Path) -> None:
    text = "Kundennummer;Geburtstag\n1;31.02.1980\n2;12/24/1990\n3;01.05.1970\n4;24.07.1981\n"
    found = import_text(tmp_path, text)
    assert found.targets["Geburtstag"] == "person.birth_date"
    assert [record.problems[0].code if record.problems else None for record in found.records] == [
        "date_unreadable",
        None,
        None,
        None,
    ]
    assert found.traits[1:] == [{"birth_date": day} for day in ("1990-12-24", "1970-05-01", "1981-07-24")]


@pytest.mark.parametrize(
    "day", ["31.02.1980", "31/02/1980", "31.02.80", "39.19.2025", "2025.02.31", "31.02.2025 14.05"]
)
def test_a_dotted_or_slashed_date_never_looks_like_a_phone(day: str) -> None:
    assert looks_like([day] * 5, Format("csv")) != "phone"


@pytest.mark.parametrize("number", ["0341/5550142", "504.621.8927", "030/123456", "0341 5550142"])
def test_a_dotted_or_slashed_phone_still_looks_like_one(number: str) -> None:
    assert looks_like([number] * 5, Format("csv")) == "phone"


@pytest.mark.parametrize("word", ["keine", "Kein", "none", "-", "n/a", "нет"])
def test_a_word_for_nothing_is_an_empty_phone_and_an_empty_address(tmp_path: Path, word: str) -> None:
    text = f"Kundennummer;Telefon;E-Mail\n1;0341 5550142;a@example.com\n2;{word};{word}\n3;{word};{word}\n4;{word};\n"
    found = import_text(tmp_path, text)
    assert list(found.targets.values())[1:] == ["person.phone", "person.email"]
    assert found.traits == [{"phone": "0341 5550142", "email": "a@example.com"}, {}, {}, {}]
    assert [record.problems for record in found.records] == [()] * 4


def test_another_text_in_a_phone_cell_is_a_problem(tmp_path: Path) -> None:
    text = "Kundennummer;Telefon\n1;0341 5550142\n2;bitte nicht anrufen\n3;0341 5550143\n"
    found = import_text(tmp_path, text)
    assert found.traits == [{"phone": "0341 5550142"}, {}, {"phone": "0341 5550143"}]
    assert [(p.column, p.value, p.code) for p in found.records[1].problems] == [
        ("Telefon", "bitte nicht anrufen", "phone_unreadable")
    ]
