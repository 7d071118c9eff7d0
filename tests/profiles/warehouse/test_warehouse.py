"""The tables for analysts follow what came: new properties, other kinds, merges, undone imports, erasures."""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pytest

from habitue.access.actor import Actor
from habitue.activation.console.snapshot import write_snapshot
from habitue.kernel import lake
from habitue.kernel.errors import NotFound
from habitue.profiles import replica
from habitue.profiles.warehouse import shapes
from habitue.profiles.warehouse.personal import sound
from habitue.work import learning
from habitue.workspace import Workspace
from tests.sending import identify, order, send


def rows(ws: Workspace, name: str) -> list[dict[str, Any]]:
    """The rows of a table without what is empty, by message."""
    found = ws.lake.table(name).to_pyarrow().to_pylist()
    full = [{key: value for key, value in row.items() if value is not None} for row in found]
    return sorted(full, key=lambda row: str(row.get("id")))


def track(event: str, user: str = "u1", **properties: object) -> dict[str, Any]:
    """A track message."""
    return {"type": "track", "event": event, "userId": user, "properties": properties}


def test_each_kind_of_message_has_its_table_and_each_event_its_typed_one(ws: Workspace) -> None:
    send(
        ws,
        identify("u1", email="anna@web.example", first_name="Anna", points=5),
        {"messageId": "o1", **track("Order Completed", order_id="A1", total="12.50", products=[{"sku": "x"}])},
        {"type": "page", "userId": "u1", "name": "Home", "context": {"page": {"path": "/"}, "ip": "192.0.2.7"}},
        {"type": "screen", "userId": "u1", "name": "Start"},
        {"type": "group", "userId": "u1", "groupId": "g1", "traits": {"name": "Wendt", "employees": "12"}},
        {"type": "alias", "userId": "u1", "previousId": "u0"},
    )
    ws.refresh()
    (made,) = rows(ws, "order_completed")
    assert made["id"] == "o1"
    assert (made["event"], made["event_text"], made["user_id"]) == ("order_completed", "Order Completed", "u1")
    assert (made["total"], made["order_id"], made["products"]) == (Decimal("12.5000"), "A1", '[{"sku":"x"}]')
    assert made["received_at"].tzinfo is not None
    (anna,) = rows(ws, "users")
    assert (anna["email"], anna["points"], anna["profile_id"]) == ("anna@web.example", 5, made["profile_id"])
    assert [row["employees"] for row in rows(ws, "groups")] == [12]
    assert [row["group_id"] for row in rows(ws, "groups")] == ["g1"]
    assert [row["name"] for row in rows(ws, "accounts")] == ["Wendt"]
    assert [row["context_page_path"] for row in rows(ws, "pages")] == ["/"]
    assert [row["name"] for row in rows(ws, "screens")] == ["Start"]
    assert [row["previous_id"] for row in rows(ws, "aliases")] == ["u0"]
    assert [row["event"] for row in rows(ws, "tracks")] == ["order_completed"]


def test_no_value_is_lost_when_properties_come_and_change(ws: Workspace) -> None:
    send(ws, track("Quiz Done", score_of_mine=7, total=5))
    ws.refresh()
    assert "hint" not in ws.lake.table("quiz_done").columns
    assert str(ws.lake.table("quiz_done").schema()["score_of_mine"]) == "int64"
    send(ws, track("Quiz Done", score_of_mine=7.5, total="zwölf", hint="new"))
    ws.refresh()
    assert str(ws.lake.table("quiz_done").schema()["score_of_mine"]) == "float64"
    send(ws, track("Quiz Done", score_of_mine="good", total=True))
    ws.refresh()
    found = rows(ws, "quiz_done")
    assert sorted(row["score_of_mine"] for row in found) == ["7", "7.5", "good"]
    assert [row["total"] for row in found if "total" in row] == [Decimal("5.0000")]
    assert sorted(row["total_text"] for row in found if "total_text" in row) == ["true", "zwölf"]
    assert [row["hint"] for row in found if "hint" in row] == ["new"]


def test_hostile_names_become_plain_ones_and_their_values_stay_in_the_properties(ws: Workspace) -> None:
    send(ws, track("users", id=1, group="g"), track('"; DROP TABLE x', **{"a'b": 1, "": 2, "ok": 3}))
    ws.refresh()
    (first,) = rows(ws, "event_users")
    assert (first["property_id"], first["property_group"]) == (1, "g")
    (second,) = rows(ws, "drop_table_x")
    assert second["ok"] == 3
    assert any('"a\'b":1' in row["properties"] for row in rows(ws, "tracks"))


