"""The ledger shows any change of its past."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from habitue.access.actor import Actor
from habitue.access.policy import PermissionMissing
from habitue.audit import ledger
from habitue.workspace import Workspace


def fill(ws: Workspace) -> None:
    with ws.register.write() as conn:
        for number in range(5):
            details = {"number": number, "ünï": [1, None]}
            ledger.record(
                conn, ws.context, verb="thing.done", subject_kind="thing", subject_id=str(number), details=details
            )


def test_entries_are_numbered_and_chained(ws: Workspace) -> None:
    fill(ws)
    found = ws.ledger.listing()
    assert [entry.subject_id for entry in found] == ["4", "3", "2", "1", "0"]
    assert found[0].details["number"] == 4
    assert ws.ledger.first_broken() is None


@pytest.mark.parametrize(
    "change", [{"details": "{}"}, {"actor_id": "eve"}, {"verb": "thing.undone"}, {"subject_id": "9"}]
)
def test_a_changed_entry_is_found(ws: Workspace, change: dict[str, str]) -> None:
    fill(ws)
    with ws.register.write() as conn:
        conn.execute(sa.update(ledger.entries).where(ledger.entries.c.entry_no == 3).values(**change))
    assert ws.ledger.first_broken() == 3


def test_a_removed_entry_is_found(ws: Workspace) -> None:
    fill(ws)
    with ws.register.write() as conn:
        conn.execute(sa.delete(ledger.entries).where(ledger.entries.c.entry_no == 3))
    assert ws.ledger.first_broken() == 3


def test_a_support_agent_does_not_read_the_ledger(sqlite_ws: Workspace) -> None:
    agent = sqlite_ws.as_actor(Actor("u1", "Ben", frozenset({"agent"})))
    with pytest.raises(PermissionMissing):
        agent.ledger.listing()


def test_entries_of_many_writers_at_once_make_one_whole_chain(ws: Workspace) -> None:
    def write(writer: int) -> None:
        for number in range(10):
            with ws.register.write() as conn:
                subject_id = f"{writer}-{number}"
                ledger.record(conn, ws.context, verb="thing.done", subject_kind="thing", subject_id=subject_id)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    found = ws.ledger.listing(limit=100)
    assert {entry.subject_id for entry in found} == {f"{w}-{n}" for w in range(4) for n in range(10)}
    assert [entry.entry_no for entry in found] == list(range(40, 0, -1))
    assert ws.ledger.first_broken() is None
