"""Matching as people meet it: a file is imported, everybody is compared, and each record is found where it landed."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from statistics import quantiles

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import sqlalchemy as sa

from bench.figures import Figures, data_file, spent
from bench.made_tables import customers
from bench.matching_bench import SETS, quality
from habitue import flow
from habitue.collect import projection
from habitue.collect.message import encode_body
from habitue.identity.tables import identifiers
from habitue.profiles.tables import events
from habitue.profiles.weighing import Weigher
from habitue.workspace import Workspace, create_workspace

NUMBER = "record_number"


def compare_in_workspace(figures: Figures, *, small: bool) -> None:
    """Import the customers of a shop, each source by itself, match, and tell precision and recall of pairs."""
    name, table, truth = _made() if small else _shop(figures)
    with tempfile.TemporaryDirectory() as folder, create_workspace(Path(folder) / "shop", environ={}) as ws:
        for source in pc.unique(table["source"]).to_pylist():
            path = Path(folder) / f"{source}.csv"
            part = table.filter(pc.equal(table["source"], source)).drop_columns(["source"])
            pyarrow.csv.write_csv(part, path)
            ws.imports.run(path, source_name=source)
        _judged(figures, f"{name}, by identifiers alone", ws, truth)
        with spent() as work:
            run = ws.matching.run()
        _judged(figures, f"{name}, matched", ws, truth)
        figures.add(f"{name}, CPU of the run", work.cpu_seconds, "s")
        figures.add(f"{name}, questions", run.doubtful, "pairs")
        _online(figures, name, ws, table, count=4 if small else 40)
        with spent() as work:
            ws.matching.undo(run.run_id)
        figures.add(f"{name}, undo of the run", work.seconds, "s")
        figures.notes.append(
            f"{name}: {table.num_rows:,} records imported from {len(pc.unique(table['source']))} files, "
            f"{run.records:,} people compared, {run.linked:,} linked above {run.upper:.0%}"
        )


def _online(figures: Figures, name: str, ws: Workspace, table: pa.Table, *, count: int) -> None:
    """New records one by one: from the register, where they were just projected, to a link or a question."""
    weigher = Weigher()
    rows = table.slice(0, count + 1).drop_columns(["source", NUMBER]).to_pylist()
    journal = projection.journal(ws.context)

    def arrive(place: int) -> None:
        traits = {key: value for key, value in rows[place].items() if value and key not in ("email", "mail")}
        message = {"type": "identify", "userId": f"new-{place}", "messageId": f"new-{place}", "traits": traits}
        flow.catch_up(ws.context, journal.append([encode_body("web", [message])]))

    arrive(count)
    while flow.weigh(ws.context, weigher):
        pass
    times = []
    for place in range(count):
        arrive(place)
        begun = time.perf_counter()
        while flow.weigh(ws.context, weigher):
            pass
        times.append((time.perf_counter() - begun) * 1_000)
    cuts = quantiles(times, n=20, method="inclusive")
    figures.add(f"{name}, a new record weighed and acted upon, p50", cuts[9], "ms")
    figures.add(f"{name}, a new record weighed and acted upon, p95", cuts[18], "ms")


def _shop(figures: Figures) -> tuple[str, pa.Table, dict[str, int]]:
    path, origin, licence, _goal = SETS["shop_20k"]
    table = pq.read_table(data_file(path, origin=origin, licence=licence, figures=figures))
    numbers = table["rec_id"].to_pylist()
    truth = dict(zip(numbers, table["cluster"].to_pylist(), strict=True))
    table = table.drop_columns(["cluster", "rec_id"]).append_column(NUMBER, pa.array(numbers))
    return "shop_20k", table, truth


def _made() -> tuple[str, pa.Table, dict[str, int]]:
    made = customers(150)
    numbers = [f"n{row}" for row in range(made.table.num_rows)]
    sources = ["till" if row % 3 else "web" for row in range(made.table.num_rows)]
    table = made.table.append_column("source", pa.array(sources)).append_column(NUMBER, pa.array(numbers))
    return "made customers", table, dict(zip(numbers, made.truth, strict=True))


def _judged(figures: Figures, name: str, ws: Workspace, truth: dict[str, int]) -> None:
    landed = _landed(ws)
    known = [number for number in truth if number in landed]
    found = np.unique([landed[number] for number in known], return_inverse=True)[1]
    precision, recall, both = quality(found, np.unique([truth[number] for number in known], return_inverse=True)[1])
    figures.add(f"{name}, precision", precision, "")
    figures.add(f"{name}, recall", recall, "")
    figures.add(f"{name}, F1", both, "")


def _landed(ws: Workspace) -> dict[str, str]:
    """The profile of each record, by its number."""
    query = sa.select(events.c.facts, identifiers.c.profile_id).join(
        identifiers, identifiers.c.identifier_id == events.c.identifier_id
    )
    with ws.register.read() as conn:
        rows = [(json.loads(row.facts), row.profile_id) for row in conn.execute(query)]
    return {str(facts[NUMBER]): profile_id for facts, profile_id in rows if NUMBER in facts}
