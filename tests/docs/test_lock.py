"""The lock files hold what the package asks for, in versions that it allows, and name no machine."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WANTED = {
    "requirements.lock": PROJECT["dependencies"],
    "requirements-dev.lock": [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]],
}


@pytest.mark.parametrize("name", WANTED)
def test_the_lock_satisfies_what_the_package_asks_for(name: str) -> None:
    pins = [Requirement(line) for line in (ROOT / name).read_text("utf-8").splitlines() if not line.startswith("#")]
    versions = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in pins}
    for requirement in map(Requirement, WANTED[name]):
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)], prereleases=True)


@pytest.mark.parametrize("name", WANTED)
def test_the_lock_names_no_index_and_no_path(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert not [word for word in ("://", "--", "@ ", "-e ") if word in text]
