"""Every message once, forever: sorted runs of hashes, merged as they grow and verified on a hit."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect import dedupe
from habitue.collect.envelope import Event
from habitue.kernel.register import Memory
from habitue.workspace import Workspace

AT = datetime(2026, 6, 15, tzinfo=UTC)


def event(message_id: str, *, source: str = "web", import_id: str | None = None) -> Event:
    """An event with nothing but its id."""
    return Event(
        seq=0, source_id=source, import_id=import_id, message_id=message_id, type="track", name="Seen", at=AT,
        received_at=AT, identifiers=(), person_traits={}, record=None, is_checked=False,
    )  # fmt: skip


def ids(conn: Connection, memory: Memory, *message_ids: str) -> list[str]:
    """The ids that are new."""
    return [each.message_id for each in dedupe.fresh(conn, memory, [event(one) for one in message_ids])]


def test_a_random_history_is_told_apart_as_a_set_would(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dedupe, "FAN", 4)
    chance, seen, memory = random.Random(3), set[str](), Memory()
    sizes = []
    for _ in range(60):
        group = [f"m{chance.randrange(4_000)}" for _ in range(chance.choice((1, 2, 30, 200)))]
        expected = [one for number, one in enumerate(group) if one not in seen and one not in group[:number]]
        with ws.register.write() as conn:
            assert ids(conn, memory if chance.random() < 0.7 else Memory(), *group) == expected
            sizes.append(conn.scalar(sa.select(sa.func.count()).select_from(dedupe.runs)))
        seen |= set(group)
    assert max(sizes) < 20, "runs are merged"
    with ws.register.read() as conn:
        assert conn.scalar(sa.select(sa.func.sum(dedupe.runs.c.hashes))) == len(seen)


def test_a_hit_on_half_of_a_hash_alone_is_no_hit(ws: Workspace) -> None:
    with ws.register.write() as conn:
        assert ids(conn, Memory(), "m1", "m2") == ["m1", "m2"]
        row = conn.execute(sa.select(dedupe.runs)).one()
        conn.execute(sa.update(dedupe.runs).values(other_halves=bytes(len(row.other_halves))))
        assert ids(conn, Memory(), "m1") == ["m1"], "its first half is there, the other belongs to another message"
        assert ids(conn, Memory(), "m1") == [], "and from now on both are"


def test_what_was_rolled_back_was_not_seen(ws: Workspace) -> None:
    memory = Memory()

    def fail() -> None:
        with ws.register.write() as conn:
            assert ids(conn, memory, "m1") == ["m1"]
            assert ids(conn, memory, "m1") == []
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with ws.register.write() as conn:
        assert ids(conn, memory, "m1", "m2") == ["m1", "m2"]


def test_one_process_sees_what_another_has_noted_and_merged(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dedupe, "FAN", 3)
    one, other = Memory(), Memory()
    for number in range(12):
        with ws.register.write() as conn:
            assert ids(conn, one if number % 2 else other, f"m{number}") == [f"m{number}"]
    with ws.register.write() as conn:
        assert ids(conn, one, *(f"m{number}" for number in range(12))) == []
        assert ids(conn, other, *(f"m{number}" for number in range(13))) == ["m12"]


def test_the_source_counts_and_records_of_files_bring_their_own_guard(ws: Workspace) -> None:
    memory = Memory()
    with ws.register.write() as conn:
        assert len(dedupe.fresh(conn, memory, [event("m1"), event("m1", source="app"), event("m1")])) == 2
        of_file = [event("m1", import_id="i1"), event("m1", import_id="i1"), event("m1", source="internal")]
        assert dedupe.fresh(conn, memory, of_file) == of_file
