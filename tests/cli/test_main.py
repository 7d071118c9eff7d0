"""The whole command line: help, options before and after the verb, errors and exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from habitue.cli.main import habitue

if TYPE_CHECKING:
    from tests.cli.conftest import Call


def every_command(
    command: click.Command = habitue, path: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            found += every_command(child, (*path, name))
    return found


@pytest.mark.parametrize("path", [" ".join(path) for path, _command in every_command()])
def test_every_command_explains_itself_and_takes_the_common_options(call: Call, path: str) -> None:
    told = call(*path.split(), "--help")
    assert told.code == 0
    for option in ("--workspace", "--json", "--language"):
        assert option in told.out
    assert told.out.split("\n\n")[1].strip(), "says what it does"


def test_every_option_says_what_it_is_for() -> None:
    options = [param for _path, command in every_command() for param in command.params]
    assert [each.name for each in options if isinstance(each, click.Option) and not each.help] == []


def test_nothing_asked_is_answered_with_help(call: Call) -> None:
    told = call()
    assert told.code == 2
    assert "import" in told.err


def test_an_unknown_command_is_a_misuse(call: Call) -> None:
    assert call("conquer").code == 2
    assert call("--json", "conquer").error["code"] == "usage"


def test_an_error_says_what_happened_and_what_to_do(call: Call) -> None:
    told = call("people", "--workspace", "nowhere")
    assert told.code == 1
    assert "workspace_missing" in told.err
    assert f"habitue init {Path('nowhere').resolve()}" in told.err
    assert told.out == ""


def test_a_program_gets_the_error_as_an_object(call: Call) -> None:
    told = call("--json", "-w", "nowhere", "people", "list")
    assert told.code == 1
    assert told.error["code"] == "workspace_missing"
    assert told.error["params"] == {"folder": str(Path("nowhere").resolve())}


def test_an_error_speaks_the_readers_language(call: Call) -> None:
    english = call("people", "--workspace", "nowhere").err
    assert call("people", "--workspace", "nowhere", "--language", "de").err != english
    assert call("--language", "ru", "people", "--workspace", "nowhere").err != english


def test_the_terminal_decides_about_the_language(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    english = call("people").err
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert call("people").err != english
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert call("people").err == english


def test_a_reader_that_goes_away_is_no_error(shop: Path) -> None:
    line = f"{sys.executable} -m habitue.cli.main people list --json | head -c 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, check=False)
    assert done.stdout == "{"
    assert done.stderr == ""


def test_the_version_is_told_without_loading_the_engines(call: Call) -> None:
    code = "import sys\nfrom habitue.cli.main import run; run(['--version'])\n"
    code += "print(*(name for name in ('sqlalchemy', 'ibis', 'pandas', 'django', 'pyarrow') if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == ""


def test_interrupting_ends_with_130(shop: Path, monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("habitue.profiles.reading.listing", interrupted)
    told = call("people", "list")
    assert told.code == 130
    assert "Interrupted." in told.err


def test_the_package_runs_as_a_module() -> None:
    told = subprocess.run([sys.executable, "-m", "habitue", "--version"], capture_output=True, text=True, check=False)
    assert told.returncode == 0
    assert told.stdout.startswith("habitue ")
