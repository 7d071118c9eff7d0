"""Files that the browser saves instead of showing them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from habitue.activation.safe_cells import csv_text

BOM = "\ufeff"
CSV = "text/csv; charset=utf-8"
R = TypeVar("R", bound=HttpResponseBase)


def saved_as(response: R, name: str) -> R:
    """The response as a file of this name."""
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def attachment(content: bytes, kind: str, name: str) -> HttpResponse:
    """Bytes of a media type as a file."""
    return saved_as(HttpResponse(content, content_type=kind), name)


def spreadsheet(rows: Iterable[Sequence[str]], name: str) -> HttpResponse:
    """Rows as a file of text with semicolons, as spreadsheets open it, safe against formulas."""
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([csv_text(cell) for cell in row] for row in rows)
    return attachment((BOM + text.getvalue()).encode(), CSV, name)
