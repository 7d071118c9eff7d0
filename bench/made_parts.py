"""Customers too many to be invented at once: in parts, each a Parquet file with the column `truth`.

`python -m bench.made_parts PEOPLE FOLDER` writes them, `python -m bench matching --only FOLDER` matches them.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.made_tables import Made, customers

PART = 400_000
PROCESSES = 2


def write(people: int, folder: Path) -> None:
    """So many people in parts of `PART`; each part has mailboxes of its own. Other processes do it, one part each."""
    folder.mkdir(parents=True, exist_ok=True)
    firsts = range(0, people, PART)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        list(pool.map(_write_part, [(folder, first, min(PART, people - first)) for first in firsts]))


def read(folder: Path) -> Made:
    """All parts of a folder as one table."""
    files = sorted(folder.glob("part*.parquet"))
    table = pa.concat_tables([pq.read_table(file) for file in files])
    return Made(f"customers in {len(files)} parts", table.drop_columns(["truth"]), np.asarray(table["truth"]))


def _write_part(given: tuple[Path, int, int]) -> None:
    folder, first, people = given
    number = first // PART
    made = customers(people, seed=1 + number)
    place = made.table.column_names.index("mail")
    mails = pc.replace_substring(made.table["mail"], "@", f"@{number}.")
    table = made.table.set_column(place, "mail", mails)
    truth = pa.array(np.array(made.truth, dtype=np.int32) + np.int32(first))
    pq.write_table(table.append_column("truth", truth), folder / f"part{number:03}.parquet")


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
