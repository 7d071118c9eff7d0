"""Audiences: twelve rules in bulk beside SQL by hand, in a workspace, on PostgreSQL, on Spark; 200 in real time."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from bench import audiences_alone, audiences_live, postgres_server
from bench.audience_questions import QUESTIONS, bare, whole
from bench.figures import Figures, peak_memory_mb
from habitue.audiences.compile import compile_rule
from habitue.audiences.fields import kind_of
from habitue.audiences.tables import Tables
from habitue.audiences.text import read
from habitue.kernel import lake

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
AT = f"TIMESTAMPTZ '{NOW.isoformat()}'"
SIZES = ((100_000, 2_000_000), (1_000_000, 20_000_000))
SMALL = ((500, 10_000),)
ROUNDS = 3
PARTS = ("bulk", "alone", "postgres", "spark", "live")
# The rows that come later, and the same told from the end: PostgreSQL counts forward only, and is quadratic otherwise.
_LATER = 'ORDER BY "at", seq ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING'
_LATER_BACKWARDS = 'ORDER BY "at" DESC, seq DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING'


def run(*, small: bool, only: str = "") -> Figures:
    """Ask every question as each part says; `only` names one part, and HABITUE_BENCH_EVENTS the largest size."""
    figures = Figures("audiences", is_live=not small)
    parts = [only] if only else ["bulk", "alone", "live"] if small else list(PARTS)
    most = float(os.environ.get("HABITUE_BENCH_EVENTS", "inf"))
    sizes = [size for size in (SMALL if small else SIZES) if size[1] <= most]
    with tempfile.TemporaryDirectory() as folder:
        for people, events in sizes if parts != ["live"] else ():
            con = lake.engine_in_process(folder=Path(folder) / "spill")
            _make(con, Path(folder), people, events)
            if "bulk" in parts:
                _ask(con, Path(folder), events, figures)
            if "alone" in parts:
                audiences_alone.measure(figures, con, Path(folder) / str(events), events=events, now=NOW)
            # Elsewhere the larger size takes long, and is asked only where its name is said.
            if events == sizes[0][1] or (only and most < float("inf")):
                if "postgres" in parts:
                    _ask_postgres(con, Path(folder), events, figures)
                if "spark" in parts:
                    _ask_spark(Path(folder), events, figures)
            con.disconnect()
    if "bulk" in parts:
        figures.add("peak memory, the SQL by hand included", peak_memory_mb(), "MB")
        figures.notes.append("ratios are of CPU time, which other work on the machine changes little")
    if "live" in parts:
        audiences_live.measure(figures, small=small)
    return figures


def _make(con: Any, folder: Path, people: int, events: int) -> None:
    """People and events of three kinds over two years, the busy ones much busier than the others.

    One order of a hundred is cancelled, one refunded.
    """
    _do(
        con,
        f"""COPY (SELECT md5(i::VARCHAR) AS profile_id, 'person' AS kind,
        ['DE','AT','CH','RU'][1 + i % 4] AS country, 'City ' || (i % 50) AS city, '{{}}' AS traits
        FROM range({people}) AS t(i)) TO '{folder}/people.parquet' (FORMAT parquet)""",
    )
    _do(
        con,
        f"""COPY (SELECT i AS seq, md5(floor(pow(random(), 3) * {people})::BIGINT::VARCHAR) AS profile_id,
        'shop' AS source_id, CASE WHEN i % 300 = 297 THEN 'Order Cancelled' WHEN i % 300 = 147 THEN 'Order Refunded'
        ELSE ['Order Completed','Product Viewed','Email Opened'][1 + i % 3] END AS name,
        TIMESTAMPTZ '{NOW.isoformat()}' - INTERVAL 1 SECOND * (random() * 63072000)::BIGINT AS "at",
        CASE WHEN i % 3 = 0 THEN (random() * 100)::DECIMAL(18,4) END AS amount, 'EUR' AS currency,
        CASE WHEN i % 300 IN (147, 297) THEN (i - 3)::VARCHAR WHEN i % 3 = 0 THEN i::VARCHAR END AS order_id,
        CASE WHEN i % 2 = 0 THEN '{{"channel":"web"}}' ELSE '{{"channel":"app"}}' END AS properties
        FROM range({events}) AS t(i)) TO '{folder}/events.parquet' (FORMAT parquet)""",
    )
    for name in ("people", "events"):
        _do(con, f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{name}.parquet')")


def _do(con: Any, sql: str) -> None:
    con.con.execute(sql).fetchall()


def _compiled(text: str, people: Any, events: Any) -> Any:
    nothing: Any = None
    tables = Tables(people=people, events=events, consents=nothing, members=nothing)
    return compile_rule(read(text), tables, now=NOW, timezone="UTC", currency="EUR", kinds=kind_of).count()


def _ask(con: Any, folder: Path, events: int, figures: Figures) -> None:
    for name, text, sql in QUESTIONS:
        count = str(con.compile(_compiled(text, con.table("people"), con.table("events"))))
        same, first = whole(sql, AT), bare(sql, AT)
        found = con.con.execute(count).fetchall(), con.con.execute(same).fetchall()
        assert found[0] == found[1], (name, found)
        con.con.execute(first).fetchall()
        ours, theirs, bares = _side_by_side([lambda q=q: con.con.execute(q).fetchall() for q in (count, same, first)])
        what = f"{events:,} events: {name}"
        figures.add(what, ours.wall * 1000, "ms")
        figures.add(f"{what}, CPU", ours.cpu * 1000, "ms")
        figures.add(f"{what}, ratio to the same question by hand", ours.cpu / theirs.cpu, "x", goal=1.3)
        figures.add(f"{what}, ratio to SQL that knows no cancelled orders", ours.cpu / bares.cpu, "x")


def _ask_postgres(con: Any, folder: Path, events: int, figures: Figures) -> None:
    """The questions by hand on PostgreSQL, with the indexes that the register has."""
    import psycopg
    import sqlglot

    if not postgres_server.is_installed():
        figures.notes.append("PostgreSQL is not installed here")
        return
    with postgres_server.server() as url, psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute("CREATE TABLE people (profile_id text PRIMARY KEY, kind text, country text, city text, traits text)")
        db.execute("""CREATE TABLE events (seq bigint PRIMARY KEY, profile_id text, source_id text, name text,
                   at timestamptz, amount numeric(18,4), currency text, order_id text, properties jsonb)""")
        for name in ("people", "events"):
            _do(con, f"COPY {name} TO '{folder}/{name}.csv' (FORMAT csv, HEADER false)")
            with (folder / f"{name}.csv").open("rb") as file, db.cursor().copy(f"COPY {name} FROM STDIN CSV") as copy:
                while part := file.read(1 << 20):
                    copy.write(part)
            (folder / f"{name}.csv").unlink()
        db.execute("CREATE INDEX ON events (profile_id, at)")
        db.execute("CREATE INDEX ON events (name, at)")
        db.execute("ANALYZE")
        for name, _text, sql in QUESTIONS:
            asked = whole(sql, AT).replace(_LATER, _LATER_BACKWARDS)
            query = sqlglot.transpile(asked, read="duckdb", write="postgres")[0]
            query = query.replace("JSON_EXTRACT_PATH_TEXT(", "jsonb_extract_path_text(")
            mine = con.con.execute(whole(sql, AT)).fetchall()
            assert db.execute(query).fetchall() == mine, name  # type: ignore[arg-type]  # our own text
            took = _seconds(lambda q=query: db.execute(q).fetchall(), rounds=1)
            figures.add(f"{events:,} events: {name}, by hand on PostgreSQL", took * 1000, "ms")


def _ask_spark(folder: Path, events: int, figures: Figures) -> None:
    """The rules on a Spark cluster of two workers on this machine."""
    from bench.spark_cluster import cluster
    from habitue.kernel.lake import engine_on_cluster

    (folder / "spark").mkdir(exist_ok=True)
    with cluster(folder / "spark") as address:
        con = engine_on_cluster(address)
        people, rows = (con.parquet(f"b_{name}", [f"{folder}/{name}.parquet"]) for name in ("people", "events"))
        # The first question of a session waits for the workers to start.
        con.to_pyarrow(_compiled(QUESTIONS[0][1], people, rows))
        for name, text, _sql in QUESTIONS:
            found = _compiled(text, people, rows)
            took = _seconds(lambda q=found: con.to_pyarrow(q), rounds=1)
            figures.add(f"{events:,} events: {name}, on Spark", took * 1000, "ms")
        con._session.stop()


class Took(NamedTuple):
    """The shortest of some rounds, on the clock and in CPU seconds of all threads."""

    wall: float
    cpu: float


def _side_by_side(works: Sequence[Callable[[], object]], rounds: int = ROUNDS) -> list[Took]:
    """Each work some times, in turns, so that what else runs here meets all of them alike."""
    found: list[list[Took]] = [[] for _work in works]
    for _round in range(rounds):
        for place, work in enumerate(works):
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            found[place].append(Took(time.perf_counter() - wall, time.process_time() - cpu))
    return [Took(min(t.wall for t in each), min(t.cpu for t in each)) for each in found]


def _seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The best of some rounds."""
    found = []
    for _round in range(rounds):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)