def test_a_merge_and_an_undone_import_show_without_writing_anything_anew(ws: Workspace) -> None:
    send(ws, order("A1", "10.00", email="anna@web.example"), order("A2", "5.00", number="7"))
    send(ws, order("A3", "1.00", number="7"), import_id="three")
    ws.refresh()
    assert len({row["profile_id"] for row in rows(ws, "order_completed")}) == 2
    send(ws, identify(number="7", email="anna@web.example"))
    ws.refresh()
    assert len({row["profile_id"] for row in rows(ws, "order_completed")}) == 1
    assert {row["order_id"] for row in rows(ws, "order_completed")} == {"A1", "A2", "A3"}


def test_what_only_an_erased_person_had_is_nowhere_afterwards(ws: Workspace) -> None:
    send(ws, track("Zettel", user="u9", grimmzahl=3), identify("u9", email="grimm@web.example"), track("Other"))
    ws.refresh()
    assert "grimmzahl" in ws.lake.table("zettel").columns
    ws.lake.snapshot()
    (grimm,) = ws.people.search("grimm@web")
    ws.people.erase(grimm.profile_id)
    assert "zettel" not in ws.lake.tables()
    assert list((ws.folder / "warehouse").glob("*.parquet")) == []
    kept = ws.context.lake.con.to_pyarrow(ws.context.lake.table(shapes.NAME)).to_pylist()
    assert "grimmzahl" not in str(kept)
    assert "Other" in str(ws.lake.pandas("tracks")["event_text"].tolist())


def test_whoever_may_not_take_lists_out_sees_nobodys_name(ws: Workspace) -> None:
    send(
        ws,
        identify("u1", email="anna@web.example", first_name="Anna", birth_date="1980-05-17", tier="gold", card="a@b.c"),
        track("Order Completed", order_id="A1", customer={"name": "Anna"}, url="https://x.example/?m=a@b.c", nr=49),
        track("Product Viewed", name="Teapot", remark="call 030 901 820"),
    )
    ws.refresh()
    analyst = Workspace(ws.context.as_actor(Actor("ann", "Ann", frozenset({"analyst"}))))
    (user,) = rows(analyst, "users")
    assert (user["email"], user["first_name"], user["card"], user["tier"]) == ("•••", "•••", "•••", "gold")
    assert str(user["birth_date"]) == "1980-01-01"
    (made,) = rows(analyst, "order_completed")
    assert (made["customer_name"], made["order_id"], made["nr"]) == ("•••", "A1", 49)
    (seen,) = rows(analyst, "product_viewed")
    assert (seen["name"], seen["remark"]) == ("Teapot", "•••")
    assert "properties" not in analyst.lake.table("tracks").columns
    told = str([rows(analyst, name) for name in analyst.lake.tables()])
    assert [needle for needle in ("anna@", "Anna", "a@b.c", "901 820", "05-17") if needle in told] == []
    assert "Anna" in str(rows(ws, "users")), "the owner sees it"


def test_the_files_for_other_tools_hold_the_same_rows(ws: Workspace) -> None:
    import pyarrow.parquet as pq

    send(ws, identify("u1", email="anna@web.example"), order("A1", "10.00", email="anna@web.example"))
    ws.refresh()
    made = ws.lake.snapshot()
    assert dict(made.tables)["order_completed"] == 1
    for name, count in made.tables:
        assert pq.read_metadata(made.folder / f"{name}.parquet").num_rows == count
    assert ws.ledger.listing(limit=1)[0].verb == "lake.written"


STRANGE_KEYS = ("*", "**", "a*", "$.a", 'q"', "a/b", "~", "a'b", "x[*]", "?")


def test_a_key_that_means_something_in_a_path_of_json_breaks_neither_its_table_nor_the_files(ws: Workspace) -> None:
    send(ws, *(track("Odd", **{key: 7, "plain": 1, "deep": {key: [1]}}) for key in STRANGE_KEYS))
    send(ws, identify("u1", **{"*": "star", "favourite*": "tea"}))
    ws.refresh()
    assert [row["plain"] for row in rows(ws, "odd")] == [1] * len(STRANGE_KEYS)
    made = ws.lake.snapshot()
    assert dict(made.tables)["odd"] == len(STRANGE_KEYS)
    assert made.failed == ()


