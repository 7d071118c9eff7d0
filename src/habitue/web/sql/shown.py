"""The page of SQL as it is shown with a query in its field."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from habitue.access.masks import sees_contacts
from habitue.kernel.console import SECONDS

EXAMPLE = "SELECT country, count(*) AS people\nFROM users\nGROUP BY country\nORDER BY people DESC"


def shown_page(request: HttpRequest, query: str, more: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """The whole page."""
    shown = {
        "query": query,
        "run_id": secrets.token_urlsafe(12),
        "seconds": SECONDS,
        "example": EXAMPLE,
        "is_masked": not sees_contacts(request.ws.actor),
    }
    return render(request, "sql/overview.html", {**shown, **more}, status=status)
