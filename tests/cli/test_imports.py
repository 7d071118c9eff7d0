"""`habitue import`, `imports` and `undo`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Call


def test_a_dry_run_shows_the_reading_and_stores_nothing(call: Call, customers: Path) -> None:
    call("init", "shop")
    told = call("import", customers, "--dry-run", "-w", "shop")
    assert "person.email" in told.out
    assert "Nothing was stored" in told.out
    assert call("people", "--json", "-w", "shop").data["total"] == 0


def test_a_dry_run_says_of_the_whole_file_what_would_be_set_aside(call: Call, tmp_path: Path) -> None:
    call("init", "shop")
    rows = [f"anna{number}@krume.example,A{number}" for number in range(1_500)] + ["not an address,", ","]
    (tmp_path / "many.csv").write_text("email,order_note\n" + "\n".join(rows) + "\n", "utf-8")
    told = call("import", tmp_path / "many.csv", "--dry-run", "--json", "-w", "shop").data[0]["would"]
    done = call("import", tmp_path / "many.csv", "--json", "-w", "shop").data[0]
    assert told["rows_set_aside"] == done["import"]["rows_set_aside"] > 0
    assert told["rows_taken"] == done["import"]["rows_taken"] == 1_500
    assert told["reasons"] == done["reasons"]
    again = call("import", tmp_path / "many.csv", "--dry-run", "--json", "-w", "shop").data[0]["would"]
    assert again["rows_unchanged"] == 1_500


def test_an_import_tells_what_became_of_the_rows(call: Call, customers: Path) -> None:
    call("init", "shop")
    told = call("import", customers, "-w", "shop", "--source", "Office")
    assert told.code == 0
    assert "habitue undo" in told.out
    done = call("imports", "--json", "-w", "shop").data[0]
    assert (done["rows_read"], done["rows_taken"], done["people_new"], done["source_id"]) == (4, 4, 3, "office")


def test_the_same_file_again_changes_nothing(call: Call, shop: Path, customers: Path) -> None:
    again = call("import", customers, "--json").data[0]["import"]
    assert (again["rows_taken"], again["rows_unchanged"], again["people_new"]) == (0, 4, 0)


def test_a_column_can_be_decided_or_left_out(call: Call, customers: Path) -> None:
    call("init", "shop")
    wishes = ("--map", "Customer no=custom.office_number", "--map", "City=")
    assert call("import", customers, *wishes, "-w", "shop").code == 0
    person = call("people", "search", "roggen", "--json", "-w", "shop").data[0]
    assert person["city"] is None
    shown = call("people", "show", person["profile_id"], "--json", "-w", "shop").data
    assert shown["person"]["traits"]["office_number"] == "1002"


def test_a_wish_for_a_column_or_target_that_does_not_exist_is_a_misuse(call: Call, customers: Path) -> None:
    call("init", "shop")
    told = call("import", customers, "--map", "Nickname=person.name", "-w", "shop")
    assert told.code == 2
    assert "Customer no" in told.err
    told = call("import", customers, "--map", "City=person.town", "-w", "shop")
    assert told.code == 2
    assert "person.town" in told.err


def test_a_bad_file_is_told_and_the_good_ones_are_taken(call: Call, customers: Path, tmp_path: Path) -> None:
    call("init", "shop")
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    told = call("import", empty, customers, "-w", "shop", "--json")
    assert told.code == 1
    assert told.error["file"] == str(empty)
    assert [sorted(outcome) for outcome in told.data] == [["error", "file"], ["import", "reasons", "set_aside"]]
    assert call("people", "--json", "-w", "shop").data["total"] == 3


def test_an_import_can_be_undone(call: Call, shop: Path) -> None:
    customers = next(each for each in call("imports", "--json").data if each["file_name"] == "customers.csv")
    told = call("undo", customers["import_id"])
    assert told.code == 0
    assert "customers.csv" in told.out
    assert call("people", "search", "dana", "--json").data == []
    assert call("undo", customers["import_id"]).code == 1


def test_rows_set_aside_can_be_fetched_as_a_workbook(call: Call, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("Order number,Order date,E-mail,Order total\nA1,2026-05-02,,40.00\n", "utf-8")
    call("init", "shop")
    done = call("import", orders, "-w", "shop", "--json").data[0]
    assert done["import"]["rows_set_aside"] == 1
    told = call("imports", "set-aside", done["import"]["import_id"], tmp_path / "again.xlsx", "-w", "shop")
    assert told.code == 0
    assert (tmp_path / "again.xlsx").read_bytes()[:2] == b"PK"


def test_the_template_can_be_written_in_a_language(call: Call, tmp_path: Path) -> None:
    call("init", "shop")
    assert call("imports", "template", tmp_path / "vorlage.xlsx", "-w", "shop", "--language", "de").code == 0
    assert (tmp_path / "vorlage.xlsx").read_bytes()[:2] == b"PK"


def test_ctrl_c_cancels_cleanly_and_what_was_taken_can_be_undone(call: Call, tmp_path: Path) -> None:
    many = tmp_path / "many.csv"
    with many.open("w", encoding="utf-8") as file:
        file.write("Name,E-mail\n")
        file.writelines(f"Person {number},p{number}@many.example\n" for number in range(150_000))
    call("init", "shop")
    command = [sys.executable, "-m", "habitue.cli.main", "import", str(many), "-w", "shop", "--json"]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _wait_until(lambda: _rows_done(call) > 0)
    os.kill(started.pid, signal.SIGINT)
    started.communicate(timeout=60)
    assert started.returncode == 130
    done = call("imports", "--json", "-w", "shop").data[0]
    assert done["state"] == "cancelled"
    assert 0 < done["rows_read"] < 150_000
    assert call("undo", done["import_id"], "-w", "shop").code == 0
    assert call("people", "--json", "-w", "shop").data["total"] == 0


def _rows_done(call: Call) -> int:
    import sqlite3

    with sqlite3.connect("shop/register.db") as conn:
        return int(conn.execute("SELECT coalesce(max(done), 0) FROM kernel_jobs").fetchone()[0])


def _wait_until(is_so: object, seconds: float = 30) -> None:
    give_up_at = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]  # a callable
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
