"""Reading again ends: a file that stays away is an error like any other."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from habitue.kernel.rereading import READ_AGAIN_SECONDS, again


def test_a_file_that_stays_away_is_an_error_after_all(tmp_path: Path) -> None:
    waited: list[float] = []
    with duckdb.connect() as con, pytest.raises(duckdb.IOException, match="gone"):
        again(lambda: con.read_parquet(str(tmp_path / "gone.parquet")), waited.append)
    assert waited == list(READ_AGAIN_SECONDS)


def test_any_other_error_is_told_at_once() -> None:
    waited: list[float] = []
    with pytest.raises(ZeroDivisionError):
        again(lambda: 1 // 0, waited.append)
    assert waited == []
