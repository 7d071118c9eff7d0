"""The lines of docs/reliability.md in their small editions, and what would happen if a promise were broken."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from bench.crash import kills, syncs
from bench.crash.tracing import violations
from bench.crash_bench import LINES
from bench.figures import Figures

KILLS = 7  # on each register


@pytest.mark.slow
@pytest.mark.parametrize("line", LINES)
def test_what_must_hold_holds(line: str) -> None:
    figures = Figures("crash")
    if line == "R1":
        kills.run(figures, small=True, kills=KILLS)
    else:
        LINES[line](figures, small=True)
    # How long something takes depends on who else uses the machine: that is for the report.
    broken = [row for row in figures.rows if not row.is_met and row.unit not in ("s", "times")]
    assert broken == []
    assert len(figures.rows) >= 2


@pytest.mark.slow
def test_a_door_that_does_not_wait_for_the_disk_is_noticed() -> None:
    figures = Figures("crash")
    syncs.run(figures, small=True, code=syncs.PLANTED)
    (early,) = (row for row in figures.rows if "before their rows were synced" in row.name)
    assert early.value > 300


def traced(*lines: str) -> Iterator[str]:
    yield from lines


MARK = re.compile(r"id=(m\d+)")


@pytest.mark.parametrize(
    ("order", "early"),
    [
        (("read", "write", "sync", "answer"), 0),
        (("read", "write", "answer", "sync"), 1),
        (("read", "sync", "write", "answer"), 1),
        (("read", "write", "broken sync", "answer"), 1),
        (("read", "sync begins", "write", "sync ends", "answer"), 1),
        (("read", "write", "sync begins", "sync ends", "answer"), 0),
        (("read", "write", "sync begins", "answer", "sync ends"), 1),
    ],
)
def test_the_order_of_write_sync_and_answer_is_read_from_a_trace(order: tuple[str, ...], early: int) -> None:
    lines = {
        "read": '11 recvfrom(7, "POST id=m1", 65536, 0, NULL, NULL) = 10',
        "write": '12 pwrite64(9, "frame id=m1", 11, 8) = 11',
        "sync": "12 fdatasync(9) = 0",
        "broken sync": "12 fdatasync(9) = -1 EIO (Input/output error) (INJECTED)",
        "sync begins": "13 fdatasync(9 <unfinished ...>",
        "sync ends": "13 <... fdatasync resumed>) = 0",
        "answer": '11 sendto(7, "HTTP/1.1 200 OK", 15, 0, NULL, 0) = 15',
    }
    assert violations(traced(*(lines[each] for each in order)), MARK) == (1, early)
