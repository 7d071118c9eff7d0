"""Encodings are recognised wherever in the file their letters stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.collect.files.making import import_file

if TYPE_CHECKING:
    from pathlib import Path

GERMAN = ["Jörg Müßig", "Käthe Größer", "Özlem Süß", "Björn Hähnchen"]
RUSSIAN = ["Марина Холмова", "Антон Ручьёв", "ИВАН ПЕТРОВ", "Ольга Щукина"]
FRENCH = ["Hélène Lefèvre", "François Côté", "Zoé Maçon"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp850"])
@pytest.mark.parametrize("name", GERMAN)
def test_one_german_name_is_enough(tmp_path: Path, encoding: str, name: str) -> None:
    assert first_name(tmp_path, f"Name;Ort\r\n{name};Ulm\r\n", encoding) == name


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-r", "cp866"]
)
@pytest.mark.parametrize("name", RUSSIAN)
def test_one_russian_row_is_enough(tmp_path: Path, encoding: str, name: str) -> None:
    assert first_name(tmp_path, f"ФИО;Город\r\n{name};Москва\r\n", encoding) == name


@pytest.mark.parametrize("name", RUSSIAN)
def test_one_russian_name_below_english_headings_is_enough(tmp_path: Path, name: str) -> None:
    assert first_name(tmp_path, f"Full name,City\n{name},Moscow\n", "cp1251") == name


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "mac-roman"])
def test_french_names_are_read_right(tmp_path: Path, encoding: str) -> None:
    text = "Name;Ort\n" + "".join(f"{name};Lyon\n" for name in FRENCH)
    assert first_name(tmp_path, text, encoding) == FRENCH[0]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_an_umlaut_after_a_megabyte_of_plain_letters_is_read_right(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "late.csv"
    plain = "".join(f"Anna Nr{number};anna{number}@example.com\n" for number in range(40_000))
    path.write_bytes(f"Name;E-Mail\n{plain}Jörg Müßig;j@example.com\n".encode(encoding))
    found = import_file(path)
    assert len(found.records) == 40_001
    assert found.traits[-1]["name"] == "Jörg Müßig"


def first_name(folder: Path, text: str, encoding: str) -> str:
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    return str(import_file(path).traits[0]["name"])
