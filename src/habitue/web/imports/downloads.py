"""Files for download: workbooks, and long lists as text that is sent while it is written."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

CSV = "text/csv; charset=utf-8"
BOM = "\ufeff"
ROWS_IN_A_PART = 5_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(content: bytes, name: str) -> HttpResponse:
    """The bytes of a workbook as a file that the browser saves."""
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def streamed(rows: Iterable[Sequence[str]], name: str) -> StreamingHttpResponse:
    """Rows as a file of text with semicolons, as spreadsheets open it; only some are in memory at a time."""
    response = StreamingHttpResponse(_sent(iter(rows)), content_type=CSV)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


async def _sent(rows: Iterator[Sequence[str]]) -> AsyncIterator[bytes]:
    """The parts of the file; the rows are read in a thread, so that other pages are answered meanwhile."""
    yield BOM.encode()
    while part := await sync_to_async(_part)(rows):
        yield part


def _part(rows: Iterator[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(islice(rows, ROWS_IN_A_PART))
    return text.getvalue().encode()
