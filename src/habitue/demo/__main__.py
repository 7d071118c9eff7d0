"""`python -m habitue.demo FOLDER`: write the example shop and print what was made."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from habitue.demo.generate import generate

if TYPE_CHECKING:
    from habitue.demo.generate import Generated


def main() -> None:
    """Read the command line, write the files and print the distribution."""
    parser = argparse.ArgumentParser(prog="python -m habitue.demo", description="Write the example shop's exports.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--people", type=int, default=8000)
    parser.add_argument("--until", type=date.fromisoformat, default=None, help="last day, YYYY-MM-DD (today)")
    given = parser.parse_args()
    until = given.until or date.today()
    sys.stdout.write(table(generate(given.folder, seed=given.seed, people=given.people, until=until)))


def table(made: Generated) -> str:
    """The files with their rows, then how much of which mess is in them."""
    lines = [f"{file.path.name:<24}{file.source_name:<12}{file.kind:<10}{file.rows:>8} rows" for file in made.files]
    lines += ["", f"{made.people} people in {made.records} records", ""]
    lines += [f"{count:>8}  {kind}" for kind, count in made.mess]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
