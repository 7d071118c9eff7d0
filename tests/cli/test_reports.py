"""`habitue report`: a sentence and tables for people, plain data for programs, a file for spreadsheets."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from habitue.cli import main
from habitue.workspace import Workspace
from tests.sending import order, send


def _shop(ws: Workspace) -> str:
    send(ws, *(order(f"o{n}", "20", email=f"p{n % 4}@web.example") for n in range(6)))
    ws.refresh()
    return str(ws.folder)


def test_a_report_is_a_sentence_for_people_and_data_for_programs(sqlite_ws: Workspace, capsys) -> None:  # type: ignore[no-untyped-def]
    folder = _shop(sqlite_ws)
    assert main.run(["report", "glance", "-w", folder]) == 0
    assert "4 customers brought €120" in capsys.readouterr().out
    assert main.run(["report", "glance", "-w", folder, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sections"][0]["rows"][3] == {
        "group": "new", "people": 4, "people_share": 1.0, "money": "120.0000", "money_share": 1.0,
    }  # fmt: skip
    assert main.run(["report", "nothing", "-w", folder]) == 1
    assert main.run(["report", "-w", folder]) == 0
    assert "forecast" in capsys.readouterr().out


def test_its_tables_go_into_a_file(sqlite_ws: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "glance.csv"
    assert main.run(["report", "glance", "-w", _shop(sqlite_ws), "--out", str(out), "--language", "de"]) == 0
    rows = list(csv.reader(out.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0] == ["Die Gruppen"]
    assert rows[1][0] == "Gruppe"
    assert ["Neu", "4", "1", "120.00", "1"] in rows
