"""Exports: only whom the purpose allows, safe files for each program, a trace of each, and erasure."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from habitue.access.actor import Actor
from habitue.access.policy import PermissionMissing
from habitue.activation import exports, exports_erase
from habitue.activation.columns import ColumnUnknown, columns
from habitue.activation.export import ExportWithoutAudience, TooManyForExcel, preview, run
from habitue.audiences.create import create
from habitue.audiences.fields import own_fields
from habitue.audiences.rule import EVERYBODY, Trait
from habitue.audit import ledger
from habitue.kernel.context import Context
from habitue.kernel.errors import NotFound

GERMANS = Trait("country", "is", "DE")
WANTED = ("name", "email", "phone", "birth_date", "rfm.rfm_group", "orders.money", "orders.last_order_at", "hobby")


def _german(message: str) -> str:
    return {"Name": "Name", "Regulars": "Stammkunden", "Money spent so far": "Umsatz"}.get(message, message)


def _cells(path: Path, encoding: str, delimiter: str) -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def test_the_preview_says_who_is_left_out_and_why(ws: Context) -> None:
    found = preview(ws, rule=EVERYBODY, purpose="newsletter", columns=("name", "email"))
    assert (found.total, found.included) == (5, 2)
    assert {(item.code, item.people) for item in found.left_out} == {
        ("no_consent", 1),
        ("withdrawn", 1),
        ("no_email", 1),
    }
    assert found.headings == ("Name", "E-mail")
    assert found.sample == (("Anna Weber", "anna@example.org"), ("Boris Иванов", "boris@example.org"))
    assert exports.listing(ws) == []


def test_an_export_is_written_registered_and_in_the_ledger(ws: Context) -> None:
    audience = create(ws, name="Аудитория: Köln", rule=GERMANS)
    made = run(ws, audience_id=audience.audience_id, purpose="newsletter", target="csv", columns=WANTED)
    file = exports.path(ws, made.export_id)
    assert (made.people, made.name, made.audience_id) == (2, "Аудитория: Köln", audience.audience_id)
    assert file.name.startswith("auditoriya-koln-2026-03-29-")
    assert file.stat().st_mode & 0o777 == 0o600
    assert hashlib.sha256(file.read_bytes()).hexdigest() == made.sha256
    assert exports.get(ws, made.export_id) == made
    with ws.register.read() as conn:
        entry = ledger.listing(conn, verb="export.made")[0]
    assert (entry.subject_id, entry.details["people"], entry.details["purpose"]) == (made.export_id, 2, "newsletter")


def test_a_file_for_programs_has_points_and_codes(ws: Context) -> None:
    made = run(ws, rule=GERMANS, purpose="newsletter", target="csv", columns=WANTED)
    rows = _cells(exports.path(ws, made.export_id), "utf-8", ",")
    assert rows[0] == [
        "name", "email", "phone", "birth_date", "rfm_rfm_group", "orders_money", "orders_last_order_at", "hobby",
    ]  # fmt: skip
    assert rows[1] == [
        "Anna Weber", "anna@example.org", "+4915112345678", "1990-01-02", "regular", "160.00",
        "2026-03-26T11:00:00+01:00", "tea",
    ]  # fmt: skip


def test_german_excel_gets_its_own_code_page_and_utf_8_where_that_has_no_such_letters(ws: Context) -> None:
    leipzig = Trait("first_name", "is_unknown")
    made = run(ws, rule=leipzig, purpose="analysis", target="csv_german_excel", columns=WANTED, translate=_german)
    assert made.encoding == "utf-8-sig"
    rows = _cells(exports.path(ws, made.export_id), "utf-8-sig", ";")
    assert rows[0][5] == "Umsatz"
    anna = next(row for row in rows if row[0] == "Anna Weber")
    assert anna[3:7] == ["02.01.1990", "Stammkunden", "160,00", "26.03.2026 11:00"]
    only_emil = run(ws, rule=Trait("name", "starts_with", "emil"), purpose="analysis", target="csv_german_excel")
    assert only_emil.encoding == "cp1252"
    assert "Emil Groß" in exports.path(ws, only_emil.export_id).read_text("cp1252")


def test_a_newsletter_tool_gets_the_address_first_and_only_people_with_one(ws: Context) -> None:
    made = run(ws, rule=EVERYBODY, purpose="newsletter", target="csv_newsletter", columns=("name", "city"))
    rows = _cells(exports.path(ws, made.export_id), "utf-8", ",")
    assert rows[0] == ["email", "name", "city"]
    assert [row[0] for row in rows[1:]] == ["anna@example.org", "boris@example.org"]


def test_formulas_in_names_stay_text_in_every_file(ws: Context) -> None:
    carl = Trait("country", "is", "AT")
    book = run(
        ws, rule=carl, purpose="analysis", target="xlsx", columns=("name", "phone", "orders.money", "birth_date")
    )
    sheet = openpyxl.load_workbook(exports.path(ws, book.export_id)).active
    cells = [(cell.value, cell.data_type) for cell in sheet[2]]
    assert cells[0] == ("=HYPERLINK(1)", "s")
    assert cells[1] == ("+4915112345678", "s")
    assert cells[2] == (15.5, "n")
    assert cells[3][1] == "d"
    made = run(ws, rule=carl, purpose="analysis", target="csv", columns=("name",))
    assert exports.path(ws, made.export_id).read_text().splitlines()[1] == "'=HYPERLINK(1)"


def test_numbers_of_an_own_field_are_numbers_in_a_workbook_and_plain_in_german_excel(ws: Context) -> None:
    wanted = ("name", "mnt_wines", "hobby")
    boris = Trait("name", "starts_with", "boris")
    book = run(ws, rule=boris, purpose="analysis", target="xlsx", columns=wanted)
    sheet = openpyxl.load_workbook(exports.path(ws, book.export_id)).active
    assert [cell.value for cell in sheet[1]] == ["Name", "Mnt wines", "Hobby"]
    assert [(cell.value, cell.data_type) for cell in sheet[2]][1:] == [(10.5, "n"), ("tea", "s")]
    made = run(ws, rule=boris, purpose="analysis", target="csv_german_excel", columns=wanted)
    assert _cells(exports.path(ws, made.export_id), "utf-8-sig", ";")[1][1:] == ["10,5", "tea"]


def test_own_fields_are_among_the_columns_to_choose_from(ws: Context) -> None:
    kinds = {column.name: column.kind for column in columns(own_fields(ws))}
    assert (kinds["mnt_wines"], kinds["hobby"]) == ("number", "text")


def test_those_who_may_not_download_lists_get_neither_preview_nor_file(ws: Context) -> None:
    made = run(ws, rule=GERMANS, purpose="analysis")
    analyst = replace(ws, actor=Actor("u2", "Anton Analyst", frozenset({"analyst"})))
    with pytest.raises(PermissionMissing):
        preview(analyst, rule=GERMANS, purpose="analysis")
    with pytest.raises(PermissionMissing):
        run(analyst, rule=GERMANS, purpose="analysis")
    with pytest.raises(PermissionMissing):
        exports.path(analyst, made.export_id)
    assert exports.count(ws) == 1


def test_what_does_not_exist_is_refused_before_anything_is_written(ws: Context) -> None:
    with pytest.raises(ColumnUnknown):
        run(ws, rule=GERMANS, purpose="analysis", columns=("name", "rfm.nothing"))
    with pytest.raises(ColumnUnknown):
        run(ws, rule=GERMANS, purpose="analysis", columns=())
    with pytest.raises(NotFound):
        run(ws, rule=GERMANS, purpose="fun")
    with pytest.raises(NotFound):
        run(ws, rule=GERMANS, purpose="analysis", target="pdf")
    with pytest.raises(ExportWithoutAudience):
        run(ws, purpose="analysis")
    assert not exports.folder(ws).exists()


def test_every_column_can_be_exported(ws: Context) -> None:
    made = run(ws, rule=EVERYBODY, purpose="analysis", columns=[column.name for column in columns()])
    assert made.people == 5


def test_erasing_a_person_takes_away_the_files_that_hold_her_and_no_others(ws: Context) -> None:
    germans = run(ws, rule=GERMANS, purpose="analysis")
    austrians = run(ws, rule=Trait("country", "is", "AT"), purpose="analysis")
    assert [e.export_id for e in exports_erase.holding(ws, "anna")] == [germans.export_id]
    assert exports_erase.erase(ws, "anna") == 1
    assert [e.export_id for e in exports.listing(ws) if e.deleted_at is None] == [austrians.export_id]
    with pytest.raises(exports.ExportGone):
        exports.path(ws, germans.export_id)
    assert [path.suffix for path in exports.folder(ws).iterdir()].count(".xlsx") == 1
    assert exports_erase.erase(ws, "anna") == 0


def test_a_list_that_no_excel_sheet_holds_is_refused_and_nothing_written(
    ws: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("habitue.activation.export.EXCEL_ROWS", 1)
    with pytest.raises(TooManyForExcel):
        run(ws, rule=EVERYBODY, purpose="newsletter", target="xlsx")
    assert exports.listing(ws) == []
    assert run(ws, rule=EVERYBODY, purpose="newsletter", target="csv").people == 2
