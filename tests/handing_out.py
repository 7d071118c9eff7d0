"""In which order the files of tests run, and which of them one process runs together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadFileScheduling

Order = tuple[int, int, bool, str]
Place = tuple[Order, bool]


def together(nodeid: str) -> str:
    """What is handed out as a whole: a file, or all files that share a browser with its shop, or a Spark cluster."""
    file = PurePosixPath(nodeid.split("::", 1)[0])
    if file.is_relative_to("tests/browser"):
        return "tests/browser"
    return "Spark" if "spark" in file.stem else str(file)


def order_of(items: Iterable[pytest.Item]) -> Callable[[pytest.Item], Place]:
    """Pure functions, then the register, then pages; then what is slow, the most of it first.

    So the processes end at nearly the same time: what is left at the end is short. In each part those come first that
    want what it shares as it was made.
    """
    parts: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        parts[together(item.nodeid)].append(item)
    orders = {name: _order(name, several) for name, several in parts.items()}
    return lambda item: (orders[together(item.nodeid)], "untouched" not in item.keywords)


def _order(name: str, items: list[pytest.Item]) -> Order:
    used = Counter(each for item in items for each in {*item.keywords, *getattr(item, "fixturenames", ())})
    slow = max(used["slow"], used["browser"])
    if slow:
        return 1, -slow, False, name
    return 0, int(name.startswith("tests/web/")), used["tmp_path"] > 0, name


class TogetherScheduling(LoadFileScheduling):
    """Hands out the parts in the order of collection, each to the process that is free next."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)
