"""Groups grow with what waits and are small again when nothing does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from habitue.collect import grouping
from habitue.collect.grouping import Group, Groups
from habitue.collect.journal import Journal, Position
from habitue.collect.message import encode_body
from habitue.kernel.clock import FixedClock

CLOCK = FixedClock(datetime(2026, 6, 15, tzinfo=UTC))
MESSAGE = {"type": "track", "event": "Seen", "userId": "u1", "messageId": "m1"}


def frames(count: int, *, messages: int = 100) -> list[bytes]:
    return [encode_body("web", [MESSAGE] * messages)] * count


def all_of(groups: Groups, start: Position) -> list[tuple[int, Group]]:
    """Every group after its bodies were read, each with how many messages they had."""
    found: list[tuple[int, Group]] = []
    while (group := groups.next(found[-1][1].after if found else start)) is not None:
        found.append((messages_of(group), group))
    return found


def messages_of(group: Group) -> int:
    return sum(len(body.batch) for _, body in group.bodies)


def test_groups_double_while_more_waits_up_to_a_bound(tmp_path: Path) -> None:
    journal = Journal(tmp_path, CLOCK)
    journal.append(frames(700))
    found = all_of(Groups(journal), Position())
    sizes = [size for size, _ in found]
    assert sizes[:7] == [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000]
    assert sum(sizes) == 70_000
    assert max(sizes) == grouping.LARGEST
    assert [group.is_last for _, group in found] == [False] * (len(found) - 1) + [True]


def test_after_a_pause_groups_are_small_again(tmp_path: Path) -> None:
    journal, groups = Journal(tmp_path, CLOCK), Groups(Journal(tmp_path, CLOCK))
    journal.append(frames(60))
    end = all_of(groups, Position())[-1][1].after
    journal.append(frames(3, messages=1))
    ((size, small),) = all_of(groups, end)
    assert size == 3
    assert small.is_last
    assert groups.size == grouping.SMALLEST


def test_nothing_is_passed_over_when_the_journal_grows_and_goes_on_in_new_segments_meanwhile(tmp_path: Path) -> None:
    writer = Journal(tmp_path, CLOCK, segment_bytes=20_000)
    groups = Groups(Journal(tmp_path, CLOCK, segment_bytes=20_000))
    groups.size = 1
    position, got = Position(), 0
    for _ in range(40):
        writer.append(frames(2, messages=20))
        groups.size = 1
        group = groups.next(position)
        assert group is not None
        got += messages_of(group)
        position = group.after
    got += sum(size for size, _ in all_of(groups, position))
    assert got == 40 * 2 * 20
