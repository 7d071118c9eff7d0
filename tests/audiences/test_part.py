"""A large lake has a part of everybody beside it, of which a rule is estimated while somebody types."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from made_shop import NOW, write_lake
from tests.large_lake import as_large

from habitue.audiences import membership, part
from habitue.audiences.rule import Group, Related
from habitue.audiences.text import read
from habitue.kernel.clock import FixedClock
from habitue.kernel.context import Context
from habitue.kernel.lake import Lake, lake_files
from habitue.profiles.replica_tables import FACTS

ORDERED = read('did "Order Completed"')


def test_a_small_lake_has_none_and_what_it_had_goes(ws: Context) -> None:
    assert not part.renew(ws)
    assert membership.estimate(ws, ORDERED) is None
    assert part.renew(as_large(ws))
    assert ws.lake.has("part_people")
    part.renew(ws)
    assert not ws.lake.has("part_people")


def test_a_part_of_everybody_counts_as_everybody(ws: Context) -> None:
    part.renew(as_large(ws), events=10**9)
    for rule in (ORDERED, read("consent newsletter is given"), read("rfm_group is known"), Group()):
        found = membership.estimate(ws, rule)
        assert found is not None
        assert found.people == membership.count(ws, rule).people
        assert found.low <= found.people <= found.high <= found.of == found.asked == 5


def test_an_order_that_somebody_outside_of_the_part_cancelled_is_cancelled_in_it(ws: Context) -> None:
    def rows(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ws.lake.con.to_pyarrow(ws.lake.table(name)).to_pylist()
        return found

    events = 3 * len(rows("facts")) // 4
    part.renew(as_large(ws), events=events)
    there = {row["profile_id"] for row in rows("part_people")}
    numbers = {row["profile_id"]: row["identifier_id"] for row in rows("identifiers")}
    outside = next(number for profile, number in numbers.items() if profile not in there)
    ordered = next(row for row in rows("events") if row["profile_id"] in there)
    order = next(row for row in rows("facts") if row["seq"] == ordered["seq"])
    cancelled = order | {"name": "Order Cancelled", "seq": 101, "identifier_id": outside}
    ws.lake.append("facts", pa.Table.from_pylist([cancelled], schema=FACTS), first_seq=101, last_seq=101)
    part.forget(ws)
    part.renew(as_large(ws), events=events + 1)
    assert {row["profile_id"] for row in rows("part_people")} == there
    for times in range(1, 5):
        rule = read(f'did "Order Completed" at most {times} times')
        some = membership.part_for(ws, rule)
        assert some is not None
        of_part, of_all = (
            {row["profile_id"] for row in ws.lake.con.to_pyarrow(membership.matching(world, rule)).to_pylist()}
            for world in (some, ws)
        )
        assert of_part == of_all & there


def test_who_is_around_somebody_is_not_told_by_a_part(ws: Context) -> None:
    part.renew(as_large(ws), events=10**9)
    assert membership.estimate(ws, Related("household", "any", Group())) is None
    assert membership.estimate(ws, Group(rules=(Related("company", "none", ORDERED),))) is None


def test_it_is_copied_again_when_the_lake_has_grown_and_ten_minutes_went_by(ws: Context) -> None:
    assert part.renew(as_large(ws), events=10**9)
    later = replace(ws, clock=FixedClock(NOW + timedelta(minutes=10)))
    assert not part.renew(as_large(later))
    write_lake(ws, seq=101)
    assert not part.renew(as_large(ws))
    assert part.renew(as_large(later), events=10**9)
    write_lake(ws, seq=102)
    assert part.renew(as_large(ws)), "a clock that was set back does not stop it"


@pytest.mark.parametrize(
    ("found", "asked", "everybody", "expected"),
    [
        # Intervals by R: Hmisc::binconf(found, asked, method = "wilson") times everybody.
        (10, 100, 1_000, (100, 55, 174)),
        (0, 50, 1_000, (0, 0, 71)),
        (50, 50, 1_000, (1_000, 929, 1_000)),
    ],
)
def test_the_interval_is_that_of_wilson(found: int, asked: int, everybody: int, expected: tuple[int, int, int]) -> None:
    about = part.about(found, asked, everybody)
    assert (about.people, about.low, about.high) == expected


def test_only_digits_that_are_known_are_shown() -> None:
    assert part.about(20_700, 25_000, 1_000_000).shown == (828_000, 823_000, 833_000)
    assert part.About(people=103, low=92, high=116, of=500, asked=50).shown == (100, 90, 120)


def test_a_copy_that_ends_half_way_leaves_the_former_part(ws: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    large = as_large(ws)
    assert part.renew(large, events=10**9)
    write_lake(ws, seq=101)
    later = replace(large, clock=FixedClock(NOW + timedelta(minutes=10)))
    real, saved = Lake._save, list[str]()

    def save(lake: Lake, name: str, table: pa.Table) -> str:
        saved.append(name)
        if len(saved) == 2:
            raise OSError("no space left")
        return real(lake, name, table)

    with monkeypatch.context() as patch:
        patch.setattr(Lake, "_save", save)
        with pytest.raises(OSError, match="no space"):
            part.renew(later, events=10**9)
    found = membership.estimate(ws, ORDERED)
    assert found is not None
    assert found.people == membership.count(ws, ORDERED).people


def test_a_part_whose_files_are_gone_is_copied_again(ws: Context) -> None:
    large = as_large(ws)
    assert part.renew(large, events=10**9)
    for path in ws.lake.paths("part_events"):
        Path(path).unlink()
    assert part.renew(large, events=10**9)
    assert membership.estimate(ws, ORDERED) is not None


def test_nothing_of_a_part_is_left_when_it_is_forgotten(ws: Context) -> None:
    part.renew(as_large(ws), events=10**9)
    with ws.register.write() as conn:
        conn.execute(sa.delete(lake_files).where(lake_files.c.table_name == "part_people"))
    part.forget(ws)
    assert not any(map(ws.lake.has, part.COPIES.values()))
    assert not list(ws.lake.path.glob("part_*/*.parquet"))
