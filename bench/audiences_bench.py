"""Audiences in bulk: named rules on made-up people and events, beside the bare SQL of the same question."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.figures import Figures, peak_memory_mb
from habitue.audiences.compile import compile_rule
from habitue.audiences.fields import kind_of
from habitue.audiences.tables import Tables
from habitue.audiences.text import read
from habitue.kernel import lake

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
SIZES = ((100_000, 2_000_000), (1_000_000, 20_000_000))
SMALL = ((500, 10_000),)
ROUNDS = 3
ORDERED = "name = 'Order Completed'"
# A rule, and what somebody would write by hand for it.
QUESTIONS: tuple[tuple[str, str, str], ...] = (
    ("one country", 'country is "DE"', "SELECT profile_id FROM people WHERE lower(country) = 'de'"),
    (
        "two traits",
        'country is "DE" and city in ("City 1", "City 2")',
        "SELECT profile_id FROM people WHERE lower(country) = 'de' AND lower(city) IN ('city 1', 'city 2')",
    ),
    (
        "ordered in a year",
        'did "Order Completed" in last 365 days',
        f"""SELECT DISTINCT profile_id FROM events
        WHERE {ORDERED} AND "at" >= {{now}} - INTERVAL 365 DAY AND "at" < {{now}}""",
    ),
    (
        "4 orders in half a year, none in 30 days",
        'did "Order Completed" at least 4 times in last 180 days and not did "Order Completed" in last 30 days',
        f"""SELECT profile_id FROM events WHERE {ORDERED} AND "at" >= {{now}} - INTERVAL 180 DAY AND "at" < {{now}}
        GROUP BY 1 HAVING count(*) >= 4 AND count(*) FILTER (WHERE "at" >= {{now}} - INTERVAL 30 DAY) = 0""",
    ),
    (
        "spent 100 in a year",
        'sum(total) of "Order Completed" >= 100 in last 365 days',
        f"""SELECT profile_id FROM events WHERE {ORDERED} AND "at" >= {{now}} - INTERVAL 365 DAY AND "at" < {{now}}
        AND coalesce(currency, 'EUR') = 'EUR' GROUP BY 1 HAVING sum(amount) >= 100""",
    ),
    (
        "viewed by channel",
        'did "Product Viewed" at least 3 times where (channel is "web")',
        """SELECT profile_id FROM events WHERE name = 'Product Viewed'
        AND lower(json_extract_string(properties, '$.channel')) = 'web' GROUP BY 1 HAVING count(*) >= 3""",
    ),
    (
        "two steps",
        'sequence ("Product Viewed", then within 2 days "Order Completed")',
        """SELECT DISTINCT profile_id FROM (SELECT profile_id, name, "at",
        min(CASE WHEN name = 'Order Completed' THEN "at" END)
        OVER (PARTITION BY profile_id ORDER BY "at", seq ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next
        FROM events WHERE name IN ('Product Viewed', 'Order Completed') AND "at" < {now})
        WHERE name = 'Product Viewed' AND next < "at" + INTERVAL 2 DAY""",
    ),
)


def run(*, small: bool) -> Figures:
    """Ask every question both ways, with as many people and events as each size says."""
    figures = Figures("audiences")
    with tempfile.TemporaryDirectory() as folder:
        for people, events in SMALL if small else SIZES:
            con = lake.engine_in_process()
            _make(con, Path(folder), people, events)
            _ask(con, Path(folder), events, figures)
            con.disconnect()
    figures.add("peak memory", peak_memory_mb(), "MB", goal=2_048)
    figures.notes.append("the ratio is the rule's time to that of SQL written by hand for the same question")
    return figures


def _make(con: Any, folder: Path, people: int, events: int) -> None:
    """People and events of three kinds over two years, the busy ones much busier than the others."""
    con.raw_sql(f"""COPY (SELECT md5(i::VARCHAR) AS profile_id, 'person' AS kind,
        ['DE','AT','CH','RU'][1 + i % 4] AS country, 'City ' || (i % 50) AS city, '{{}}' AS traits
        FROM range({people}) AS t(i)) TO '{folder}/people.parquet' (FORMAT parquet)""")
    con.raw_sql(f"""COPY (SELECT i AS seq, md5(floor(pow(random(), 3) * {people})::BIGINT::VARCHAR) AS profile_id,
        'shop' AS source_id, ['Order Completed','Product Viewed','Email Opened'][1 + i % 3] AS name,
        TIMESTAMPTZ '{NOW.isoformat()}' - INTERVAL 1 SECOND * (random() * 63072000)::BIGINT AS "at",
        CASE WHEN i % 3 = 0 THEN (random() * 100)::DECIMAL(18,4) END AS amount, 'EUR' AS currency,
        CASE WHEN i % 3 = 0 THEN i::VARCHAR END AS order_id,
        CASE WHEN i % 2 = 0 THEN '{{"channel":"web"}}' ELSE '{{"channel":"app"}}' END AS properties
        FROM range({events}) AS t(i)) TO '{folder}/events.parquet' (FORMAT parquet)""")


def _ask(con: Any, folder: Path, events: int, figures: Figures) -> None:
    nothing: Any = None
    for name in ("people", "events"):
        con.raw_sql(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{name}.parquet')")
    tables = Tables(people=con.table("people"), events=con.table("events"), consents=nothing, members=nothing)
    now = f"TIMESTAMPTZ '{NOW.isoformat()}'"
    for name, text, by_hand in QUESTIONS:
        found = compile_rule(read(text), tables, now=NOW, timezone="UTC", currency="EUR", kinds=kind_of)
        count = con.compile(found.count())
        bare = f"SELECT count(*) FROM ({by_hand.format(now=now)})"
        same = con.con.execute(str(count)).fetchone(), con.con.execute(bare).fetchone()
        assert same[0] == same[1], (name, same)
        ours, theirs = (
            _seconds(lambda q=str(count): con.con.execute(q).fetchone()),
            _seconds(lambda q=bare: con.con.execute(q).fetchone()),
        )
        figures.add(f"{events:,} events: {name}", ours * 1000, "ms")
        figures.add(f"{events:,} events: {name}, ratio to SQL by hand", ours / theirs, "x", goal=1.3)


def _seconds(work: Callable[[], object]) -> float:
    """The best of some rounds."""
    found = []
    for _round in range(ROUNDS):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)
