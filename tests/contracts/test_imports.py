"""Who may import whom: the contracts of .importlinter, and what they cannot say."""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "habitue"
HEAVY = ("pandas", "django", "ibis", "duckdb", "sqlalchemy", "pyarrow", "numpy", "altair", "babel", "rich", "click")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("habitue", include_external_packages=True, cache_dir=None)


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def test_the_contracts_are_kept() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as l; l()", "--no-cache"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_area_of_the_pages_is_held_to_independence() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    listed = set(contracts["importlinter:contract:areas"]["modules"].split())
    assert listed == {f"habitue.web.{pages.parent.name}" for pages in (SOURCE / "web").glob("*/pages.py")}


def test_nobody_inside_imports_the_package_root(graph: grimp.ImportGraph) -> None:
    assert graph.find_modules_that_directly_import("habitue") == set()


def test_only_the_lake_names_the_engine(graph: grimp.ImportGraph) -> None:
    # The engine knows its errors, and Ibis opens it everywhere else; the process of a query starts without Ibis, in a
    # tenth of the time.
    named = {"habitue.kernel.console_child", "habitue.kernel.engine"}
    assert graph.find_modules_that_directly_import("duckdb") == named
    for path in modules():
        names = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ibis"
        }
        engines = {SOURCE / "kernel" / name for name in ("engine.py", "cluster.py")}
        assert not names & {"duckdb", "pyspark"} or path in engines, path


def test_a_rooms_init_holds_only_its_docstring() -> None:
    for path in modules():
        if path.name == "__init__.py" and path.parent != SOURCE:
            body = ast.parse(path.read_text("utf-8")).body
            docstrings = [node for node in body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
            assert body == docstrings, path


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path in modules() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert [path for path in silent if "migrations" not in path.parts] == []


def test_no_module_is_called_after_nothing() -> None:
    assert not {path.stem for path in modules()} & {"utils", "util", "helpers", "common", "manager", "misc"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, habitue; dir(habitue); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in HEAVY if name in loaded]


def test_the_package_offers_its_list_and_nothing_else() -> None:
    import habitue

    assert [name for name in habitue.__all__ if not callable(getattr(habitue, name))] == []
    with pytest.raises(AttributeError, match="no attribute 'clos'"):
        _ = habitue.clos
