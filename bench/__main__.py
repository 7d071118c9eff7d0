"""Run one bench: python -m bench NAME [--small]."""

from __future__ import annotations

import argparse
import importlib
import sys

from bench.figures import DataMissing

BENCHES = ("door", "graph", "import", "identity", "search")


def main() -> int:
    """Run the bench that is named; exit code 3 when its data is missing, 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=BENCHES)
    parser.add_argument("--small", action="store_true", help="a small edition that needs no data and a few seconds")
    arguments = parser.parse_args()
    bench = importlib.import_module(f"bench.{arguments.name}_bench")
    try:
        figures = bench.run(small=arguments.small)
    except DataMissing as missing:
        print(missing, file=sys.stderr)
        return 3
    figures.show()
    return 0


if __name__ == "__main__":
    sys.exit(main())
