"""A query reads what is offered and nothing else, within its limits, masked by role."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.sending import identify, order, send

from habitue.access.actor import Actor
from habitue.access.policy import PermissionMissing
from habitue.activation.console import errors, run
from habitue.kernel import console
from habitue.kernel.console_check import Refused, tables_of
from habitue.kernel.console_child import connect, lock, needed_tables, prepare
from habitue.kernel.context import Context
from habitue.workspace import Workspace

READS = (
    "select * from v",
    "from v select a",
    "select a, count(*) filter (a > 1) n from v group by all having n > 0 order by n desc limit 3 offset 0",
    "with t as (select * from v) select t.*, row_number() over (partition by a order by b) from t join w on true",
    "with recursive t as (select 1 as n union all select n + 1 from t where n < 5) select sum(n) from t",
    "select case when a = 1 then 'x' else b end, a::text, a in (1, 2), exists (select 1 from w), b like '%a%' from v",
    "select * from (pivot v on a in (1, 2) using count(*))",
    "values (1), (2)",
    "select list_transform([1, 2], lambda q: q + 1), {'a': 1}, date '2026-01-01' + interval 3 days",
    "select date_trunc('month', timestamp '2026-05-01'), round(1.5), coalesce(null, 1), upper('x') || 'y'",
    "select * from V where a between 1 and 2 union all select 1, 'q' except select 2, 'x'",
    "select columns('a'), * exclude (b) from v",
    "select i from range(3) t(i), unnest([1, 2]) u(j)",
    "select 1 -- ; drop table v",
    "select quantile_cont(a, 0.5), arg_max(b, a), string_agg(b, ',') from v",
)
ATTACKS = (
    "copy v to '/tmp/out.csv'",
    "copy (select * from v) to '/tmp/out.parquet'",
    "attach '/tmp/x.db' as x",
    "install httpfs",
    "load httpfs",
    "set memory_limit = '100GB'",
    "reset memory_limit",
    "pragma database_list",
    "call pragma_version()",
    "create table t as select 1",
    "create macro m() as 1",
    "insert into v values (1, 'x')",
    "drop view v",
    "export database '/tmp/x'",
    "explain select * from v",
    "describe v",
    "summarize v",
    "show tables",
    "select * from (show tables)",
    "select * from (describe v)",
    "select 1; select 2",
    "select 1; drop view v",
    "select $1",
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')",
    "select * from read_parquet('FILE')",
    "select * from parquet_scan('FILE')",
    "select * from parquet_metadata('FILE')",
    "select * from 'FILE'",
    'select * from "FILE"',
    "select * from '/etc/passwd'",
    "select * from 'https://evil.example/x.parquet'",
    "select * from glob('/etc/*')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from lake_inner",
    'select * from "LAKE_inner"',
    "select * from main.lake_inner",
    "select * from memory.main.v",
    "select secret from v, lateral (select * from lake_inner) x",
    "select (select max(secret) from lake_inner)",
    "select * from v where a in (select a from lake_inner)",
    "select t.secret from (with lake_inner as (select 1) select 1) s, lake_inner t",
    'select * from (with "FILE" as (select 1) select 1) s, "FILE" t',
    "select * from (with duckdb_views as (select 1) select 1) s, duckdb_views t",
    "select * from (with pg_views as (select 1) select 1) s, pg_views t",
    "select * from query('select * from lake_inner')",
    "select * from query_table('lake_inner')",
    "select * from information_schema.tables",
    "select * from duckdb_secrets()",
    "select * from duckdb_settings()",
    "select * from duckdb_views",
    "select * from duckdb_views()",
    "select * from sqlite_master",
    "select * from pg_catalog.pg_views",
    "select * from pg_views",
    "select getenv('HOME')",
    "select main.getenv('HOME')",
    "select current_setting('threads')",
    "select getvariable('x')",
    "select pg_sleep(100)",
    "select sleep_ms(100000)",
    "select nextval('s')",
    "select json_serialize_sql('select 1')",
    "select json_execute_serialized_sql('x')",
    "select * from json_execute_serialized_sql(json_serialize_sql('select * from lake_inner'))",
    "select system.main.version()",
    "select write_log('x')",
    "select * from pragma_table_info('lake_inner')",
    "select * from test_all_types()",
    "select * from arrow_scan(1, 2, 3)",
    "select * from repeat_row(1, num_rows = 10)",
)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A file with a secret column, and a request that offers the rest of it."""
    path = tmp_path_factory.mktemp("lake") / "inner.parquet"
    pq.write_table(pa.table({"a": [1, 2], "b": ["x", "y"], "secret": ["anna", "boris"]}), path)
    return {
        "tables": {"v": "SELECT a, b FROM lake_inner", "w": "SELECT 1 AS one"},
        "preparation": [f"CREATE VIEW lake_inner AS SELECT * FROM read_parquet(['{path}'])"],
        "paths": [str(path)],
    }


