"""Cells are read as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.collect.files.amounts import amount, currency_of, number_of, text_of
from habitue.collect.files.cells import Bad, Reading, flag, identifier, plain, reader_of
from habitue.collect.files.moments import moment
from tests.collect.files.making import NOW, import_text

if TYPE_CHECKING:
    from pathlib import Path

AMOUNTS: list[tuple[Any, str, int | None, str | None]] = [
    ("$84,835.00 ", ".", 848_350_000, "USD"),
    ("1.234,56 €", ",", 12_345_600, "EUR"),
    ("1 234,56 руб.", ",", 12_345_600, "RUB"),
    ("1\xa0234,56 ₽", ",", 12_345_600, "RUB"),
    ("€ 12,-", ",", 120_000, "EUR"),
    ("CHF 1'250.50", ".", 12_505_000, "CHF"),
    ("1.234", ",", 12_340_000, None),
    ("1.234", ".", 12_340, None),
    ("1,234", ".", 12_340_000, None),
    ("1,234,567", ".", 12_345_670_000, None),
    ("12,5", ".", 125_000, None),
    ("(45.10)", ".", -451_000, None),
    ("12,50-", ",", -125_000, None),
    ("-$3.00", ".", -30_000, "USD"),
    ("$-3.00", ".", -30_000, "USD"),
    ("−3", ".", -30_000, None),
    (".5", ".", 5_000, None),
    ("0,00005", ",", 1, None),
    (7, ".", 70_000, None),
    (2.55, ".", 25_500, None),
    (Decimal("19.99"), ".", 199_900, None),
    ("abc", ".", None, None),
    ("12 Stück", ",", None, None),
    ("", ".", None, None),
    (float("nan"), ".", None, None),
    (True, ".", None, None),
]
MOMENTS: list[tuple[Any, str, datetime | None]] = [
    ("31.12.2024", "DMY", datetime(2024, 12, 31)),
    ("31.12.2024", "MDY", datetime(2024, 12, 31)),
    ("12/31/2024", "MDY", datetime(2024, 12, 31)),
    ("12/31/2024", "DMY", datetime(2024, 12, 31)),
    ("03/04/2024", "DMY", datetime(2024, 4, 3)),
    ("03/04/2024", "MDY", datetime(2024, 3, 4)),
    ("6/16/14", "MDY", datetime(2014, 6, 16)),
    ("31.12.24", "DMY", datetime(2024, 12, 31)),
    ("24-12-31", "YMD", datetime(2024, 12, 31)),
    ("2024-12-31", "DMY", datetime(2024, 12, 31)),
    ("2024/12/31", "DMY", datetime(2024, 12, 31)),
    ("2024-12-31T10:00Z", "DMY", datetime(2024, 12, 31, 10, tzinfo=UTC)),
    ("2024-12-31 10:00:05.25", "DMY", datetime(2024, 12, 31, 10, 0, 5, 250_000)),
    ("2024-12-31 10:00:05 UTC", "DMY", datetime(2024, 12, 31, 10, 0, 5, tzinfo=UTC)),
    ("31.12.2024, 14:05 Uhr", "DMY", datetime(2024, 12, 31, 14, 5)),
    ("31.12.2024 г.", "DMY", datetime(2024, 12, 31)),
    ("12/31/2024 2:05 PM", "MDY", datetime(2024, 12, 31, 14, 5)),
    ("12/31/2024 12:05 am", "MDY", datetime(2024, 12, 31, 0, 5)),
    ("31. Dezember 2024", "DMY", datetime(2024, 12, 31)),
    ("31 Dec 2024", "MDY", datetime(2024, 12, 31)),
    ("31-Dec-24", "MDY", datetime(2024, 12, 31)),
    ("December 31, 2024", "DMY", datetime(2024, 12, 31)),
    ("31 декабря 2024 г.", "DMY", datetime(2024, 12, 31)),
    ("5 мая 2024", "DMY", datetime(2024, 5, 5)),
    ("3. März 2024", "DMY", datetime(2024, 3, 3)),
    ("20241231", "DMY", datetime(2024, 12, 31)),
    (20241231, "DMY", datetime(2024, 12, 31)),
    (45657, "DMY", datetime(2024, 12, 31)),
    (45657.5, "DMY", datetime(2024, 12, 31, 12)),
    ("45657", "DMY", datetime(2024, 12, 31)),
    (1735646400, "DMY", datetime(2024, 12, 31, 12, tzinfo=UTC)),
    ("1735646400000", "DMY", datetime(2024, 12, 31, 12, tzinfo=UTC)),
    (date(2024, 12, 31), "DMY", datetime(2024, 12, 31)),
    ("31.02.2024", "DMY", None),
    ("soon", "DMY", None),
    ("12.5", "DMY", None),
    (True, "DMY", None),
]


@pytest.mark.parametrize(("cell", "decimal", "units", "currency"), AMOUNTS)
def test_an_amount_is_read(cell: Any, decimal: str, units: int | None, currency: str | None) -> None:
    assert amount(cell, decimal=decimal) == (None if units is None else (units, currency))


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from([(".", ","), (",", "."), (",", " ")])
)
def test_a_written_amount_comes_back(value: Decimal, signs: tuple[str, str]) -> None:
    mark, group = signs
    text = f"{value:,.2f}".replace(",", "\x00").replace(".", mark).replace("\x00", group)
    assert amount(text, decimal=mark) == (int(value * 10_000), None)


@given(st.integers(-(10**15), 10**15))
def test_the_text_of_an_amount_is_exact(units: int) -> None:
    assert Decimal(text_of(units)) * 10_000 == units
    assert Decimal(number_of(units)) * 10_000 == units


def test_a_dollar_sign_means_the_dollar_of_the_workspace() -> None:
    assert currency_of("USD", default="CAD") == "CAD"
    assert currency_of("USD", default="EUR") == "USD"
    assert currency_of(None, default="EUR") == "EUR"


@pytest.mark.parametrize(("cell", "order", "expected"), MOMENTS)
def test_a_date_is_read(cell: Any, order: str, expected: datetime | None) -> None:
    assert moment(cell, order=order, year_now=2026) == expected


def test_a_birthday_never_lies_ahead() -> None:
    assert moment("01.02.30", order="DMY", year_now=2026, past=True) == datetime(1930, 2, 1)
    assert moment("01.02.30", order="DMY", year_now=2026) == datetime(2030, 2, 1)


def test_times_without_a_zone_are_in_the_zone_of_the_workspace() -> None:
    read = reader_of("instant", Reading(".", "DMY", "Europe/Berlin", NOW))
    assert read("01.07.2024 12:00") == "2024-07-01T10:00:00Z"
    assert read("2024-07-01T12:00:00+03:00") == "2024-07-01T09:00:00Z"
    assert read("12.03.0024") == Bad("date_implausible", read("12.03.0024").message)


@pytest.mark.parametrize("word", ["ja", "Yes", "TRUE", "1", "x", "да", "Wahr", 1, True])
def test_a_yes_in_any_language_is_a_yes(word: Any) -> None:
    assert flag(word) is True


@pytest.mark.parametrize("word", ["nein", "No", "false", "0", "нет", 0, False])
def test_a_no_in_any_language_is_a_no(word: Any) -> None:
    assert flag(word) is False


def test_nothing_has_many_names() -> None:
    assert [plain(cell) for cell in ("", " ", "NULL", "n/a", "NaN", "-", None, float("nan"))] == [None] * 8
    assert identifier(17850.0) == identifier("17850.0") == "17850"


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        ("01/02/2024,13/02/2024", "DMY"),
        ("01/02/2024,02/13/2024", "MDY"),
        ("2024-02-13,2024-02-14", "YMD"),
        ("13.02.2024,01.02.2024", "DMY"),
    ],
)
def test_one_clear_date_settles_the_order_of_all(tmp_path: Path, cells: str, order: str) -> None:
    rows = "".join(f"a{number}@example.com,{cell}\n" for number, cell in enumerate(cells.split(",")))
    assert import_text(tmp_path, f"E-Mail,Birthday\n{rows}").format.date_order == order


def test_an_open_order_of_dates_is_said_and_settled_by_the_country(tmp_path: Path) -> None:
    found = import_text(tmp_path, "Email,Birthday\nanna@example.com,03/04/1984\n")
    assert [note.code for note in found.format.notes] == ["date_order_assumed"]
    assert found.traits == [{"email": "anna@example.com", "birth_date": "1984-04-03"}]
