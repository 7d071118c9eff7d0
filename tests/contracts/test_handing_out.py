"""Files that share something dear run in one process, and what takes long does not come last."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.handing_out import order_of, together


def item(nodeid: str, *keywords: str, fixtures: tuple[str, ...] = ()) -> Any:
    return SimpleNamespace(nodeid=nodeid, keywords=dict.fromkeys(keywords), fixturenames=fixtures)


def test_what_needs_the_browser_or_a_cluster_stays_together_and_everything_else_is_a_file() -> None:
    assert together("tests/browser/test_undo.py::test_a[x::y]") == together("tests/browser/test_guide.py::test_b")
    assert together("tests/identity/matching/test_spark.py::test_a") == together(
        "tests/insights/test_insights_on_spark.py::test_b"
    )
    assert together("tests/door/test_trust.py::test_a[x::y]") == "tests/door/test_trust.py"


def test_pure_functions_come_first_and_of_what_is_slow_the_most_of_it() -> None:
    items = [
        item("tests/browser/test_undo.py::test_a", "browser"),
        item("tests/cli/test_serving.py::test_a", "slow"),
        item("tests/door/test_reliability.py::test_a", "slow"),
        item("tests/web/home/test_home_page.py::test_a", fixtures=("tmp_path",)),
        item("tests/cli/test_serving.py::test_b"),
        item("tests/door/test_reliability.py::test_b", "slow"),
        item("tests/browser/test_guide.py::test_a", "browser", "slow"),
        item("tests/spine/test_importing.py::test_a", fixtures=("tmp_path",)),
        item("tests/kernel/test_ids.py::test_a"),
        item("tests/browser/test_guide.py::test_b", "browser"),
    ]
    assert list(dict.fromkeys(together(each.nodeid) for each in sorted(items, key=order_of(items)))) == [
        "tests/kernel/test_ids.py",
        "tests/spine/test_importing.py",
        "tests/web/home/test_home_page.py",
        "tests/browser",
        "tests/door/test_reliability.py",
        "tests/cli/test_serving.py",
    ]
