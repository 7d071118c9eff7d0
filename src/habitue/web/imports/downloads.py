"""Long lists as text that is sent while it is written."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse

from habitue.web.attachments import BOM, CSV, saved_as

ROWS_IN_A_PART = 5_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def streamed(rows: Iterable[Sequence[str]], name: str) -> StreamingHttpResponse:
    """Rows as a file of text with semicolons, as spreadsheets open it; only some are in memory at a time."""
    return saved_as(StreamingHttpResponse(_sent(iter(rows)), content_type=CSV), name)


async def _sent(rows: Iterator[Sequence[str]]) -> AsyncIterator[bytes]:
    """The parts of the file; the rows are read in a thread, so that other pages are answered meanwhile."""
    yield BOM.encode()
    while part := await sync_to_async(_part)(rows):
        yield part


def _part(rows: Iterator[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(islice(rows, ROWS_IN_A_PART))
    return text.getvalue().encode()
