"""All insights of a made-up shop of any size, one after the other in one process, as the worker learns them; reports.

`python -m bench.insights_scale FOLDER NAME …` computes the named insights of a workspace and prints what each took;
with `reports` in place of names it computes all reports. What several insights need is read once, by the first of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bench.figures import Figures, spent
from habitue.insights import store
from habitue.insights.catalogue import insights
from habitue.insights.reports import catalogue
from habitue.insights.reports import store as reports
from habitue.kernel.config import WorkspaceSettings
from habitue.kernel.lake import lake_files
from habitue.workspace import create_workspace, open_workspace

REPORTS = "reports"
ORDERS = """
    CREATE MACRO chance(x, salt) AS (hash(x, salt) % 1000003) / 1000003.0;
    CREATE TABLE placed AS
    WITH customer AS (
        SELECT i, 10 - ln(1 - chance(i, 1)) * 60 AS gap, chance(i, 2) AS stays, chance(i, 3) * 500 AS joined,
               1 + floor(-ln(1 - chance(i, 4)) * 8) AS most
        FROM range({customers}) AS t(i)
    )
    SELECT i, k, 1 + hash(i, k) % 7 AS lines,
           joined + k * gap * (0.7 + 0.6 * chance(i * 977 + k, 5)) AS day
    FROM customer, unnest(range(least(most, 80)::BIGINT)) AS u(k)
    WHERE k = 0 OR joined + k * gap * 1.3 < 730
"""
FACTS = """
    COPY (
        SELECT row_number() OVER () AS seq, i::BIGINT AS identifier_id, 'shop' AS source_id, 'track' AS type,
               'Order Completed' AS name,
               TIMESTAMPTZ '2024-05-01 08:00:00+00' + to_seconds((day * 86400)::BIGINT) AS at,
               (lines * (5 + i % 40))::DECIMAL(18, 4) AS amount, 'EUR' AS currency, i || '-' || k AS order_id,
               '{{"channel":"web","products":[' || array_to_string(list_transform(range(lines::BIGINT), lambda l:
                   '{{"sku":"P' || (i % 10 * 200 + floor(200 * chance(i * 31 + k * 7 + l, 6) ** 2))::INT
                   || '","name":"Tea ' || (i % 10 * 200 + floor(200 * chance(i * 31 + k * 7 + l, 6) ** 2))::INT
                   || '","category":"K' || i % 10 || '","price":' || 5 + i % 40 || ',"quantity":1}}'), ',')
               || ']}}' AS properties,
               NULL::VARCHAR AS context, NULL::VARCHAR AS message_id, NULL::TIMESTAMPTZ AS received_at,
               NULL::VARCHAR AS user_id, NULL::VARCHAR AS anonymous_id, NULL::VARCHAR AS about_id
        FROM placed WHERE day < 730
    ) TO '{facts}' (FORMAT parquet, COMPRESSION zstd);
    COPY (
        SELECT lpad(i::VARCHAR, 32, '0') AS profile_id, 'person' AS kind, 'Name ' || i AS name,
               i || '@web.example' AS email, 'City ' || i % 60 AS city, CASE WHEN i % 7 = 0 THEN 'AT' ELSE 'DE' END
               AS country, CASE WHEN i % 2 = 0 THEN 'female' ELSE 'male' END AS gender,
               DATE '1950-01-01' + (i % 20000)::INT AS birth_date
        FROM range({customers}) AS t(i)
    ) TO '{people}' (FORMAT parquet, COMPRESSION zstd);
    COPY (SELECT i AS identifier_id, lpad(i::VARCHAR, 32, '0') AS profile_id FROM range({customers}) AS t(i))
    TO '{identifiers}' (FORMAT parquet, COMPRESSION zstd)
