"""A page whose files are taken away while it reads them is read again, as it is then."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from habitue.web.routing import PUBLIC, guarded, route


def reading(paths: list[Path], told: list[Path]) -> HttpResponse:
    """What a view does: it learns the name of the file, and reads it a moment later."""
    path = paths.pop(0)
    told.append(path)
    return HttpResponse(str(ibis.duckdb.connect().read_parquet(path).count().to_pyarrow()))


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A file that was taken away, and the one that was written in its place."""
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "new.parquet")
    return [tmp_path / "gone.parquet", tmp_path / "new.parquet"]


def test_a_page_that_only_shows_is_read_again(files: list[Path]) -> None:
    told: list[Path] = []
    view = guarded(route("a/", lambda _request: reading(files, told), name="a", permission=PUBLIC))
    assert view(RequestFactory().get("/a/")).content == b"2"
    assert len(told) == 2


def test_what_changes_something_is_done_once(files: list[Path]) -> None:
    told: list[Path] = []
    view = guarded(route("a/", lambda _request: reading(files, told), name="a", permission=PUBLIC))
    with pytest.raises(Exception, match="gone"):
        view(RequestFactory().post("/a/"))
    assert len(told) == 1


def test_any_other_error_is_told_at_once() -> None:
    asked: list[HttpRequest] = []

    def broken(request: HttpRequest) -> HttpResponse:
        asked.append(request)
        raise KeyError("other")

    with pytest.raises(KeyError, match="other"):
        guarded(route("a/", broken, name="a", permission=PUBLIC))(RequestFactory().get("/a/"))
    assert len(asked) == 1
