"""`habitue init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Call


def test_init_makes_a_workspace_and_says_what_to_do_next(call: Call, tmp_path: Path) -> None:
    told = call(
        "init", "shop", "--name", "Krume", "--country", "at", "--currency", "eur", "--timezone", "Europe/Vienna"
    )
    assert told.code == 0
    assert "habitue import" in told.out
    settings = (tmp_path / "shop" / "habitue.toml").read_text("utf-8")
    assert 'name = "Krume"' in settings
    assert 'country = "AT"' in settings
    assert (tmp_path / "shop" / "habitue.key").stat().st_mode & 0o077 == 0


def test_init_refuses_a_setting_that_makes_no_sense_and_leaves_no_folder(call: Call, tmp_path: Path) -> None:
    told = call("init", "shop", "--timezone", "Mars/Olympus", "--json")
    assert told.code == 1
    assert told.error["code"] == "setting_invalid"
    assert not (tmp_path / "shop").exists()


def test_init_does_not_touch_a_workspace_that_is_there(call: Call, tmp_path: Path) -> None:
    call("init", "shop", "--name", "Krume")
    assert call("init", "shop", "--name", "Other").code == 1
    assert "Krume" in (tmp_path / "shop" / "habitue.toml").read_text("utf-8")
