"""Run one bench: python -m bench NAME [--small]."""

from __future__ import annotations

import argparse
import importlib
import sys

from bench.figures import DataMissing

BENCHES = (
    "audiences",
    "crash",
    "door",
    "graph",
    "hostile",
    "identity",
    "import",
    "insights",
    "matching",
    "rules",
    "search",
)


def main() -> int:
    """Run the bench that is named; exit code 3 when its data is missing, 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=BENCHES)
    parser.add_argument("--small", action="store_true", help="a small edition that needs no data and a few seconds")
    parser.add_argument(
        "--only", default="", metavar="PART", help="one part of the bench crash, graph or matching, such as R3 or sets"
    )
    parser.add_argument("--kills", type=int, metavar="N", help="so many kills in the line R1 of the bench crash")
    arguments = parser.parse_args()
    bench = importlib.import_module(f"bench.{arguments.name}_bench")
    try:
        chosen = {name: value for name in ("only", "kills") if (value := getattr(arguments, name))}
        figures = bench.run(small=arguments.small, **chosen)
    except DataMissing as missing:
        print(missing, file=sys.stderr)
        return 3
    figures.show()
    return 0


if __name__ == "__main__":
    sys.exit(main())