@pytest.mark.parametrize("key", STRANGE_KEYS)
def test_a_name_in_the_json_of_the_replica_is_a_name_whatever_it_means_in_a_path(key: str) -> None:
    con = lake.engine_in_process()
    text, items = json.dumps({key: "v", "other": "w"}), json.dumps({key: ["v", 1], "other": [2]})
    table = ibis.memtable({"text": [text], "items": [items]})
    found = table.select(text=lake.json_value(table["text"], key), items=lake.json_elements(table["items"], key))
    assert con.to_pyarrow(found).to_pylist() == [{"text": "v", "items": ['"v"', "1"]}]


def test_a_table_that_cannot_be_written_does_not_keep_the_others_from_it(ws: Workspace) -> None:
    send(ws, identify("u1", email="anna@web.example"), track("Quiz Done", points=1))
    ws.refresh()
    ws.lake.snapshot()
    (ws.folder / "warehouse" / ".quiz_done.parquet").mkdir()
    made = ws.lake.snapshot()
    assert made.failed == ("quiz_done",)
    assert {"users", "tracks"} <= set(dict(made.tables))
    assert not (ws.folder / "warehouse" / "quiz_done.parquet").exists(), "an old file would be taken for a new one"


def test_an_address_in_what_every_table_has_is_hidden_too(ws: Workspace) -> None:
    mail = "anna@web.example"
    send(
        ws,
        {"messageId": mail, "anonymousId": mail, "type": "track", "event": "Order Completed"}
        | {"properties": {"order_id": mail, "coupon": "x", "category": mail}},
        {"messageId": "m-2", **track(f"Mail to {mail}", order_id="100004711", ok=1)},
        {"messageId": "m-3", **track("Call to +49 30 901820")},
    )
    ws.refresh()
    analyst = Workspace(ws.context.as_actor(Actor("ann", "Ann", frozenset({"analyst"}))))
    names = analyst.lake.tables()
    told = str([(name, rows(analyst, name)) for name in names])
    assert [needle for needle in (mail, "mail_to", "anna", "901820") if needle in told] == []
    assert {row["order_id"] for row in rows(analyst, "tracks") if "order_id" in row} == {"•••", "100004711"}
    assert {"Order Completed", "•••"} == {row["event_text"] for row in rows(analyst, "tracks")}
    assert mail.encode() not in ws.lake.download("select * from tracks").content
    assert f"Mail to {mail}" in {row["event_text"] for row in rows(ws, "tracks")}, "the owner sees it"


PERSONAL = (
    "customer_name", "recipient_name", "contact_person", "username", "kunde", "adresse", "Lieferadresse", "home_street",
    "имя_клиента", "фамилия", "vorname", "addressee_name",
)  # fmt: skip
BIRTHS = ("date_of_birth", "birthday", "dob", "Geburtstag", "birth_place", "дата_рождения")
HARMLESS = ("product_name", "campaign_name", "plan", "size", "colour", "score", "username_length", "birch")


def test_names_under_names_that_nobody_planned_are_hidden_and_of_births_the_year_stays(ws: Workspace) -> None:
    values = dict.fromkeys((*PERSONAL, *HARMLESS), "Zuse") | dict.fromkeys(BIRTHS, "1980-05-17")
    send(ws, track("Odd", **values), identify("u1", **values))
    ws.refresh()
    analyst = Workspace(ws.context.as_actor(Actor("ann", "Ann", frozenset({"analyst"}))))
    for table in ("odd", "identifies", "users"):
        (row,) = rows(analyst, table)
        assert sum(value == "Zuse" for value in row.values()) == len(HARMLESS), table
        assert "1980" in str(row), table
        assert "05-17" not in str(row), table


@pytest.mark.parametrize(
    ("name", "expected"),
    [(name, "person") for name in PERSONAL]
    + [(name, "birth") for name in BIRTHS]
    + [(name, "harmless") for name in HARMLESS],
)
def test_a_name_sounds_like_a_person_or_does_not(name: str, expected: str) -> None:
    assert sound(name) == expected


