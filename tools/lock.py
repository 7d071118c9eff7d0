"""Writes requirements.lock and requirements-dev.lock from what is installed: `python tools/lock.py`.

Both hold the whole closure of the package's dependencies with exact versions; the second one adds those of `dev`.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "habitue"
HEADER = "# Written by tools/lock.py; `make lock` renews it.\n"


def main() -> int:
    """Write both files and say how long they are."""
    for name, extras in (("requirements.lock", frozenset()), ("requirements-dev.lock", frozenset({"dev"}))):
        pins = closure(extras)
        lines = [f"{key}=={version}{marker}\n" for key, (version, marker) in sorted(pins.items())]
        (ROOT / name).write_text(HEADER + "".join(lines), "utf-8")
        sys.stdout.write(f"{name}: {len(lines)} packages\n")
    return 0


def closure(extras: frozenset[str]) -> dict[str, tuple[str, str]]:
    """Name to version and marker of everything that the package needs here, itself left out."""
    pins: dict[str, tuple[str, str]] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting: list[tuple[str, frozenset[str]]] = [(PACKAGE, extras)]
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        for requirement in needed(name, wanted):
            key = canonicalize_name(requirement.name)
            marker = f" ; {requirement.marker}" if name == PACKAGE and is_for_a_platform(requirement) else ""
            pins.setdefault(key, (distribution(key).version, marker))
            waiting.append((key, frozenset(requirement.extras)))
    pins.pop(PACKAGE, None)
    return pins


def needed(name: str, extras: frozenset[str]) -> Iterable[Requirement]:
    """The requirements of a package that hold here with these extras; our own as pyproject.toml has them now."""
    for text in declared(extras) if name == PACKAGE else distribution(name).requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


def declared(extras: frozenset[str]) -> list[str]:
    """What pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [*project["dependencies"], *(text for extra in extras for text in project["optional-dependencies"][extra])]


def is_for_a_platform(requirement: Requirement) -> bool:
    """Whether a marker speaks of the platform, so that it must be kept in the lock."""
    return "sys_platform" in str(requirement.marker or "")


if __name__ == "__main__":
    sys.exit(main())
