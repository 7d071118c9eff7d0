"""Settings refuse nonsense with a sentence; keys are secret and stable."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from habitue.kernel import config, keys
from habitue.kernel.errors import SettingInvalid, WorkspaceExists, WorkspaceMissing
from habitue.workspace import create_workspace, open_workspace


def write(folder: Path, text: str) -> Path:
    (folder / config.FILE_NAME).write_text(text, "utf-8")
    return folder


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    write(tmp_path, '[workspace]\ncountry = "AT"\n')
    environ = {"HABITUE_WORKSPACE__COUNTRY": "CH", "HABITUE_REGISTER__URL": "postgresql://x/y", "OTHER": "1"}
    found = config.load(tmp_path, environ)
    assert (found.workspace.country, found.register.url) == ("CH", "postgresql://x/y")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[workspace]\nland = "AT"\n', "land"),
        ('[workspace]\ntimezone = "Mars/Olympus"\n', "time zone"),
        ('[workspace]\ncountry = "Germany"\n', "two capital letters"),
        ('[workspace]\ncurrency = "eur"\n', "three capital letters"),
        ('[workspace]\nlanguages = ["fr"]\n', "choose from"),
        ("[workspace\n", "habitue.toml"),
        ('engine = "oracle"\n', "duckdb"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(tmp_path: Path, text: str, part: str) -> None:
    with pytest.raises(SettingInvalid) as told:
        config.load(write(tmp_path, text), {})
    assert part in str(told.value)
    assert told.value.next_step


def test_a_folder_without_a_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceMissing) as told:
        open_workspace(tmp_path, environ={})
    assert "habitue init" in told.value.as_dict()["next_step"]  # type: ignore[operator]  # a text


def test_a_workspace_is_never_made_over_another(tmp_path: Path) -> None:
    create_workspace(tmp_path, environ={}).close()
    with pytest.raises(WorkspaceExists):
        create_workspace(tmp_path, environ={})


def test_the_key_is_readable_by_its_owner_alone_and_gives_independent_secrets(tmp_path: Path) -> None:
    keys.create(tmp_path)
    assert stat.S_IMODE((tmp_path / keys.FILE_NAME).stat().st_mode) == 0o600
    master = keys.load(tmp_path, {})
    assert keys.derive(master, "a") != keys.derive(master, "b")
    assert keys.derive(master, "a") == keys.derive(keys.load(tmp_path, {}), "a")
    with pytest.raises(FileExistsError):
        keys.create(tmp_path)


def test_a_workspace_without_its_key_does_not_open(tmp_path: Path) -> None:
    create_workspace(tmp_path, environ={}).close()
    (tmp_path / keys.FILE_NAME).unlink()
    with pytest.raises(SettingInvalid):
        open_workspace(tmp_path, environ={})
