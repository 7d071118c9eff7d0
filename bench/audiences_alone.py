"""The twelve rules as a workspace asks them, in a process of their own: counted, estimated, and the memory it takes.

`python -m bench.audiences_alone FOLDER AT` is that process; it prints one JSON object.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from tests.large_lake import as_large

from bench.audience_questions import QUESTIONS
from bench.figures import Figures, peak_memory_mb
from habitue.audiences import membership, part
from habitue.audiences.text import read
from habitue.kernel.clock import FixedClock
from habitue.kernel.config import WorkspaceSettings
from habitue.profiles.replica_tables import IDENTIFIERS, PEOPLE, STORED, SUPERSEDED
from habitue.workspace import create_workspace, open_workspace

FEW_EVENTS = 10_000
PART_ROWS = 500_000
USUAL, HARDEST = 300, 3_000


def measure(figures: Figures, con: Any, folder: Path, *, events: int, now: datetime) -> None:
    """Write people and events of the engine into a workspace's replica, and ask there."""
    _write(con, folder / "shop", events)
    asked = [sys.executable, "-m", "bench.audiences_alone", str(folder / "shop"), now.isoformat()]
    told = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True, env=os.environ).stdout)
    what = f"{events:,} events in a workspace"
    figures.add(f"{what}: the part is copied", told["copied"] * 1000, "ms")
    for name, took in told["questions"].items():
        goal = HARDEST if "steps" in name or "viewed, not" in name else USUAL
        figures.add(f"{what}: {name}, estimated while typing", took["estimated"] * 1000, "ms", goal=goal)
        figures.add(f"{what}: {name}, counted", took["counted"] * 1000, "ms")
        figures.add(f"{what}: {name}, counted, CPU", took["cpu"] * 1000, "ms")
    figures.add(f"{what}: most memory of that process", told["memory"], "MB", goal=2_048)
    figures.add(f"{what}: counts that lie in the interval of their estimate", told["inside"], f"of {len(QUESTIONS)}")


def _write(con: Any, folder: Path, events: int) -> None:
    with create_workspace(folder, workspace=WorkspaceSettings(timezone="UTC"), environ={}) as ws:
        con.con.execute("CREATE OR REPLACE TABLE ids AS SELECT row_number() OVER () AS identifier_id, * FROM people")
        ws.lake.write("people", _fitting(con, "SELECT * EXCLUDE identifier_id FROM ids", PEOPLE))
        ws.lake.write("identifiers", _fitting(con, "SELECT identifier_id, profile_id FROM ids", IDENTIFIERS))
        ws.lake.write("superseded", SUPERSEDED.empty_table())
        for first in range(0, events, PART_ROWS):
            last = min(first + PART_ROWS, events) - 1
            rows = f"""SELECT e.*, identifier_id, 'track' AS type FROM events e JOIN ids USING (profile_id)
                WHERE seq BETWEEN {first} AND {last} ORDER BY seq"""
            ws.lake.append("facts", _fitting(con, rows, STORED), first_seq=first, last_seq=last)
        con.con.execute("DROP TABLE ids")


def _fitting(con: Any, sql: str, schema: pa.Schema) -> pa.Table:
    found = con.con.sql(sql).to_arrow_table()
    columns = [
        found.column(field.name).cast(field.type) if field.name in found.column_names
        else pa.nulls(found.num_rows, field.type)
        for field in schema
    ]  # fmt: skip
    return pa.table(columns, schema=schema)


def _ask(folder: Path, now: datetime) -> dict[str, Any]:
    with open_workspace(folder, environ={}) as opened:
        ws = replace(opened.context, clock=FixedClock(now))
        started = time.perf_counter()
        is_large = part.renew(ws) or part.renew(as_large(ws), events=FEW_EVENTS)
        copied = time.perf_counter() - started
        assert is_large
        inside, questions = 0, {}
        for name, text, _sql in QUESTIONS:
            rule = read(text)
            estimates = []
            for _round in range(3):
                wall = time.perf_counter()
                about = membership.estimate(ws, rule)
                estimates.append(time.perf_counter() - wall)
            wall, cpu = time.perf_counter(), time.process_time()
            counted = membership.count(ws, rule)
            took = {"counted": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
            assert about is not None
            inside += about.low <= counted.people <= about.high
            questions[name] = {**took, "estimated": min(estimates)}
        return {"copied": copied, "questions": questions, "inside": inside, "memory": peak_memory_mb()}


if __name__ == "__main__":
    print(json.dumps(_ask(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))))
