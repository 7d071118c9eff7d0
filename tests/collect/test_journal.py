"""The journal: what was appended is read back in order, and a torn tail is cut, not read."""

from __future__ import annotations

import multiprocessing
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from habitue.collect.journal import Journal, Position
from habitue.kernel.clock import FixedClock, SystemClock

CLOCK = FixedClock(datetime(2026, 6, 15, tzinfo=UTC))


def test_bodies_come_back_in_the_order_of_their_appends(tmp_path: Path) -> None:
    journal = Journal(tmp_path, CLOCK)
    journal.append([b"one", b"two"])
    end = journal.append([b"three"])
    frames = list(Journal(tmp_path, CLOCK).read(Position()))
    assert [frame.body for frame in frames] == [b"one", b"two", b"three"]
    assert frames[-1].after == end


def test_a_full_segment_is_followed_by_the_next(tmp_path: Path) -> None:
    journal = Journal(tmp_path, CLOCK, segment_bytes=256)
    bodies = [bytes([65 + i]) * 60 for i in range(10)]
    for body in bodies:
        journal.append([body])
    assert [frame.body for frame in journal.read(Position())] == bodies
    assert len(list(tmp_path.glob("*.seg"))) > 1
    assert journal.drop_before(journal.tail()) == len(bodies) // 3


def test_what_is_appended_while_somebody_reads_is_never_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path, CLOCK, segment_bytes=256)
    bodies = [bytes([65 + i]) * 60 for i in range(10)]
    journal.append(bodies[:1])
    reader = Journal(tmp_path, CLOCK, segment_bytes=256)
    under_way = reader.read(Position())
    met = [next(under_way)]
    for body in bodies[1:]:
        journal.append([body])
    met += under_way
    met += reader.read(met[-1].after)
    assert [frame.body for frame in met] == bodies


def test_who_slept_while_segments_came_and_went_appends_to_the_newest(tmp_path: Path) -> None:
    sleeper = Journal(tmp_path, CLOCK, segment_bytes=256)
    sleeper.append([b"before"])
    busy = Journal(tmp_path, CLOCK, segment_bytes=256)
    for _ in range(10):
        busy.append([b"x" * 100])
    busy.drop_before(busy.tail())
    projected = busy.tail()
    sleeper.append([b"awake"])
    Journal(tmp_path, CLOCK, segment_bytes=256).append([b"restarted"])
    assert [frame.body for frame in busy.read(projected)] == [b"awake", b"restarted"]


def test_a_journal_that_goes_on_is_not_begun_anew(tmp_path: Path) -> None:
    journal = Journal(tmp_path, CLOCK)
    projected = journal.append([b"projected"])
    journal.append([b"waiting"])
    assert journal.rotate(projected) is None
    start = journal.rotate(journal.tail())
    assert start == Position(2)
    assert journal.rotate(projected) is None
    assert journal.rotate(start) == Position(3), "an empty segment is begun anew as often as it takes"


@pytest.mark.parametrize("cut", [1, 5, 9, 20])
def test_a_torn_last_frame_is_overwritten_by_the_next_append(tmp_path: Path, cut: int) -> None:
    journal = Journal(tmp_path, CLOCK)
    journal.append([b"whole"])
    end = journal.append([b"torn frame with a long body"])
    path = journal.path(1)
    with path.open("r+b") as file:
        file.seek(end.offset - cut)
        file.write(os.urandom(cut))
    again = Journal(tmp_path, CLOCK)
    again.append([b"next"])
    assert [frame.body for frame in again.read(Position())] == [b"whole", b"next"]


def test_a_changed_byte_ends_the_journal_there(tmp_path: Path) -> None:
    journal = Journal(tmp_path, CLOCK)
    first = journal.append([b"good"])
    journal.append([b"evil", b"after"])
    with journal.path(1).open("r+b") as file:
        file.seek(first.offset + 16)
        file.write(b"E")
    assert [frame.body for frame in Journal(tmp_path, CLOCK).read(Position())] == [b"good"]


def _append(folder: Path, name: str) -> None:
    journal = Journal(folder, SystemClock(), segment_bytes=4096)
    for number in range(50):
        journal.append([f"{name}{number}".encode()])


def test_several_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append, args=(tmp_path, name)) for name in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = [frame.body.decode() for frame in Journal(tmp_path, CLOCK).read(Position())]
    assert sorted(found) == sorted(f"{name}{number}" for name in "abc" for number in range(50))
    for name in "abc":
        assert [body for body in found if body[0] == name] == [f"{name}{number}" for number in range(50)]


def test_a_journal_whose_first_segments_were_dropped_goes_on_where_it_ended(tmp_path: Path) -> None:
    former = Journal(tmp_path, CLOCK, segment_bytes=256)
    ends = [former.append([bytes(200)]) for _ in range(4)]
    assert former.drop_before(ends[-1]) == 3
    again = Journal(tmp_path, CLOCK, segment_bytes=256)
    assert again.tail() == ends[-1]
    again.append([b"later"])
    assert [frame.body for frame in again.read(ends[-1])] == [b"later"]
