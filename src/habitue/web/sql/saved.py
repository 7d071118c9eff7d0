"""Saved queries beside the field: save, open, run again, remove with the text kept in the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from habitue.activation.console import remove as removing
from habitue.activation.console import save as saving
from habitue.activation.console import saved
from habitue.activation.console.save import QueryNameTaken, QueryNotSaved
from habitue.activation.console.saved import SavedQuery
from habitue.web import errors
from habitue.web.sql.shown import shown_page

Folders = Sequence[tuple[str, Sequence[SavedQuery]]]


def told(request: HttpRequest, opened: SavedQuery | None) -> Mapping[str, Any]:
    """What the page shows of saved queries: all of them by folder, and the one that is open."""
    every = saved.listing(request.ws.context)
    folders: Folders = [(name, list(group)) for name, group in groupby(every, key=lambda each: each.folder)]
    form = {"name": opened.name, "folder": opened.folder} if opened else {"name": "", "folder": ""}
    return {"folders": folders, "folder_names": [name for name, _group in folders if name], "opened": opened,
            "form": form}  # fmt: skip


def opened(request: HttpRequest) -> SavedQuery | None:
    """The saved query that the request names; raises NotFound."""
    query_id = (request.POST if request.method == "POST" else request.GET).get("saved", "")
    return saved.get(request.ws.context, query_id) if query_id else None


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save what stands in the field, under a new name as a query of its own."""
    before, asked = opened(request), request.POST
    name, folder, query = (asked.get(key, "") for key in ("name", "folder", "query"))
    is_same = before is not None and saved.key_of(before.name) == saved.key_of(name)
    query_id = before.query_id if before is not None and is_same else ""
    try:
        made = saving.save(request.ws.context, name=name, query=query, folder=folder, query_id=query_id)
    except (QueryNotSaved, QueryNameTaken) as problem:
        shown = {**told(request, before), "form": {"name": name, "folder": folder}, "is_saving": True,
                 "save_problem": errors.told(problem)}  # fmt: skip
        return shown_page(request, query, shown, status=422)
    messages.success(request, gettext("“%(name)s” is saved.") % {"name": made.name})
    return redirect(f"{resolve_url('sql:ask')}?saved={made.query_id}")


@require_POST
def remove(request: HttpRequest, query_id: str) -> HttpResponse:
    """Remove a saved query; its text stays in the field, where it can be saved again."""
    gone = removing.remove(request.ws.context, query_id=query_id)
    shown = {**told(request, None), "form": {"name": gone.name, "folder": gone.folder}, "is_saving": True,
             "removed": gone}  # fmt: skip
    return shown_page(request, gone.query, shown)
