"""Import of invoice lines to people, orders and customer groups: rows a second, CPU a row, peak memory.

The data set is Online Retail (UCI): 541,909 lines. The Parquet file is read untouched; CSV and XLSX are written
from it first. Each format runs in a process of its own, so that peak memory is its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import xlsxwriter

from bench.figures import Figures, data_file, peak_memory_mb, spent
from habitue import flow
from habitue.collect import projection
from habitue.collect.journal import Journal, Position
from habitue.demo.generate import generate
from habitue.workspace import Workspace, create_workspace

ORIGIN = "https://archive.ics.uci.edu/dataset/352/online+retail"
FOLDER = "commerce/online_retail"


def run(*, small: bool) -> Figures:
    """Measure all formats; small: the order lines of the example shop as CSV."""
    figures = Figures("import")
    with tempfile.TemporaryDirectory() as folder:
        files = _small(Path(folder)) if small else _all(Path(folder), figures)
        for kind, path in files.items():
            result = _in_own_process(path)
            rows = result["rows"]
            is_csv = kind == "csv" and not small
            figures.add(f"{kind} seconds", result["seconds"], "s", goal=60 if is_csv else None)
            figures.add(f"{kind} rows a second", rows / result["seconds"], "rows/s")
            figures.add(f"{kind} CPU a row", result["cpu_seconds"] / rows * 1e6, "µs")
            figures.add(f"{kind} CPU an event", result["event_cpu"] / result["events"] * 1e6, "µs", goal=45)
            figures.add(f"{kind} peak memory", result["memory_mb"], "MB", goal=1000 if is_csv else None)
            figures.add(f"{kind} customers with a group", result["customers"], "people")
            figures.notes.append(f"{kind}: {rows} rows read, {result['taken']} taken, {result['aside']} set aside")
    return figures


def measure(path: Path) -> dict[str, float]:
    """Import one file into a fresh workspace and compute the customer groups.

    Segments of the journal are kept, since the event part is measured on the same frames afterwards.
    """
    Journal.drop_before = lambda *_: 0
    with tempfile.TemporaryDirectory() as folder, create_workspace(Path(folder) / "shop", environ={}) as ws:
        with spent() as whole:
            done = ws.imports.run(path)
            report = ws.insights.rfm()
        return {
            "seconds": whole.seconds,
            "cpu_seconds": whole.cpu_seconds,
            "memory_mb": peak_memory_mb(),
            "rows": done.rows_read,
            "taken": done.rows_taken,
            "aside": done.rows_set_aside,
            "events": done.events,
            "customers": sum(group.people for group in report.groups),
            "event_cpu": _event_part(ws),
        }


def _event_part(ws: Workspace) -> float:
    """CPU seconds of the projection alone: the same journal into a register that knows nothing yet."""
    frames = [frame.body for frame in projection.journal(ws.context).read(Position())]
    with (
        tempfile.TemporaryDirectory() as folder,
        create_workspace(Path(folder) / "again", environ={}) as other,
    ):
        journal = projection.journal(other.context)
        for start in range(0, len(frames), 8):
            journal.append(frames[start : start + 8])
        with spent() as work:
            flow.catch_up(other.context)
    return work.cpu_seconds


def _all(folder: Path, figures: Figures) -> dict[str, Path]:
    found = _parquet(figures)
    table = pq.read_table(found)
    csv, xlsx = folder / "online_retail.csv", folder / "online_retail.xlsx"
    pyarrow.csv.write_csv(table, csv)
    book = xlsxwriter.Workbook(xlsx, {"constant_memory": True, "default_date_format": "dd.mm.yyyy hh:mm"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, table.column_names)
    row_no = 1
    for batch in table.to_batches(20_000):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            sheet.write_row(row_no, 0, ["" if cell is None else cell for cell in row])
            row_no += 1
    book.close()
    return {"parquet": found, "csv": csv, "xlsx": xlsx}


def _parquet(figures: Figures) -> Path:
    return data_file(f"{FOLDER}/online_retail.parquet", origin=ORIGIN, licence="CC BY 4.0", figures=figures)


def _small(folder: Path) -> dict[str, Path]:
    made = generate(folder, people=400, until=date(2026, 6, 14))
    return {"csv": next(file.path for file in made.files if file.kind == "orders")}


def _in_own_process(path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.import_bench", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
