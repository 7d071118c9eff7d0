"""The journal as a table: several doors append at the same time, and what is read has one order without gaps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from habitue import flow
from habitue.collect import journals
from habitue.collect.journal import Position
from habitue.collect.journal_table import TableJournal, frames
from habitue.collect.message import encode_body
from habitue.kernel.clock import FixedClock
from habitue.kernel.errors import SettingInvalid
from habitue.kernel.register import Register
from habitue.profiles.tables import events
from habitue.workspace import Workspace, create_workspace, open_workspace
from tests.conftest import NOW
from tests.door.conftest import MakeCaller, make_caller  # noqa: F401  # the fixture is used by its name

DOORS = 3
BODIES = 40


@pytest.fixture
def shared(tmp_path: Path, postgres_registers: Callable[[], str]) -> Iterator[Workspace]:
    """A workspace whose journal is a table."""
    environ = {"HABITUE_REGISTER__URL": postgres_registers(), "HABITUE_JOURNAL__KIND": "table"}
    with create_workspace(tmp_path / "shop", clock=FixedClock(NOW), environ=environ) as made:
        yield made


def message(number: str) -> dict[str, object]:
    return {"type": "track", "event": "Seen", "userId": f"u{number[0]}", "messageId": number}


def test_bodies_come_back_in_order_and_can_be_dropped(shared: Workspace) -> None:
    journal = journals.journal(shared.context)
    assert isinstance(journal, TableJournal)
    assert journal.tail() == Position()
    first = journal.append([b"one", b"two"])
    end = journal.append([b"three" * 50_000])
    assert [frame.body[:5] for frame in journal.read(Position())] == [b"one", b"two", b"three"]
    assert [frame.after for frame in journal.read(first)] == [end] == [journal.tail()]
    assert journal.drop_before(first) == 2
    assert [frame.after for frame in journal.read(Position())] == [end]
    assert journal.rotate(first) is None
    assert journal.rotate(end) == end


def test_doors_that_append_together_lose_nothing_while_a_projector_reads(shared: Workspace) -> None:
    stop, seen = threading.Event(), list[int]()

    def append(name: str) -> None:
        register = Register(shared.config.register.url)
        journal = TableJournal(register, FixedClock(NOW))
        for number in range(BODIES):
            journal.append([encode_body("web", [message(f"{name}{number}")])])
        register.close()

    def project() -> None:
        while not stop.is_set():
            seen.append(flow.catch_up(shared.context))

    doors = [threading.Thread(target=append, args=(name,)) for name in "abc"[:DOORS]]
    projector = threading.Thread(target=project)
    for thread in (projector, *doors):
        thread.start()
    for door in doors:
        door.join()
    stop.set()
    projector.join()
    flow.catch_up(shared.context)
    with shared.register.read() as conn:
        stored = list(conn.scalars(sa.select(events.c.message_id).order_by(events.c.seq)))
        assert conn.scalar(sa.select(sa.func.count()).select_from(frames)) == 0, "what is projected is dropped"
    for name in "abc"[:DOORS]:
        assert [each for each in stored if each[0] == name] == [f"{name}{number}" for number in range(BODIES)]
    assert any(seen), "it was read while it was written"


def test_a_frame_is_not_passed_over_while_the_one_before_it_is_not_committed(shared: Workspace) -> None:
    journal = journals.journal(shared.context)
    done = threading.Event()

    def append() -> None:
        TableJournal(Register(shared.config.register.url), FixedClock(NOW)).append([b"second"])
        done.set()

    with shared.register.write() as conn:
        end = TableJournal._take(conn, 100)
        later = threading.Thread(target=append)
        later.start()
        assert not done.wait(0.3), "whoever comes later waits"
        assert list(journal.read(Position())) == []
        row = {"begins_at": end - 100, "ends_at": end, "received_at": 0, "body": b"first"}
        conn.execute(sa.insert(frames).values(row))
    later.join()
    assert [frame.body for frame in journal.read(Position())] == [b"first", b"second"]


def test_the_door_takes_and_the_projector_projects(shared: Workspace, make_caller: MakeCaller) -> None:  # noqa: F811
    call = make_caller(shared)
    assert call.batch(message("a1"), message("a2")).status == 200
    assert call.door.pressure.backlog_bytes > 0
    assert call.project() == 2
    with open_workspace(shared.folder, environ={"HABITUE_REGISTER__URL": shared.config.register.url}) as files:
        assert files.config.journal.kind == "file"
    assert shared.people.count() == 1


def test_a_door_says_not_now_when_too_much_waits_or_the_database_does_not_take_it(
    shared: Workspace,
    make_caller: MakeCaller,  # noqa: F811
) -> None:
    call = make_caller(shared, backlog_bytes=100)
    assert call.batch(message("a1")).status == 200
    refused = call.batch(message("a2"))
    assert (refused.status, refused.data["code"]) == (503, "backlog")
    call = make_caller(shared)
    assert call.batch(message("a3")).status == 200
    with shared.register.write() as conn:
        conn.execute(sa.text("ALTER TABLE collect_journal RENAME TO elsewhere"))
    refused = call.batch(message("a4"))
    assert (refused.status, refused.data["code"], refused.headers["retry-after"]) == (503, "not_durable", "1")


def test_a_table_needs_postgresql(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match=r"journal\.kind"):
        create_workspace(tmp_path / "shop", environ={"HABITUE_JOURNAL__KIND": "table"})
