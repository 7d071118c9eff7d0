"""Saved queries on the page of SQL: saved, opened, run again, removed with a way back; for whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

QUERY = "select count(*) as everybody from users"


def test_a_query_is_saved_opened_run_and_removed_with_its_text_kept(anna: Client, shop: Workspace) -> None:
    response = anna.post("/sql/save/", {"query": QUERY, "name": "How many", "folder": "Numbers"})
    (made,) = shop.lake.queries()
    assert response["Location"] == f"/sql/?saved={made.query_id}"
    page = anna.get(response["Location"]).content.decode()
    assert "“How many” is saved." in page
    assert f">{QUERY}</textarea>" in page
    assert "<h3>Numbers</h3>" in page
    ran = anna.post("/sql/", {"saved": made.query_id}).content.decode()
    assert re.search(r'<th scope="col" class="r">everybody</th>', ran)
    assert f">{QUERY}</textarea>" in ran
    gone = anna.post(f"/sql/remove/{made.query_id}/").content.decode()
    assert "is no longer saved" in gone
    assert f">{QUERY}</textarea>" in gone
    assert 'value="How many"' in gone
    assert shop.lake.queries() == []


def test_under_its_own_name_a_query_is_changed_and_under_another_one_it_is_a_new_one(
    anna: Client, shop: Workspace
) -> None:
    made = shop.lake.save_query("One", QUERY)
    anna.post("/sql/save/", {"saved": made.query_id, "query": "select 2", "name": "one"})
    anna.post("/sql/save/", {"saved": made.query_id, "query": "select 3", "name": "Two"})
    assert [(q.name, q.query) for q in shop.lake.queries()] == [("one", "select 2"), ("Two", "select 3")]


def test_a_name_that_is_taken_is_told_and_nothing_is_lost(anna: Client, shop: Workspace) -> None:
    shop.lake.save_query("One", QUERY)
    response = anna.post("/sql/save/", {"query": "select 2", "name": "ONE"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a saved query “ONE” already." in page
    assert ">select 2</textarea>" in page


def test_only_who_may_ask_reaches_saved_queries(seen_by: Callable[..., Client], shop: Workspace) -> None:
    made = shop.lake.save_query("<script>x</script>", QUERY)
    marketer = seen_by("marketer")
    assert marketer.post("/sql/save/", {"query": QUERY, "name": "B"}).status_code == 403
    assert marketer.post(f"/sql/remove/{made.query_id}/").status_code == 403
    assert seen_by().post("/sql/save/", {"query": QUERY, "name": "B"}).status_code == 302
    analyst = seen_by("analyst")
    assert "&lt;script&gt;x" in analyst.get("/sql/").content.decode()
    assert analyst.get("/sql/?saved=nobody").status_code == 404
    assert len(shop.lake.queries()) == 1


def test_only_running_a_query_is_a_request_of_its_own_so_that_a_file_is_saved_and_a_query_kept(anna: Client) -> None:
    page = anna.get("/sql/").content.decode()
    (form,) = re.findall(r'<form [^>]*id="ask"[^>]*>', page)
    assert "hx-" not in form
    assert [name for name in ("run", "file", "save") if re.search(rf'<button [^>]*id="{name}" hx-post', page)] == [
        "run"
    ]
