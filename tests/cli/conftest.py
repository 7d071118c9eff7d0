"""The command line as a person or a program calls it: in this process, with what it prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from habitue.cli.main import run

LINES = """\
Customer no;Name;E-mail;Phone;City;Country
1001;Anna Krume;anna@krume.example;0221 4710815;Köln;Germany
1002;Ben Roggen;ben@roggen.example;030 2312509;Berlin;Germany
1003;Anna Krume;anna@krume.example;;Köln;Germany
1004;Dana Hefe;dana@hefe.example;031 3281010;Bern;Switzerland
"""
ORDERS = """\
Order number,Order date,E-mail,Order total,Currency
A1,2026-05-02,anna@krume.example,40.00,EUR
A2,2026-05-20,anna@krume.example,25.50,EUR
A3,2026-05-21,ben@roggen.example,12.00,EUR
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call ended with and printed."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.err)["error"]
        return found


Call = Callable[..., Answer]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Calls `habitue` in an empty folder, in English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HABITUE_WORKSPACE", raising=False)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def habitue(*arguments: str | Path) -> Answer:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return Answer(code, told.out, told.err)

    return habitue


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """Four records of three people."""
    path = tmp_path / "customers.csv"
    path.write_text(LINES, "utf-8")
    return path


@pytest.fixture
def shop(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, customers: Path) -> Path:
    """A workspace with people and orders, to which HABITUE_WORKSPACE points."""
    folder = tmp_path / "shop"
    orders = tmp_path / "orders.csv"
    orders.write_text(ORDERS, "utf-8")
    assert call("init", folder).code == 0
    monkeypatch.setenv("HABITUE_WORKSPACE", str(folder))
    done = call("import", customers, orders, "--json")
    assert done.code == 0, done.err
    return folder
