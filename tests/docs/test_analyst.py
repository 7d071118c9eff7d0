"""What the page for analysts shows is so: its SQL runs, its dbt sources fit the files; its Python runs elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "analyst.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first block of Python has left a workspace with its files."""
    here = tmp_path_factory.mktemp("analyst")
    subprocess.run([sys.executable, "-c", blocks("python")[0]], cwd=here, check=True, capture_output=True)
    return here


def test_every_query_runs_on_the_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert len(blocks("sql")) == 2
    for block in blocks("sql"):
        with duckdb.connect() as con:
            assert con.execute(block).fetchall()


def test_the_sources_for_dbt_are_files_with_these_columns(folder: Path) -> None:
    told = blocks("yaml")[1]
    pattern = re.search(r"read_parquet\('(.+?)'\)", told)
    assert pattern
    for table in re.findall(r"^      - name: (\w+)$", told, re.MULTILINE):
        columns = pq.read_schema(folder / pattern[1].format(name=table)).names
        assert "profile_id" in columns
    assert {"profile_id", "total"} <= set(pq.read_schema(folder / "shop/warehouse/order_completed.parquet").names)


def test_the_page_names_every_table_that_there_is_and_nobody_else_reads_the_files(folder: Path) -> None:
    written = {path.stem for path in (folder / "shop" / "warehouse").glob("*.parquet")}
    assert written <= set(re.findall(r"`(\w+)`", PAGE))
    assert {path.stat().st_mode & 0o077 for path in (folder / "shop" / "warehouse").glob("*")} == {0}
