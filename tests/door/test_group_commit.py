"""One fdatasync for all requests that arrived together, and never a 200 without it."""

from __future__ import annotations

import asyncio
import errno
import os
from typing import Any

import pytest

from habitue.collect.journal import Journal, Position
from habitue.kernel.clock import FixedClock
from habitue.workspace import Workspace
from tests.conftest import NOW
from tests.door.conftest import Answered, Caller, MakeCaller

REQUESTS = 200


def body(number: int) -> dict[str, Any]:
    return {"batch": [{"type": "track", "event": "Seen", "userId": f"u{number}", "messageId": f"m{number}"}]}


def all_at_once(call: Caller) -> list[Answered]:
    async def send() -> list[Answered]:
        return await asyncio.gather(*(call.send("POST", "/v1/batch", body(number)) for number in range(REQUESTS)))

    return call.loop.run_until_complete(send())


def test_requests_that_arrive_together_share_a_sync(quick: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    quick.batch()
    synced: list[int] = []
    sync = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: (synced.append(descriptor), sync(descriptor)))
    assert {answer.status for answer in all_at_once(quick)} == {200}
    assert 1 <= len(synced) <= REQUESTS // 10
    assert quick.project() == REQUESTS


def test_an_answer_comes_after_the_sync(quick: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    sync = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: (sync(descriptor), order.append("synced")))
    assert quick("POST", "/v1/batch", body(1)).status == 200
    order.append("answered")
    assert order == ["synced", "answered"]


def test_a_client_that_has_gone_does_not_disturb_the_others(quick: Caller) -> None:
    async def send() -> list[int]:
        first = asyncio.create_task(quick.send("POST", "/v1/batch", body(1)))
        second = asyncio.create_task(quick.send("POST", "/v1/batch", body(2)))
        await asyncio.sleep(0.001)
        first.cancel()
        return [(await second).status, (await quick.send("POST", "/v1/batch", body(3))).status]

    assert quick.loop.run_until_complete(send()) == [200, 200]


@pytest.mark.parametrize("call_that_fails", ["fdatasync", "pwrite", "posix_fallocate"])
def test_a_disk_that_fails_is_no_success_and_nothing_that_was_answered_is_lost(
    sqlite_ws: Workspace, make_caller: MakeCaller, monkeypatch: pytest.MonkeyPatch, call_that_fails: str
) -> None:
    call = make_caller(sqlite_ws)
    is_first = call_that_fails == "posix_fallocate"
    assert is_first or call("POST", "/v1/batch", body(1)).status == 200

    def fails(*_: object) -> int:
        raise OSError(errno.EIO, "input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, call_that_fails, fails)
        answer = call("POST", "/v1/batch", body(2))
        assert (answer.status, answer.data["code"], answer.headers["retry-after"]) == (503, "not_durable", "1")
    assert call("POST", "/v1/batch", body(2)).status == 200
    assert call("POST", "/v1/batch", body(3)).status == 200
    call.project()
    assert sqlite_ws.people.count() == (2 if is_first else 3)
    for row in sqlite_ws.people.listing().rows:
        assert len(sqlite_ws.people.timeline(row.profile_id)) == 1


def test_errors_of_the_disk_add_nothing_to_what_waits(
    sqlite_ws: Any, make_caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty errors begin forty segments, which would be more than a gigabyte if they counted as a whole."""
    call = make_caller(sqlite_ws, backlog_bytes=100_000)

    def fails(_: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    for number in range(40):
        with monkeypatch.context() as broken:
            broken.setattr(os, "fdatasync", fails)
            assert call("POST", "/v1/batch", body(number)).data["code"] == "not_durable"
        assert call("POST", "/v1/batch", body(number)).status == 200
    call.loop.run_until_complete(call.door.pressure.look(is_forced=True))
    assert 1_000 < call.door.pressure.backlog_bytes < 100_000
    folder = sqlite_ws.folder / "journal"
    assert sum(path.stat().st_size for path in folder.glob("*.seg")) < 2 * 64 * 1024 * 1024
    call.project()
    assert sqlite_ws.people.count() == 40


def test_after_an_error_the_journal_goes_on_in_a_new_segment(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path, FixedClock(NOW), segment_bytes=1 << 16)
    journal.append([b"one"])

    def fails(_: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", fails)
        with pytest.raises(OSError, match="input/output error"):
            journal.append([b"two"])
    # What the failed write left behind may vanish from the disk: what follows must not depend on it.
    with journal.path(1).open("r+b") as segment:
        segment.seek(Position().offset + 16 + len(b"one"))
        segment.write(bytes(64))
    assert journal.append([b"three"]).segment == 2
    assert [frame.body for frame in Journal(tmp_path, FixedClock(NOW)).read(Position())] == [b"one", b"three"]
