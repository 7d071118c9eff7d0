from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from tests.small_shop import FORMULA, customers

from habitue.audiences.rule import Trait
from habitue.web.exports.order import moved, ordered
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

COLUMNS = ["email", "name", "city"]


@pytest.fixture
def audience_id(shop: Workspace) -> str:
    """The people in Germany, wanted for the service of their orders."""
    return shop.audiences.create("Germany", Trait("country", "is", "DE"), purpose="service").audience_id


def made(client: Client, audience_id: str, **wish: object) -> str:
    """Makes a list and returns the address of its page."""
    told = {"audience": audience_id, "purpose": "service", "target": "xlsx", "order": COLUMNS, "column": COLUMNS}
    response = client.post("/exports/new/", {**told, **wish, "do": "make"})
    assert response.status_code == 302
    return str(response.headers["Location"])


def test_owner_colleagues_and_stranger_see_what_they_may(
    seen_by: Callable[..., Client], anna: Client, audience_id: str
) -> None:
    here = made(anna, audience_id)
    paths = ["/exports/", here, f"{here}file/", f"/exports/new/?audience={audience_id}"]
    clients = {role: seen_by(*([role] if role else [])) for role in ("marketer", "auditor", "agent", "")}
    seen = {role: [client.get(path).status_code for path in paths] for role, client in clients.items()}
    assert seen == {
        "marketer": [200, 200, 200, 200],
        "auditor": [200, 200, 403, 403],
        "agent": [403, 403, 403, 403],
        "": [302, 302, 302, 302],
    }


def test_the_file_opens_in_excel_and_holds_no_formula(anna: Client, audience_id: str) -> None:
    response = anna.get(f"{made(anna, audience_id)}file/")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="germany-')
    sheet = load_workbook(io.BytesIO(response.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert FORMULA in {cell.value for cell in cells}
    assert [cell.value for cell in sheet[1]] == ["E-mail", "Name", "City"]
    assert sheet.max_row - 1 == sum(customer.country == "DE" for customer in customers())


def test_a_file_for_programs_keeps_formulas_harmless(anna: Client, audience_id: str) -> None:
    body = anna.get(f"{made(anna, audience_id, target='csv')}file/").content.decode()
    rows = list(csv.reader(io.StringIO(body)))
    assert rows[0] == COLUMNS
    assert f"'{FORMULA}" in {row[2] for row in rows}


def test_people_without_a_lawful_basis_are_left_out_and_counted(anna: Client, audience_id: str) -> None:
    germans = [customer for customer in customers() if customer.country == "DE"]
    page = anna.get(f"/exports/new/?audience={audience_id}&purpose=newsletter").content.decode()
    shown = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert f"People in the list {sum(c.consent == 'given' for c in germans)}" in shown
    assert f"never agreed {sum(c.consent == '' for c in germans)}" in shown
    assert f"took their consent back or objected {sum(c.consent == 'withdrawn' for c in germans)}" in shown


def test_a_list_without_a_purpose_is_not_made(anna: Client, audience_id: str, shop: Workspace) -> None:
    told = {"audience": audience_id, "purpose": "", "order": COLUMNS, "column": COLUMNS, "do": "make"}
    page = anna.post("/exports/new/", told).content.decode()
    assert "Say first what the list is for." in page
    assert "No list yet" in anna.get("/exports/").content.decode()


def test_columns_are_moved_and_the_preview_follows(anna: Client, audience_id: str) -> None:
    told = {"audience": audience_id, "purpose": "service", "order": COLUMNS, "column": COLUMNS, "do": "up:city"}
    page = anna.post("/exports/new/", told, HTTP_HX_REQUEST="true").content.decode()
    assert re.findall(r'name="order" value="([^"]+)"', page) == ["email", "city", "name"]
    assert "<html" not in page


def test_a_column_that_does_not_exist_is_told_in_words(anna: Client, audience_id: str) -> None:
    told = {"audience": audience_id, "purpose": "service", "order": [], "column": ["<x>"], "do": "refresh"}
    page = anna.post("/exports/new/", told).content.decode()
    assert "The list cannot have these columns: &lt;x&gt;." in page


def test_the_list_of_exports_tells_who_what_and_how_many(anna: Client, audience_id: str) -> None:
    made(anna, audience_id)
    page = anna.get("/exports/").content.decode()
    for words in ("Germany", "Anna Krume", "Service for orders", "Excel workbook"):
        assert words in page


def test_a_file_that_is_gone_is_told_in_words(anna: Client, audience_id: str, shop: Workspace) -> None:
    here = made(anna, audience_id)
    for path in (shop.folder / "exports").glob("*.xlsx"):
        path.unlink()
    assert "no longer kept" in anna.get(here).content.decode()
    assert "The file of this export is no longer kept." in anna.get(f"{here}file/").content.decode()


def test_ticked_columns_keep_their_order_and_new_ones_come_last() -> None:
    assert ordered(["b", "a", "c"], ["a", "b", "d"]) == ["b", "a", "d"]


@pytest.mark.parametrize(
    ("action", "order"),
    [("up:b", ["b", "a", "c"]), ("down:c", ["a", "b", "c"]), ("up:a", ["a", "b", "c"]), ("x", ["a", "b", "c"])],
)
def test_a_column_moves_one_place_and_never_falls_off(action: str, order: list[str]) -> None:
    assert moved(["a", "b", "c"], action) == order
