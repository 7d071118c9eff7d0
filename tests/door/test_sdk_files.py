"""The files of the user's own SDK are served, and nothing beside them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from habitue.kernel.config import parse
from habitue.workspace import Workspace
from tests.door.conftest import Caller, MakeCaller


@pytest.fixture
def served(sqlite_ws: Workspace, make_caller: MakeCaller) -> Caller:
    folder = sqlite_ws.folder / "sdk" / "umd"
    (folder / "chunks").mkdir(parents=True)
    (folder / "standalone.js").write_text("window.analytics = []", "utf-8")
    (folder / "chunks" / "one.js.map").write_text("{}", "utf-8")
    (folder / "notes.txt").write_text("no", "utf-8")
    (folder / ".hidden.js").write_text("no", "utf-8")
    (folder.parent / "package.json").write_text("{}", "utf-8")
    (folder / "out.js").symlink_to(folder.parent / "package.json")
    (folder / "key.js").symlink_to(sqlite_ws.folder / "habitue.key")
    config = parse({"door": {"sdk_folder": "sdk/umd"}})
    sqlite_ws.context = dataclasses.replace(sqlite_ws.context, config=config)
    return make_caller(sqlite_ws)


def test_a_file_comes_with_its_type_and_is_cached(served: Caller) -> None:
    answer = served("GET", "/sdk/standalone.js", auth=None)
    assert (answer.status, answer.body) == (200, b"window.analytics = []")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "max-age" in answer.headers["cache-control"]
    assert answer.headers["access-control-allow-origin"] == "*"
    again = served("GET", "/sdk/standalone.js", headers={"if-none-match": answer.headers["etag"]}, auth=None)
    assert (again.status, again.body) == (304, b"")
    assert served("GET", "/sdk/chunks/one.js.map", auth=None).headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "path",
    [
        *("", "nothing.js", "notes.txt", ".hidden.js", "../package.json", "chunks/../../package.json", "chunks"),
        *("out.js", "key.js", "//etc/passwd", "%2e%2e/package.json", "a\0.js", "x" * 300 + ".js"),
    ],
)
def test_nothing_else_is_served(served: Caller, path: str) -> None:
    assert served("GET", f"/sdk/{path}", auth=None).status == 404
    assert served("POST", f"/sdk/{path}", auth=None).status == 404


def test_without_a_folder_there_is_nothing(quick: Caller) -> None:
    assert quick("GET", "/sdk/standalone.js", auth=None).status == 404


def test_the_folder_may_lie_anywhere(sqlite_ws: Workspace, make_caller: MakeCaller, tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1", "utf-8")
    config = parse({"door": {"sdk_folder": str(tmp_path)}})
    sqlite_ws.context = dataclasses.replace(sqlite_ws.context, config=config)
    assert make_caller(sqlite_ws)("GET", "/sdk/a.js", auth=None).status == 200
