"""`habitue serve` and `habitue demo`: real processes on a free port."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Call

PEOPLE = 60


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "habitue.cli.main", *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            for started in (*children(process.pid), process.pid):
                os.kill(started, signal.SIGKILL)
        process.communicate()


def answer(process: subprocess.Popen[str], url: str, seconds: float = 60) -> int:
    """The status of a page as soon as there is an answer."""
    give_up_at = time.monotonic() + seconds
    while True:
        assert process.poll() is None, process.communicate()
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                return int(response.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except urllib.error.URLError:
            assert time.monotonic() < give_up_at
            time.sleep(0.1)


def children(pid: int) -> list[int]:
    """The processes that any thread of a process has started and that still run."""
    listed = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(child) for child in listed.split()]


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_answers_works_and_stops_with_its_children(
    call: Call, shop: Path, port: int, number: signal.Signals
) -> None:
    with running("serve", "--json", "--bind", f"127.0.0.1:{port}") as process:
        assert answer(process, f"http://127.0.0.1:{port}/health") == 200
        assert answer(process, f"http://127.0.0.1:{port}/ready") == 200
        assert answer(process, f"http://127.0.0.1:{port}/") == 200
        beside = children(process.pid)
        assert len(beside) == 3
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    told = json.loads(out)
    assert told["url"] == f"http://127.0.0.1:{port}/"
    assert re.fullmatch(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", told["setup_code"])
    for child in beside:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


@pytest.mark.slow
def test_serve_starts_a_killed_projector_again(call: Call, shop: Path, port: int) -> None:
    def projectors() -> set[int]:
        return {pid for pid in children(process.pid) if b"habitue.work.projector" in command_of(pid)}

    def wait_for(is_so: Callable[[], object]) -> None:
        give_up_at = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < give_up_at
            time.sleep(0.05)

    with running("serve", "--json", "--bind", f"127.0.0.1:{port}") as process:
        wait_for(projectors)
        (first,) = projectors()
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: projectors() - {first})


def test_serve_says_when_the_address_is_taken(call: Call, shop: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        told = call("serve", "--bind", f"127.0.0.1:{port}", "--json")
    assert told.code == 1
    assert told.error["code"] == "address_unusable"
    assert call("serve", "--bind", "everywhere").code == 1


@pytest.mark.slow
def test_the_demo_is_a_shop_with_people_audiences_and_an_owner(call: Call, tmp_path: Path) -> None:
    told = call("demo", "example", "--people", str(PEOPLE), "--no-serve", "--json")
    assert told.code == 0, told.err
    made: dict[str, Any] = told.data
    assert made["records"] > made["people"] >= PEOPLE * 0.9
    assert [each["import"]["state"] for each in made["imports"]] == ["done"] * 8
    assert len(made["audiences"]) == 2
    assert len(made["password"]) >= 16
    assert (tmp_path / "example" / "files" / "newsletter.csv").is_file()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert call("people", "-w", "example", "--json").data["total"] == made["people"]
    assert _signs_in(tmp_path / "example", made["email"], made["password"])


@pytest.mark.slow
def test_the_demo_run_again_opens_what_is_there(call: Call, port: int) -> None:
    made = call("demo", "example", "--people", str(PEOPLE), "--no-serve", "--json").data
    again = call("demo", "example", "--no-serve")
    assert again.code == 0
    assert "habitue demo NEW-FOLDER" in again.out
    with running("demo", "example", "--bind", f"127.0.0.1:{port}", "--json") as process:
        assert answer(process, f"http://127.0.0.1:{port}/sign-in/") == 200
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert json.loads(out) == {"url": f"http://127.0.0.1:{port}/", "setup_code": None}, err
    assert call("people", "-w", "example", "--json").data["total"] == made["people"]


def test_the_demo_does_not_touch_a_folder_with_other_things(call: Call, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "anna.txt").write_text("Dear Anna")
    assert call("demo", "letters", "--json").error["code"] == "folder_taken"
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["anna.txt"]


@pytest.mark.slow
def test_a_demo_that_is_interrupted_leaves_nothing_behind(call: Call, tmp_path: Path) -> None:
    with running("demo", tmp_path / "example", "--people", "2000", "--no-serve") as process:
        give_up_at = time.monotonic() + 60
        while not list(tmp_path.glob(".example.unfinished/imports/*")):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert list(tmp_path.iterdir()) == []


def _signs_in(folder: Path, email: str, password: str) -> bool:
    from django.contrib.auth import authenticate

    from habitue.web import project
    from habitue.workspace import open_workspace

    with open_workspace(folder, environ={}) as ws:
        project.configure(ws)
        return authenticate(username=email, password=password) is not None