"""


def measure(found: Figures, customers: int, *, goals: bool, with_reports: bool = True) -> None:
    """Make a shop, and measure every insight, the whole refresh, and all reports of it."""
    with tempfile.TemporaryDirectory(prefix="habitue-bench-") as name:
        folder = Path(name) / "shop"
        with spent() as making:
            lines = made(folder, customers)
        label = f"{customers:,} customers, {lines:,} order lines"
        found.add(f"{label}: made, not a figure of ours", making.cpu_seconds, "CPU s")
        names = [each.name for each in insights().values() if each.schema is None]
        whole = _child(found, label, folder, *names)
        found.add(f"{label}: whole refresh", whole.seconds, "s", goal=120 if goals else None)
        found.add(f"{label}: whole refresh", whole.cpu_seconds, "CPU s")
        found.add(f"{label}: whole refresh, memory", whole.mb, "MB", goal=3_000 if goals else None)
        if with_reports:
            _child(found, label, folder, REPORTS)


def made(folder: Path, customers: int) -> int:
    """A workspace whose lake holds the orders of so many customers; returns the number of order lines."""
    shop = WorkspaceSettings(name="Shop", timezone="Europe/Berlin", country="DE", currency="EUR")
    ws = create_workspace(folder, workspace=shop)
    con = ws.lake.engine()
    paths = {table: ws.lake.path / table / "made.parquet" for table in ("facts", "people", "identifiers")}
    for path in paths.values():
        path.parent.mkdir(parents=True)
    for statement in (ORDERS.format(customers=customers) + ";" + FACTS.format(customers=customers, **paths)).split(";"):
        con.raw_sql(statement)
    orders, lines = con.raw_sql("SELECT count(*), sum(lines) FROM placed WHERE day < 730").fetchone()
    con.disconnect()
    counts = {"facts": orders, "people": customers, "identifiers": customers}
    with ws.register.write() as conn:
        for table, path in paths.items():
            file = {"file_name": f"{table}/{path.name}", "table_name": table, "row_count": counts[table]}
            conn.execute(sa.insert(lake_files).values(**file, first_seq=1, last_seq=orders))
    ws.close()
    return int(lines)


@dataclass
class Took:
    """What some work took: seconds on the clock and of the processors, and the most memory at a time."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    mb: float = 0.0


def _child(found: Figures, label: str, folder: Path, *names: str) -> Took:
    """Measure in a process of its own; every figure is told as soon as it is there."""
    command = [sys.executable, "-u", "-m", "bench.insights_scale", str(folder), *names]
    whole = Took()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as work:
        assert work.stdout is not None
        for line in work.stdout:
            told = json.loads(line)
            found.add(f"{label}: {told['name']}", told["seconds"], "s")
            found.add(f"{label}: {told['name']}", told["cpu_seconds"], "CPU s")
            found.add(f"{label}: {told['name']}, memory", told["mb"], "MB")
            whole.seconds += told["seconds"]
            whole.cpu_seconds += told["cpu_seconds"]
            whole.mb = max(whole.mb, told["mb"])
    if work.returncode:
        raise subprocess.CalledProcessError(work.returncode, command)
    return whole


class _Watch:
    """Tells what each of several pieces of work took."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._begin()

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` pieces are done: tell the last of them."""
        if done:
            told = {"name": self._names[done - 1], "seconds": time.perf_counter() - self._wall,
                    "cpu_seconds": time.process_time() - self._cpu, "mb": _most_memory()}  # fmt: skip
            print(json.dumps(told), flush=True)
        self._begin()

    def _begin(self) -> None:
        # Linux forgets the largest size so far when it is told to.
        Path("/proc/self/clear_refs").write_text("5")
        self._wall, self._cpu = time.perf_counter(), time.process_time()


def _most_memory() -> float:
    """The largest resident size since the watch began, in megabytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _main(folder: str, *names: str) -> None:
    ws = open_workspace(folder)
    if names != (REPORTS,):
        store.learn_all(ws.context, names, _Watch(names))
        return
    known = list(catalogue.reports())
    watch = _Watch([f"report {name}" for name in known])
    for number, name in enumerate(known, start=1):
        reports.outcome(ws.context, name)
        watch(number, len(known))


if __name__ == "__main__":
    _main(*sys.argv[1:])
