"""The page of SQL: who may, what is shown, what an error says, the file, stopping."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from habitue.web.sql import running
from habitue.web.sql.picture import picture
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

SeenBy = Callable[..., "Client"]


def asked(client: Client, query: str, *, fragment: bool = True, run_id: str = "r") -> str:
    """What the page answers to a query."""
    headers = {"HTTP_HX_REQUEST": "true"} if fragment else {}
    response = client.post("/sql/", {"query": query, "run_id": run_id}, **headers)
    assert response.status_code in (200, 422)
    return response.content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 200), ("admin", 200), ("analyst", 200), ("marketer", 403), ("agent", 403), ("auditor", 403)],
)
def test_owner_admin_and_analyst_ask_the_others_do_not(seen_by: SeenBy, role: str, status: int) -> None:
    client = seen_by(role)
    assert client.get("/sql/").status_code == status
    for path in ("/sql/stop/", "/sql/file/"):
        assert client.post(path, {"query": "select 1"}).status_code in (200, 204) if status == 200 else 403
    assert ('href="/sql/"' in client.get("/password/").content.decode()) == (status == 200)


def test_a_stranger_is_sent_to_the_door(seen_by: SeenBy) -> None:
    assert seen_by().get("/sql/").status_code == 302


def test_the_answer_is_a_table_with_a_chart_where_it_fits(anna: Client) -> None:
    page = asked(anna, "select country, count(*) as people from users group by all order by country")
    assert "2 rows" in page
    assert re.search(r'<th scope="col">country</th>', page)
    assert "<svg" in page
    assert "<svg" not in asked(anna, "select country, city, count(*) from users group by all")


def test_hostile_values_are_text(anna: Client) -> None:
    page = asked(anna, "select '<script>alert(1)</script>' as x")
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "<img" not in asked(anna, 'select 1 as "<img src=x>"')


def test_an_analyst_sees_no_name_and_is_told_so(seen_by: SeenBy) -> None:
    analyst = seen_by("analyst")
    assert "names and contact data are hidden" in analyst.get("/sql/").content.decode()
    page = asked(analyst, "select email, country from users limit 3")
    assert "•••" in page
    assert "@shop.example" not in page


def test_an_error_is_told_in_plain_words_in_the_readers_language(anna: Client, seen_by: SeenBy) -> None:
    assert "there is no table “usrs” here" in asked(anna, "select * from usrs")
    german = seen_by("analyst", language="de")
    assert "Nur eine einzelne lesende Abfrage" in asked(german, "drop table users")
    russian = seen_by("admin", language="ru")
    assert "здесь использовать нельзя" in asked(russian, "select getenv('X')")
    response = anna.post("/sql/", {"query": "select * from usrs"})
    assert response.status_code == 422
    assert "select * from usrs" in response.content.decode(), "the query stays in its field"


def test_the_tables_are_listed_with_their_columns(anna: Client) -> None:
    page = anna.get("/sql/tables/").content.decode()
    for name in ("users", "tracks", "order_completed", "consents", "rfm"):
        assert f"<code>{name}</code>" in page
    assert "<code>context_page_url</code>" in page


def test_only_a_thousand_rows_are_shown(anna: Client) -> None:
    page = asked(anna, "select * from range(5000)")
    assert "1000 rows" in page
    assert page.count("<tr>") == 1001
    assert "the file holds all of them" in page


def test_the_file_is_whole_masked_and_in_the_ledger(anna: Client, shop: Workspace) -> None:
    response = anna.post("/sql/file/", {"query": "select email, i from users, range(50) t(i)", "run_id": "r"})
    lines = response.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 60 * 50
    assert "@shop.example" not in response.content.decode()
    assert "attachment" in response["Content-Disposition"]
    assert shop.ledger.listing(limit=1)[0].verb == "sql.downloaded"


def test_a_file_of_a_broken_query_is_an_error_page(anna: Client) -> None:
    assert anna.post("/sql/file/", {"query": "select"}).status_code == 422


def test_a_query_is_stopped_by_whoever_asked_it_only(anna: Client, seen_by: SeenBy, shop: Workspace) -> None:
    found: list[str] = []
    query = "select count(*) from range(100000000) a, range(100000000) b"
    asking = threading.Thread(target=lambda: found.append(asked(anna, query, run_id="mine")))
    asking.start()
    other = seen_by("analyst")
    while not any(run == "mine" for _actor, run in running._stops):
        asking.join(0.05)
        assert asking.is_alive()
    other.post("/sql/stop/", {"run_id": "mine"})
    asking.join(0.3)
    assert asking.is_alive(), "somebody else cannot stop it"
    anna.post("/sql/stop/", {"run_id": "mine"})
    asking.join(10)
    assert "The query was stopped." in found[0]


def test_a_third_query_waits_and_is_told_when_it_takes_too_long(anna: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PATIENCE_SECONDS", 0.01)
    with running.running("a", "1"), running.running("b", "2"):
        response = anna.post("/sql/", {"query": "select 1", "run_id": "3"})
    assert response.status_code == 503
    assert "Other queries are running" in response.content.decode()
    assert "1 row" in asked(anna, "select 1")


def test_a_chart_is_made_of_names_or_days_with_one_number_each() -> None:
    def chart(rows: list[tuple[object, ...]]) -> object:
        return picture(("a", "b"), rows, str, title="t")

    assert chart([("x", 1), ("y", 2)])
    assert not chart([("x", 1)])
    assert not chart([("x", 1), ("x", 2)])
    assert not chart([("x", "1"), ("y", "2")])
    assert not chart([(1, 1), (2, 2)])
    assert not chart([("x", True), ("y", False)])


def test_whole_numbers_are_counted_in_whole_steps_and_names_have_room() -> None:
    def drawn(*values: float) -> str:
        found = picture(
            ("a", "b"), [(f"somebody.with.a.long.name{n}", v) for n, v in enumerate(values)], str, title="t"
        )
        assert found is not None
        return str(found.svg)

    assert ">0.5<" not in drawn(1, 1)
    assert ">0.5<" in drawn(1, 0.5)


def test_a_date_beyond_what_a_clock_shows_is_shown_as_text(anna: Client) -> None:
    assert "9999-12-31T23:59:59" in asked(anna, "select '9999-12-31T23:59:59Z'::timestamptz as x")
    assert "infinity" in asked(anna, "select 'infinity'::timestamp as x")
