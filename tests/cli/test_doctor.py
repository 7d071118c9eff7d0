"""`habitue doctor` finds what is wrong, says what to do, and changes nothing; `habitue metrics` tells figures."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from habitue.collect import projection
from habitue.collect.message import encode_body
from habitue.kernel.clock import FixedClock
from habitue.work.doctor.examine import LOOKS, examine
from habitue.workspace import Workspace, open_workspace
from tests.sending import identify

if TYPE_CHECKING:
    from tests.cli.conftest import Call

Break = Callable[[Path], Any]


def states(told: Any) -> dict[str, str]:
    return {check["name"]: check["state"] for check in told.data["checks"]}


def sql(text: str) -> Break:
    def broken(shop: Path) -> None:
        with sqlite3.connect(shop / "register.db") as conn:
            conn.execute(text)

    return broken


def torn_page(shop: Path) -> None:
    """The last page of the file is an index or a table: overwritten, it is neither."""
    with sqlite3.connect(shop / "register.db") as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page, root = (conn.execute(text).fetchone()[0] for text in ("PRAGMA page_size", PAGE_OF_JOBS))
    with (shop / "register.db").open("r+b") as file:
        file.seek((root - 1) * page)
        file.write(b"\xff" * page)


PAGE_OF_JOBS = "SELECT rootpage FROM sqlite_master WHERE name = 'kernel_jobs'"


def damaged_frame(shop: Path) -> None:
    with open_workspace(shop, environ={}) as ws:
        journal = projection.journal(ws.context)
        start = journal.append([encode_body("web", [identify("u1")])])
        journal.append([encode_body("web", [identify("u2")])])
        journal.append([encode_body("web", [identify("u3")])])
    with journal.path(start.segment).open("r+b") as file:
        file.seek(start.offset + 20)
        file.write(b"XX")


def missing_file(shop: Path) -> None:
    next((shop / "lake").rglob("*.parquet")).unlink()


BREAKS: dict[str, tuple[str, str, Break]] = {
    "an open folder": ("folder", "warning", lambda shop: shop.chmod(0o755)),
    "an open key": ("key", "problem", lambda shop: (shop / "habitue.key").chmod(0o644)),
    "no key": ("key", "problem", lambda shop: (shop / "habitue.key").unlink()),
    "a changed ledger": ("ledger", "problem", sql("UPDATE audit_entries SET details = '{}' WHERE entry_no = 1")),
    "newer tables": ("tables", "problem", sql("UPDATE kernel_versions SET version_num = '9999'")),
    "older tables": ("tables", "warning", sql("UPDATE kernel_versions SET version_num = '0002'")),
    "a torn page": ("register", "problem", torn_page),
    "a damaged frame": ("journal", "problem", damaged_frame),
    "a journal that is gone": ("position", "problem", lambda shop: shutil.rmtree(shop / "journal")),
    "a replica without a file": ("lake", "problem", missing_file),
    "a register that is gone": ("register", "problem", sql("DROP TABLE kernel_state")),
}


def test_the_doctor_finds_a_healthy_workspace_well(call: Call, shop: Path) -> None:
    told = call("doctor", "--json")
    assert told.code == 0
    assert told.data["is_well"] is True
    assert states(told) == dict.fromkeys(LOOKS, "ok")
    assert "All is well" in call("doctor").out


@pytest.mark.parametrize("what", [name for name in BREAKS if name != "a register that is gone"])
def test_the_doctor_sees(call: Call, shop: Path, what: str) -> None:
    name, state, broken = BREAKS[what]
    broken(shop)
    told = call("doctor", "--json")
    found = next(check for check in told.data["checks"] if check["name"] == name)
    assert found["state"] == state
    assert found["message"]
    assert found["next_step"]
    assert told.code == (1 if state == "problem" else 0)
    said = call("doctor").out
    assert found["next_step"].split()[0] in said
    assert found["next_step"].split()[0] != call("doctor", "--language", "ru").out


def test_the_doctor_survives_what_it_cannot_look_at(call: Call, shop: Path) -> None:
    BREAKS["a register that is gone"][2](shop)
    told = call("doctor", "--json")
    assert told.code == 1
    assert {states(told)[name] for name in ("journal", "position")} == {"problem"}
    assert states(told)["ledger"] == "ok"


def test_the_doctor_changes_nothing(call: Call, shop: Path) -> None:
    sql("UPDATE kernel_versions SET version_num = '0002'")(shop)
    assert states(call("doctor", "--json"))["tables"] == "warning"
    assert states(call("doctor", "--json"))["tables"] == "warning"


def test_the_doctor_sees_a_clock_that_went_back_and_work_that_waits(call: Call, shop: Path) -> None:
    now = datetime.now(UTC)
    yesterday = {each.name: each.state for each in examine(shop, {}, FixedClock(now - timedelta(days=1)))}
    assert yesterday["clock"] == "problem"
    with open_workspace(shop, environ={}) as ws:
        projection.journal(ws.context).append([encode_body("web", [identify("u1")])])
    assert states(call("doctor", "--json"))["position"] == "warning"


def test_a_full_disk_is_a_problem(call: Call, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HABITUE_DOOR__FREE_MB", str(10**9))
    told = call("doctor", "--json")
    assert states(told)["disk"] == "problem"
    assert told.code == 1


def test_a_workspace_on_either_database_is_well(ws: Workspace) -> None:
    environ = {} if ws.register.is_sqlite else {"HABITUE_REGISTER__URL": ws.config.register.url}
    assert {each.name: each.state for each in examine(ws.folder, environ)} == dict.fromkeys(LOOKS, "ok")


def test_metrics_are_printed_with_and_without_their_key(call: Call, shop: Path) -> None:
    assert "habitue_projector_events_total" in call("metrics").out
    key = call("metrics", "--key").out.strip()
    assert len(key) == 64
    assert call("metrics", "--key", "--json").data == {"key": key}
