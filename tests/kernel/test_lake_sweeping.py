"""What is swept at once is never a file that somebody has saved and is about to list."""

from __future__ import annotations

import threading
from pathlib import Path

import pyarrow as pa
import pytest

from habitue.kernel import lake as lakes
from habitue.kernel.ids import Uuid7
from habitue.kernel.lake import Lake
from habitue.kernel.register import Register, metadata

TABLE = pa.table({"number": [1, 2]})


def test_a_file_that_is_not_yet_listed_is_not_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register = Register(f"sqlite:///{tmp_path / 'register.db'}")
    with register.write() as conn:
        metadata.create_all(conn)
    lake = Lake(register, tmp_path / "lake", Uuid7())
    is_saved, is_swept = threading.Event(), threading.Event()
    real = Lake._save

    def save(self: Lake, name: str, table: pa.Table) -> str:
        found = real(self, name, table)
        is_saved.set()
        # Long enough for a sweep that does not wait; one that does ends after the file was listed.
        is_swept.wait(0.3)
        return found

    def sweep() -> None:
        is_saved.wait()
        lake.sweep(grace=0)
        is_swept.set()

    monkeypatch.setattr(lakes.Lake, "_save", save)
    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    lake.append("numbers", TABLE, first_seq=1, last_seq=2)
    sweeper.join()
    assert [Path(path).exists() for path in lake.paths("numbers")] == [True]
    (tmp_path / "lake" / "numbers" / "left.parquet").write_bytes(b"")
    lake.sweep(grace=0)
    assert len(list((tmp_path / "lake" / "numbers").iterdir())) == 1
    lake.close()
    register.close()
