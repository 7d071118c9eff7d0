"""`habitue people`."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Call


def found(call: Call, query: str) -> dict[str, object]:
    rows = call("people", "search", query, "--json").data
    assert len(rows) == 1
    row: dict[str, object] = rows[0]
    return row


def test_the_list_says_how_many_there_are(call: Call, shop: Path) -> None:
    told = call("people", "list", "--limit", "2", "--sort", "-name")
    assert "2 of 3" in told.out
    assert call("people", "--json").data["total"] == 3
    assert call("people", "list", "--country", "CH", "--json").data["total"] == 1


def test_people_are_found_by_parts_of_anything(call: Call, shop: Path) -> None:
    assert found(call, "rogg")["name"] == "Ben Roggen"
    assert "Ben Roggen" in call("people", "search", "ben", "roggen").out


def test_a_caller_is_found_by_any_spelling_of_the_number(call: Call, shop: Path) -> None:
    for number in ("0221 4710815", "+49 221 4710815", "0049-221-4710815"):
        assert [row["name"] for row in call("people", "by-phone", number, "--json").data] == ["Anna Krume"]


def test_one_person_is_shown_with_origin_identifiers_and_events(call: Call, shop: Path) -> None:
    profile_id = str(found(call, "anna krume")["profile_id"])
    told = call("people", "show", profile_id)
    for word in ("anna@krume.example", "Golden values", "Why they are one person", "Order Completed"):
        assert word in told.out
    data = call("people", "show", profile_id, "--json").data
    assert {"person", "identities", "timeline"} == set(data)
    assert call("people", "show", "0" * 32).code == 1


def test_two_people_are_joined_and_separated_again(call: Call, shop: Path) -> None:
    ben, dana = str(found(call, "roggen")["profile_id"]), str(found(call, "hefe")["profile_id"])
    joined = call("people", "join", ben, dana, "--reason", "married", "--json").data
    assert call("people", "--json").data["total"] == 2
    known = call("people", "show", joined["profile_id"], "--json").data["identities"]["identifiers"]
    mail = next(each for each in known if each["value"] == "dana@hefe.example")
    assert call("people", "separate", str(mail["identifier_id"])).code == 0
    assert call("people", "--json").data["total"] >= 3
    assert call("people", "join", ben).code == 2


def test_erasing_asks_first_and_leaves_nothing(call: Call, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile_id = str(found(call, "roggen")["profile_id"])
    for answer, code in (("n\n", 1), ("", 130)):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert call("people", "erase", profile_id).code == code
    assert found(call, "roggen")["profile_id"] == profile_id
    assert call("people", "erase", profile_id, "--yes", "--json").data["events"] > 0
    assert call("people", "search", "roggen", "--json").data == []


def test_what_steers_a_terminal_is_not_printed(call: Call, shop: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("Name,E-mail\nEve [red]\x1b[31mRed,eve@red.example\n", "utf-8")
    assert call("import", odd).code == 0
    told = call("people", "search", "eve@red.example")
    assert "\x1b" not in told.out
    assert "eve@red.example" in told.out
