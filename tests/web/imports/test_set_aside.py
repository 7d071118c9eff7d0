"""Records without a customer are no fault, and very many rows are sent as text."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from habitue.web import set_aside
from habitue.web.imports import pages
from habitue.web.set_aside import SetAside, told_apart
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.http import StreamingHttpResponse
    from django.test import Client

TILL = """order_number;order_date;email;article;quantity;unit_price
1;2026-01-05;mia@krume.example;Rye;1;4,20
5;2026-01-07;ada@krume.example;Rye;1;4,20
6;2026-01-08;ida@krume.example;Rye;1;4,20
2;2026-01-05;;Rye;1;4,20
3;2026-01-06;;Spelt;2;5,10
4;not a day;ben@krume.example;Rye;1;4,20
"""


@pytest.fixture
def import_id(ws: Workspace, tmp_path: Path) -> str:
    path = tmp_path / "till.csv"
    path.write_text(TILL, encoding="utf-8")
    return ws.imports.run(path, source_name="Till").import_id


def test_rows_with_a_fault_and_sales_of_nobody_are_told_apart(ws: Workspace, import_id: str) -> None:
    with ws.register.read() as conn:
        assert told_apart(conn, ws.imports.get(import_id)) == SetAside(to_mend=1, without_customer=2)


def test_the_start_page_asks_to_correct_only_what_has_a_fault(owner: Client, import_id: str) -> None:
    assert "1 row was set aside" in owner.get("/home/figures/").content.decode()
    assert "and 2 records without a customer" in owner.get("/home/").content.decode()


def test_the_list_of_imports_tells_the_same_numbers(owner: Client, import_id: str) -> None:
    cell = owner.get("/imports/").content.decode().split('data-label="Set aside"')[1].split("</td>")[0]
    assert cell.startswith(">1<br>")
    assert "and 2 records without a customer" in cell


def test_the_result_tells_sales_of_nobody_on_a_line_of_their_own(owner: Client, import_id: str) -> None:
    page = owner.get(f"/imports/{import_id}/").content.decode()
    assert "2 records without a customer" in page
    assert "No customer is named." not in page.split('class="reasons"')[1].split("</ul>")[0]


def test_an_import_that_was_taken_back_has_nothing_to_mend(ws: Workspace, owner: Client, import_id: str) -> None:
    ws.imports.undo(import_id)
    page = owner.get(f"/imports/{import_id}/").content.decode()
    assert "kept for you to mend" not in page
    with ws.register.read() as conn:
        assert told_apart(conn, ws.imports.get(import_id)) == SetAside(0, 0)


def test_very_many_rows_are_sent_as_text_part_by_part(
    owner: Client, import_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_IN_A_WORKBOOK", 1)
    monkeypatch.setattr(set_aside, "PAGE", 2)
    answer = owner.get(f"/imports/{import_id}/set-aside/")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    first, *rows = asyncio.run(_received(answer)).decode("utf-8-sig").splitlines()
    assert first == "order_number;order_date;email;article;quantity;unit_price;Why it was set aside"
    assert [row.split(";")[0] for row in rows] == ["2", "3", "4"]


async def _received(answer: StreamingHttpResponse) -> bytes:
    return b"".join([part async for part in answer.streaming_content])