@pytest.fixture(scope="module")
def engine(ground: dict[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The engine as the process of a query prepares and locks it."""
    con = connect(500)
    prepare(con, ground, frozenset(ground["tables"]))
    lock(con, ground["paths"])
    yield con
    con.close()


def checked(query: str, ground: dict[str, Any]) -> frozenset[str]:
    """The tables of a query after the check that comes before it is run."""
    con = connect(500)
    try:
        return needed_tables(con, {**ground, "query": query.replace("FILE", ground["paths"][0])})
    finally:
        con.close()


@pytest.mark.parametrize("query", READS)
def test_the_usual_queries_are_let_through_and_run(
    query: str, ground: dict[str, Any], engine: duckdb.DuckDBPyConnection
) -> None:
    assert checked(query, ground) <= {"v", "w"}
    assert "anna" not in str(engine.execute(query).fetchall())


@pytest.mark.parametrize("query", ATTACKS)
def test_what_is_more_than_reading_the_tables_is_refused(query: str, ground: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        checked(query, ground)


def test_the_check_is_what_holds_the_secret_back(engine: duckdb.DuckDBPyConnection) -> None:
    assert "anna" in str(engine.execute("select * from lake_inner").fetchall()), "else the attacks would show nothing"


@pytest.mark.parametrize(
    "query",
    [
        "copy v to '/tmp/habitue-out.csv'",
        "attach '/tmp/habitue-x.db' as x",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set memory_limit = '100GB'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/hostname')",
        "select * from '/etc/passwd'",
        "select * from read_csv('https://example.org/x.csv')",
        "select * from duckdb_secrets()",
    ],
)
def test_behind_the_check_the_engine_itself_is_locked(query: str, engine: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error):
        engine.execute(query).fetchall()


def test_a_kind_of_node_that_nobody_has_thought_of_is_refused() -> None:
    for node in ({"type": "FUTURE_REF"}, {"class": "FUTURE", "type": "X"}, {"type": "SHOW_REF"}):
        with pytest.raises(Refused):
            tables_of({"statements": [{"node": node}]}, {"v"}, set())


def request(ground: dict[str, Any], query: str, **more: int) -> console.Request:
    """A request for the process."""
    return console.Request(
        query, ground["tables"], ground["preparation"], ground["paths"], **{"limit": 10, "seconds": 20, **more}
    )


def test_the_process_gives_rows_up_to_the_limit(ground: dict[str, Any]) -> None:
    assert console.ask(request(ground, "select b from v order by a desc")).to_pylist() == [{"b": "y"}, {"b": "x"}]
    assert console.ask(request(ground, "select * from range(100000000)", limit=7)).num_rows == 7


@pytest.mark.parametrize(
    "query",
    [
        "select count(*) from range(100000000) a, range(100000000) b",
        "with recursive t as (select 1 as n union all select n + 1 from t) select count(*) from t",
    ],
)
def test_a_query_without_end_is_stopped(query: str, ground: dict[str, Any]) -> None:
    with pytest.raises(console.Failed, match="time"):
        console.ask(request(ground, query, seconds=2))


def test_the_time_of_a_query_begins_when_its_process_has_started(
    ground: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "import time\ntime.sleep(2.5)\nfrom habitue.kernel.console_child import answer, write\nanswer(write)\n"
    (tmp_path / "slow_start.py").write_text(slow, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    asked = request(ground, "select 1 as n", seconds=2)
    assert console.ask_bytes(asked, "slow_start")[:1] == b"A"
    monkeypatch.setattr(console, "START_SECONDS", 0)
    with pytest.raises(console.Failed, match="busy") as caught:
        console.ask_bytes(asked, "slow_start")
    told = errors.told(caught.value, "", [], 20)
    assert isinstance(told, errors.QueryNotBegun)
    assert told.retry_helps


def test_a_query_that_wants_all_memory_is_stopped(ground: dict[str, Any]) -> None:
    with pytest.raises(console.Failed) as caught:
        console.ask(request(ground, "select list(i) from range(300000000) t(i)", memory_mb=200))
    assert isinstance(errors.told(caught.value, "", [], 20), errors.QueryTooBig)


def test_somebody_can_stop_a_query(ground: dict[str, Any]) -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(console.Failed, match="stopped"):
        console.ask(
            request(ground, "select count(*) from range(100000000) a, range(100000000) b"), is_stopped=stop.is_set
        )


def test_a_query_as_deep_as_it_is_long_ends_with_an_error(ground: dict[str, Any]) -> None:
    for query in ("select " + "(" * 4_000 + "1" + ")" * 4_000, "select 1" + " + 1" * 4_000, "x" * 30_000):
        with pytest.raises(console.Failed):
            console.ask(request(ground, query))


@pytest.fixture
def shop(sqlite_ws: Workspace) -> Context:
    """Two people with orders."""
    send(
        sqlite_ws,
        identify("u1", email="anna@web.example", first_name="Anna", city="Bonn"),
        identify("u2", email="boris@web.example", city="=1+1"),
        order("A1", "10.00", email="anna@web.example"),
    )
    sqlite_ws.refresh()
    return sqlite_ws.context


def by(ws: Context, *roles: str) -> Context:
    """The same world seen by somebody with these roles."""
    return ws.as_actor(Actor("somebody", "Somebody", frozenset(roles)))


def test_roles_see_what_they_may(shop: Context) -> None:
    query = "select email from users order by email"
    assert run.run(by(shop, "owner"), query).rows == [("anna@web.example",), ("boris@web.example",)]
    hidden = run.run(by(shop, "analyst"), query)
    assert hidden.is_masked
    assert hidden.rows == [("•••",), ("•••",)]
    for role in ("agent", "auditor", "marketer", "privacy_officer"):
        with pytest.raises(PermissionMissing):
            run.run(by(shop, role), query)


@pytest.mark.parametrize(
    "query",
    [
        "select u from users u",
        "select to_json(u) from users u",
        "select columns('.*') from users",
        "select count(*) from users where email like 'anna%' having count(*) > 0",
        "with x as (select * from users) select x.email from x",
        "select max(email) from (select email from users union select first_name from identifies)",
        "select * from identifies",
        "select * from tracks",
        "select error(email) from users",
        "select email::int from users",
    ],
)
def test_no_query_of_an_analyst_brings_a_hidden_value_out(shop: Context, query: str) -> None:
    try:
        told = str(run.run(by(shop, "analyst"), query).rows)
    except errors.QueryFailed as failed:
        told = f"{failed} {failed.params}"
    assert "anna@" not in told
    assert "Anna" not in told


def test_a_file_hides_names_from_everybody_neutralises_formulas_and_is_in_the_ledger(
    shop: Context, sqlite_ws: Workspace
) -> None:
    made = run.download(by(shop, "owner"), "select email, '=1+1' as f from users")
    lines = made.content.decode("utf-8-sig").splitlines()
    assert lines == ["email,f", "•••,'=1+1", "•••,'=1+1"]
    entry = sqlite_ws.ledger.listing(limit=1)[0]
    assert (entry.verb, entry.details["rows"], entry.details["tables"]) == ("sql.downloaded", 2, ["users"])
    assert "email" not in str(entry.details)


@pytest.mark.parametrize(
    ("query", "kind", "told"),
    [
        ("select nme from users", errors.QueryColumnUnknown, "Line 1, character 8: there is no column “nme”"),
        ("select *\nfrom usrs", errors.QueryTableUnknown, "Line 2, character 6: there is no table “usrs”"),
        ("select a\nfrm users", errors.QuerySyntax, "Line 2, character 5"),
        ("select getenv('X')", errors.QueryNotAllowed, "“getenv” may not be used"),
        ("delete from users", errors.QueryNotSelect, "Only one query that reads"),
        ("select 'ä', nme from users", errors.QueryColumnUnknown, "character 13"),
        ("select 'x'::int from users", errors.QueryFailed, "Could not convert"),
    ],
)
def test_an_error_says_what_is_wrong_and_where(
    shop: Context, query: str, kind: type[errors.QueryFailed], told: str
) -> None:
    with pytest.raises(kind) as caught:
        run.run(shop, query)
    assert told in str(caught.value)
    assert "lake_" not in f"{caught.value} {caught.value.params}"


def test_nothing_is_left_running(shop: Context, tmp_path: Path) -> None:
    before = {path.name for path in Path("/proc").iterdir() if path.name.isdigit()}
    run.run(shop, "select count(*) from users")
    time.sleep(0.05)
    children = Path("/proc/self/task").glob("*/children")
    assert not {pid for path in children for pid in path.read_text().split()} - before


def test_two_million_cells_are_a_file_within_the_time_of_a_query(shop: Context) -> None:
    columns = ", ".join(f"i % {number} = 0 as c{number}" for number in range(2, 12))
    made = run.download(shop, f"select {columns} from range(200000) t(i)")
    assert made.rows == 200_000
    assert made.content.startswith(b"\xef\xbb\xbfc2,c3,")
    assert made.content.splitlines()[1] == b",".join([b"true"] * 10)


@pytest.mark.parametrize(
    "query",
    [
        f"select {', '.join(f'i as c{number}' for number in range(30))} from range(1000000) t(i)",
        "select repeat('x', 100000) as x from range(1200)",
    ],
)
def test_a_file_that_would_be_too_big_is_refused(shop: Context, query: str) -> None:
    with pytest.raises(errors.QueryTooBig):
        run.download(shop, query)


def test_a_file_can_be_stopped_and_has_a_time(shop: Context) -> None:
    endless = "select count(*) from range(100000000) a, range(100000000) b"
    with pytest.raises(errors.QueryStopped):
        run.download(shop, endless, is_stopped=lambda: True)
    with pytest.raises(errors.QueryTooSlow):
        run.download(shop, endless, seconds=1)


def test_a_file_is_what_the_module_for_csv_would_read_back(shop: Context) -> None:
    made = run.download(shop, """select 'a,"b"' as "x,y", 1.50::decimal(9,2) as n, true as t, null as e, 'ä' as u""")
    assert list(csv.reader(io.StringIO(made.content.decode("utf-8-sig")))) == [
        ["x,y", "n", "t", "e", "u"],
        ['a,"b"', "1.50", "true", "", "ä"],
    ]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("'infinity'::timestamp", "infinity"),
        ("'-infinity'::date", "-infinity"),
        ("'99999-01-01'::date", "99999-01-01"),
        ("'4000-01-01 (BC)'::timestamp", "-3999-01-01"),
        ("'9999-12-31T23:59:59Z'::timestamptz", "9999-12-31T23:59:59"),
        ("['infinity'::timestamp]", "infinity"),
        ("{'a': '99999-01-01'::date}", "99999-01-01"),
        ("timestamp_ns '2026-05-01 10:00:00.000000001'", "2026-05-01"),
    ],
)
def test_a_date_that_python_cannot_hold_is_shown_and_written_as_text(shop: Context, value: str, told: str) -> None:
    query = f"select {value} as x union all select null"
    assert told in str(run.run(shop, query).rows)
    assert told in run.download(shop, query).content.decode()


def test_an_answer_with_names_stands_in_the_ledger_and_a_long_one_has_none(shop: Context, sqlite_ws: Workspace) -> None:
    before = len(sqlite_ws.ledger.listing())
    run.run(by(shop, "analyst"), "select email from users")
    run.run(by(shop, "owner"), "select * from consents")
    run.run(by(shop, "owner"), "select 1")
    long = run.run(by(shop, "owner"), "select email from users", limit=run.SHOWN_ROWS + 1)
    assert long.is_masked
    assert set(long.rows) == {("•••",)}
    assert len(sqlite_ws.ledger.listing()) == before
    run.run(by(shop, "owner"), "select email from users")
    entry = sqlite_ws.ledger.listing(limit=1)[0]
    assert (entry.verb, entry.details["rows"], entry.details["tables"]) == ("sql.answered", 2, ["users"])
    assert "email" not in str(entry.details)


def test_what_lies_in_the_current_folder_is_not_run(
    ground: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("duckdb", "json", "resource"):
        (tmp_path / f"{name}.py").write_text("import pathlib\npathlib.Path('/dev/full').write_text('x')\n")
    monkeypatch.chdir(tmp_path)
    assert console.ask(request(ground, "select 1 as a")).to_pylist() == [{"a": 1}]