def test_files_in_another_folder_hold_no_names_unless_there_is_a_purpose_and_the_ledger_knows_first(
    sqlite_ws: Workspace, tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    ws = sqlite_ws
    send(ws, identify("u1", email="anna@web.example"))
    ws.refresh()
    elsewhere = tmp_path / "stick"
    with pytest.raises(NotFound):
        ws.lake.snapshot(elsewhere, purpose="because")
    assert not elsewhere.exists()
    made = ws.lake.snapshot(elsewhere)
    assert made.is_masked
    assert pq.read_table(elsewhere / "users.parquet").column("email").to_pylist() == ["•••"]
    after, before = ws.ledger.listing(limit=2)
    assert (before.verb, after.verb) == ("lake.opened", "lake.written")
    assert before.details["folder"] == str(elsewhere)
    ws.lake.snapshot(elsewhere, purpose="analysis")
    assert pq.read_table(elsewhere / "users.parquet").column("email").to_pylist() == ["anna@web.example"]
    assert ws.ledger.listing(limit=1)[0].details["purpose"] == "analysis"
    assert not ws.lake.snapshot().is_masked, "the workspace's own folder is swept by erasures"


def test_files_are_nobody_elses_and_no_link_leads_them_away(sqlite_ws: Workspace, tmp_path: Path) -> None:
    ws = sqlite_ws
    send(ws, identify("u1", email="anna@web.example"))
    ws.refresh()
    folder, prey = tmp_path / "open", tmp_path / "prey"
    folder.mkdir()
    prey.write_text("kept")
    for name in (".users.parquet", "users.parquet"):
        (folder / name).symlink_to(prey)
    ws.lake.snapshot(folder)
    assert prey.read_text() == "kept"
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*.parquet")} == {0o600}
    assert not (folder / "users.parquet").is_symlink()


def test_a_snapshot_waits_for_whoever_holds_the_replica(sqlite_ws: Workspace) -> None:
    ws = sqlite_ws
    send(ws, identify("u1", email="anna@web.example"))
    ws.refresh()
    with replica.only_one(ws.context):
        writer = threading.Thread(target=write_snapshot, args=(ws.context,))
        writer.start()
        writer.join(0.5)
        assert writer.is_alive()
        assert list((ws.folder / "warehouse").glob("*.parquet")) == []
    writer.join()
    assert (ws.folder / "warehouse" / "users.parquet").exists()


def test_an_event_takes_no_name_of_an_insight_or_of_the_engine(sqlite_ws: Workspace) -> None:
    ws = sqlite_ws
    send(ws, *(track(name, a=1) for name in ("Rfm", "Lake People", "Sqlite Master", "Duckdb Tables", "Pg Views")))
    ws.refresh()
    names = set(ws.lake.tables())
    assert {"event_rfm", "event_lake_people", "event_sqlite_master", "event_duckdb_tables", "event_pg_views"} <= names
    assert not {"lake_people", "sqlite_master", "duckdb_tables", "pg_views"} & names
    answer = ws.lake.answer("select count(*) from event_lake_people, event_sqlite_master, event_rfm")
    assert answer.rows == [(1,)]


def test_what_a_notebook_reads_with_names_stands_in_the_ledger_once(sqlite_ws: Workspace) -> None:
    ws = sqlite_ws
    send(ws, identify("u1", email="anna@web.example"))
    ws.refresh()
    ws.lake.pandas("select email from users")
    entry = ws.ledger.listing(limit=1)[0]
    assert (entry.verb, entry.details["tables"]) == ("lake.read", ["users"])
    assert "email" not in str(entry.details)
    count = entry.entry_no
    ws.lake.pandas("select email from users")
    ws.lake.pandas("consents")
    Workspace(ws.context.as_actor(Actor("ann", "Ann", frozenset({"analyst"})))).lake.pandas("users")
    assert ws.ledger.listing(limit=1)[0].entry_no == count
    ws.lake.duckdb()
    assert "users" in ws.ledger.listing(limit=1)[0].details["tables"]


def test_files_that_are_put_together_are_not_looked_into_again(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, told in enumerate((7, "much")):
        send(ws, track("Quiz Done", score_of_mine=told, **{f"only_{number}": 1}))
        ws.refresh()
    shapes.renew(ws.context)
    columns = ws.lake.table("quiz_done").columns
    before = ws.context.lake.files("facts")
    assert ws.context.lake.compact("facts", most=1)
    shapes.follow_compaction(ws.context, before)
    monkeypatch.setattr(shapes, "_rows", lambda *_: pytest.fail("a file was looked into that was known"))
    assert ws.lake.table("quiz_done").columns == columns
    assert {"only_0", "only_1"} <= set(columns)
    assert sorted(row["score_of_mine"] for row in rows(ws, "quiz_done")) == ["7", "much"]


def test_columns_are_looked_up_when_no_more_facts_come_and_at_least_every_ten_minutes() -> None:
    columns = learning.Columns(sequence=5, at=100.0)
    assert not columns.are_due(5, 10_000.0, is_quiet=True)
    assert not columns.are_due(6, 101.0, is_quiet=False)
    assert columns.are_due(6, 101.0, is_quiet=True)
    assert not columns.are_due(6, 102.0, is_quiet=True)
    assert columns.are_due(7, 102.0 + learning.COLUMNS_SECONDS, is_quiet=False)
