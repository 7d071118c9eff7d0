"""What the documents say is so: commands exist, links lead somewhere, examples run, the reference is fresh."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import habitue
from habitue.cli.main import habitue as command_line

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)", re.DOTALL)
CODE_PATH = re.compile(r"`((?:src|tests|tools|docs|examples|bench|\.ci)/[^`*<… ]*)`")
INLINE = re.compile(r"`(habitue [a-z][^`]*)`")
names = [str(path.relative_to(ROOT)) for path in DOCUMENTS]


def commands(text: str) -> Iterator[str]:
    """Every line that calls the command line, in blocks and inside sentences."""
    for language, block in BLOCK.findall(text):
        if language == "sh":
            yield from (line for line in block.splitlines() if line.startswith("habitue "))
    yield from INLINE.findall(BLOCK.sub("", text))


def parsed(line: str) -> None:
    """Parse a call as the command line would, without running it; raises click.UsageError."""
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = command_line
    while isinstance(command, click.Group) and words:
        found = command.commands.get(words[0])
        if found is None:
            raise click.UsageError(f"no command {words[0]} in: {line}")
        command, words = found, words[1:]
    if isinstance(command, click.Group):
        assert not words
        return
    with click.Context(command) as context:
        parser = command.make_parser(context)
        values, _rest, _order = parser.parse_args(list(words))
        for option in command.params:
            if isinstance(option.type, click.Choice) and isinstance(values.get(option.name or ""), str):
                option.type.convert(values[option.name or ""], option, context)


@pytest.mark.parametrize("name", names)
def test_commands_in_a_document_exist_with_these_options(name: str) -> None:
    for line in commands((ROOT / name).read_text("utf-8")):
        if not name.startswith("docs/reference/"):
            parsed(line)


@pytest.mark.parametrize("name", names)
def test_links_and_paths_in_a_document_lead_somewhere(name: str) -> None:
    path = ROOT / name
    text = path.read_text("utf-8")
    missing = [link for link in LINK.findall(text) if not (path.parent / link.strip()).exists()]
    missing += [found for found in CODE_PATH.findall(text) if not (ROOT / found).exists()]
    assert missing == []


@pytest.mark.parametrize("name", names)
def test_python_in_a_document_runs(name: str, tmp_path: Path) -> None:
    for language, block in BLOCK.findall((ROOT / name).read_text("utf-8")):
        if language == "python":
            subprocess.run([sys.executable, "-c", block], cwd=tmp_path, check=True, capture_output=True)


def test_the_example_of_the_package_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(habitue)
    assert result.attempted >= 8
    assert result.failed == 0


def test_the_reference_is_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "reference.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_command_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "reference" / "command-line.md").read_text("utf-8")
    assert [name for name in command_line.commands if f"## `habitue {name}" not in text] == []


def test_the_changelog_knows_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_an_invented_command_or_option_would_be_noticed() -> None:
    for line in ("habitue conquer", "habitue people list --colour red", "habitue export X --target pdf"):
        with pytest.raises(click.UsageError):
            parsed(line)
