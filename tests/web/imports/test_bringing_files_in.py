"""From the file to the result and back: every step as a browser takes it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import openpyxl
from tests.web.imports.conftest import ORDERS

from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

HTMX = {"HTTP_HX_REQUEST": "true"}
Send = Callable[..., str]
Finish = Callable[[str], None]


def _start(owner: Client, page: str, **changed: object) -> str:
    form = owner.get(page)
    columns = form.context["reading"].columns
    sent = {"source_name": form.context["upload"].source_name, "target": [c.target for c in columns], **changed}
    answer = owner.post(f"{page}start/", sent)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def test_a_stranger_and_a_support_agent_cannot_bring_files_in(
    browser: Client, colleague: Callable[..., Client], owner_id: str
) -> None:
    assert browser.get("/imports/").headers["Location"].startswith("/sign-in/")
    agent = colleague("agent")
    assert agent.get("/imports/").status_code == 403
    assert agent.post("/imports/upload/", {}).status_code == 403
    assert "/imports/" not in agent.get("/people/").content.decode()


def test_an_auditor_sees_imports_and_cannot_run_one(colleague: Callable[..., Client]) -> None:
    auditor = colleague("auditor")
    text = auditor.get("/imports/").content.decode()
    assert "Nothing imported yet" in text
    assert "Drop files here" not in text


def test_the_preview_tells_how_the_file_is_read(owner: Client, send: Send) -> None:
    text = owner.get(send(("shop_orders.csv", ORDERS))).content.decode()
    assert "shop_orders.csv" in text
    assert "semicolon" in text
    assert "decimal comma" in text
    assert "Import 3 rows" in text
    assert '<option value="order.id" selected>' in text
    assert "1 problem" in text
    assert "jonas@@posteo.example" in text


def test_nothing_is_stored_before_the_import_is_started(owner: Client, send: Send, ws: Workspace) -> None:
    owner.get(send(("shop_orders.csv", ORDERS)))
    assert ws.people.count() == 0
    assert not ws.imports.listing()


def test_hostile_cells_and_names_are_shown_as_text(owner: Client, send: Send, finish: Finish) -> None:
    page = send(('<img src=x onerror="alert(1)">.csv', ORDERS))
    text = owner.get(page).content.decode()
    assert "<b>Hoffmann</b>" not in text
    assert "<img src=x" not in text
    where = _start(owner, page)
    finish(where)
    assert "<img src=x" not in owner.get(where).content.decode()


def test_a_changed_column_is_read_anew_and_kept(owner: Client, send: Send) -> None:
    page = send(("shop_orders.csv", ORDERS))
    columns = owner.get(page).context["reading"].columns
    targets = ["" if column.heading == "Ort" else column.target for column in columns]
    text = owner.post(page, {"source_name": "Laden", "target": targets}, **HTMX).content.decode()
    assert "<html" not in text
    again = owner.get(page).context
    assert next(column.target for column in again["reading"].columns if column.heading == "Ort") == ""
    assert again["upload"].source_name == "Laden"


def test_a_target_that_nobody_offered_changes_nothing(owner: Client, send: Send) -> None:
    page = send(("shop_orders.csv", ORDERS))
    columns = owner.get(page).context["reading"].columns
    owner.post(page, {"source_name": "Laden", "target": ["os.system"] * len(columns)})
    assert owner.get(page).context["reading"].columns[0].target == "order.id"


def test_without_any_column_the_page_says_so_and_keeps_the_file(owner: Client, send: Send) -> None:
    page = send(("shop_orders.csv", ORDERS))
    columns = owner.get(page).context["reading"].columns
    answer = owner.post(f"{page}start/", {"source_name": "Laden", "target": [""] * len(columns)})
    assert answer.status_code == 422
    assert "No column of shop_orders.csv was recognised" in answer.content.decode()
    assert owner.get(page).status_code == 200


def test_an_import_runs_shows_its_result_and_is_taken_back(
    owner: Client, send: Send, finish: Finish, ws: Workspace
) -> None:
    where = _start(owner, send(("shop_orders.csv", ORDERS)))
    waiting = owner.get(where).content.decode()
    assert "Waiting for its turn" in waiting
    assert f"{where}progress/" in waiting
    assert "Waiting" in owner.get(f"{where}progress/", **HTMX).content.decode()
    finish(where)
    assert owner.get(f"{where}progress/", **HTMX).headers["HX-Refresh"] == "true"
    text = owner.get(where).content.decode()
    assert "The date of the order cannot be read." in text
    assert "Values left out" in text
    assert ws.people.count() == 2
    import_id = where.strip("/").split("/")[-1]
    listed = owner.get(f"/people/?import={import_id}&which=new").content.decode()
    assert "marlene@posteo.example" in listed
    undone = owner.post(f"{where}undo/", follow=True).content.decode()
    assert "as if it had never happened" in undone
    assert ws.people.count() == 0
    assert "taken back" in owner.get("/imports/").content.decode()


def test_rows_set_aside_are_downloaded_mended_and_imported_again(
    owner: Client, send: Send, finish: Finish, ws: Workspace
) -> None:
    where = _start(owner, send(("shop_orders.csv", ORDERS)))
    finish(where)
    answer = owner.get(f"{where}set-aside/")
    assert "attachment" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.active
    assert sheet["D2"].value == '=HYPERLINK("http://evil.example")'
    assert sheet["D2"].data_type == "s"
    sheet["B2"].value = "06.03.2026 10:00"
    buffer = io.BytesIO()
    book.save(buffer)
    page = send(("mended.xlsx", buffer.getvalue()), source_name="Shop orders")
    assert owner.get(page).context["upload"].is_remembered
    again = _start(owner, page)
    finish(again)
    assert ws.people.search("roth@posteo.example")


def test_the_same_file_again_leaves_every_row_alone(owner: Client, send: Send, finish: Finish, ws: Workspace) -> None:
    first = _start(owner, send(("shop_orders.csv", ORDERS)))
    finish(first)
    page = send(("shop_orders.csv", ORDERS))
    assert "remembered" in owner.get(page).content.decode()
    second = _start(owner, page)
    finish(second)
    item = ws.imports.listing()[0]
    assert (item.rows_taken, item.rows_unchanged) == (0, 2)


def test_several_files_are_shown_one_after_another(owner: Client, send: Send) -> None:
    page = send(("one.csv", ORDERS), ("two.csv", "email,first_name\nanna@krume.example,Anna\n"))
    assert "1 more file waits" in owner.get(page).content.decode()
    where = _start(owner, page)
    assert "two.csv" in owner.get(where).content.decode()
    assert "two.csv" in owner.get("/imports/").content.decode()


def test_a_waiting_import_is_cancelled(owner: Client, send: Send, ws: Workspace) -> None:
    where = _start(owner, send(("shop_orders.csv", ORDERS)))
    assert owner.post(f"{where}cancel/", **HTMX).headers["HX-Refresh"] == "true"
    assert "stopped" in owner.get(where).content.decode()
    assert ws.people.count() == 0


def test_files_that_cannot_be_read_get_a_clear_sentence(owner: Client, send: Send) -> None:
    for name, data, said in (
        ("empty.csv", b"", "is empty"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "is a picture"),
        ("list.pdf", b"%PDF-1.7\n1 0 obj", "is a PDF"),
    ):
        answer = owner.get(send((name, data)))
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert "Nothing was stored" in answer.content.decode()
        assert name not in owner.get("/imports/").content.decode()


def test_no_file_at_all_is_said_on_the_page(owner: Client) -> None:
    assert "No file arrived" in owner.post("/imports/upload/", {}, follow=True).content.decode()


def test_a_file_belongs_to_the_session_that_sent_it(
    owner: Client, colleague: Callable[..., Client], send: Send
) -> None:
    page = send(("shop_orders.csv", ORDERS))
    other = colleague("admin")
    assert other.get(page).status_code == 404
    assert other.post(f"{page}start/", {}).status_code == 404
    assert owner.get("/imports/files/..%2F..%2Fregister.db/").status_code == 404


def test_a_file_that_is_left_out_is_gone(owner: Client, send: Send, ws: Workspace) -> None:
    page = send(("shop_orders.csv", ORDERS))
    owner.post(f"{page}discard/")
    assert owner.get(page).status_code == 404
    assert not list((ws.folder / "uploads").iterdir())


def test_the_template_is_a_workbook_in_the_language_of_the_reader(owner: Client) -> None:
    for language in ("en", "de", "ru"):
        owner.post("/appearance/", {"language": language, "next": "/imports/"})
        answer = owner.get("/imports/template/")
        assert openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames
        assert owner.get("/imports/").status_code == 200
