"""Pages of imports: choose files, see how they are read, import, look at the result, take it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from habitue.collect import imports as store
from habitue.kernel.text import gettext_noop as _
from habitue.web import paging
from habitue.web.attachments import attachment
from habitue.web.imports import files, outcome, uploads
from habitue.web.imports.downloads import XLSX, streamed
from habitue.web.navigation import NavEntry
from habitue.web.routing import route
from habitue.web.set_aside import MOST_IN_A_WORKBOOK, NO_CUSTOMER, lines, told_apart

ACCEPTED = ".csv,.tsv,.txt,.xlsx,.ods,.jsonl,.ndjson,.parquet,.gz"
PAGE = 25


def listing(request: HttpRequest) -> HttpResponse:
    """The place to drop files, and what was imported so far."""
    number = paging.wanted(request.GET.get("page"))
    found = request.ws.imports.listing(offset=(number - 1) * PAGE, limit=PAGE + 1)
    names = _source_names(request)
    shown = {
        "imports": [_row(request, item, names) for item in found[:PAGE]],
        "page": paging.Page(number=number, size=PAGE, total=None, has_next=len(found) > PAGE),
        "waiting": uploads.waiting(request),
        "accepted": ACCEPTED,
        "source_name": request.GET.get("source", "")[:120],
    }
    return render(request, "imports/list.html", shown)


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep the files that were sent, and show how the first of them is read."""
    sent: list[UploadedFile] = request.FILES.getlist("file")
    if not sent:
        messages.error(request, gettext("No file arrived. Choose one, or drop it on the field."))
        return redirect("imports:list")
    source_name = request.POST.get("source_name", "").strip()
    kept = [uploads.keep(request, file, source_name=source_name) for file in sent]
    return _to(request, "imports:file", kept[0].token)


def run(request: HttpRequest, import_id: str) -> HttpResponse:
    """An import: how far it is, or what became of every row."""
    item = request.ws.imports.get(import_id)
    job = request.ws.imports.job(import_id)
    shown: dict[str, Any] = {
        "item": item,
        "job": job,
        "source_name": _source_names(request).get(item.source_id, item.source_id),
        "state": outcome.STATES[outcome.state_of(item, job)],
        "state_name": outcome.state_of(item, job),
        "next_file": next(iter(uploads.waiting(request)), None),
    }
    if job is not None and outcome.is_open(item, job):
        shown["progress"] = outcome.progress(item, job, request.ws.clock.now())
        return render(request, "imports/running.html", shown)
    with request.ws.register.read() as conn:
        shown["set_aside"] = told_apart(conn, item)
    shown["reasons"] = outcome.reasons(request.ws, import_id, but=NO_CUSTOMER) if item.rows_set_aside else ()
    shown["left_out"] = outcome.reasons(request.ws, import_id, state="noted") if item.values_left_out else ()
    shown.update(_aside(request, import_id, "open"))
    return render(request, "imports/result.html", shown)


def progress(request: HttpRequest, import_id: str) -> HttpResponse:
    """How far a running import is, as a fragment; when it has ended, the page is loaded anew."""
    item = request.ws.imports.get(import_id)
    job = request.ws.imports.job(import_id)
    if job is None or not outcome.is_open(item, job):
        return HttpResponseClientRefresh() if request.htmx else redirect("imports:run", import_id=import_id)
    shown = {"item": item, "job": job, "progress": outcome.progress(item, job, request.ws.clock.now())}
    return render(request, "imports/progress.html", shown)


@require_POST
def cancel(request: HttpRequest, import_id: str) -> HttpResponse:
    """Stop a running import."""
    request.ws.imports.cancel(import_id)
    return progress(request, import_id) if request.htmx else redirect("imports:run", import_id=import_id)


@require_POST
def undo(request: HttpRequest, import_id: str) -> HttpResponse:
    """Take an import back."""
    request.ws.imports.undo(import_id)
    messages.success(request, gettext("The import was taken back."))
    return redirect("imports:run", import_id=import_id)


def rows(request: HttpRequest, import_id: str) -> HttpResponse:
    """More rows that were set aside, or values that were left out, as a fragment."""
    state = "noted" if request.GET.get("state") == "noted" else "open"
    shown = {"item": request.ws.imports.get(import_id), **_aside(request, import_id, state)}
    return render(request, "imports/aside.html", shown)


def set_aside_file(request: HttpRequest, import_id: str) -> HttpResponseBase:
    """The rows that were set aside as a workbook (very many as text), to be corrected and imported again."""
    item = request.ws.imports.get(import_id)
    name = f"{Path(item.file_name).stem} – {gettext('set aside')}"
    if item.rows_set_aside > MOST_IN_A_WORKBOOK:
        return streamed(lines(request.ws.context, import_id, get_language() or "en"), f"{name}.csv")
    return attachment(request.ws.imports.set_aside_file(import_id, gettext), XLSX, f"{name}.xlsx")


def template(request: HttpRequest) -> HttpResponse:
    """A workbook with explained headings to start from, in the reader's language."""
    language = (get_language() or "en")[:2]
    return attachment(request.ws.imports.template(language, gettext), XLSX, f"habitue-{gettext('template')}.xlsx")


def _aside(request: HttpRequest, import_id: str, state: str) -> dict[str, Any]:
    offset = (paging.wanted(request.GET.get("page")) - 1) * outcome.PAGE
    found = outcome.aside(request.ws, import_id, state=state, offset=offset)
    following = offset // outcome.PAGE + 2 if len(found) == outcome.PAGE else None
    return {"aside": found, "aside_state": state, "following": following}


def _source_names(request: HttpRequest) -> dict[str, str]:
    return {source.source_id: source.name for source in request.ws.sources.listing()}


def _row(request: HttpRequest, item: store.Import, names: dict[str, str]) -> dict[str, Any]:
    job = request.ws.imports.job(item.import_id) if item.state == "running" else None
    label, tone = outcome.STATES[outcome.state_of(item, job)]
    with request.ws.register.read() as conn:
        aside = told_apart(conn, item)
    return {"item": item, "aside": aside, "source_name": names.get(item.source_id, item.source_id),
            "label": label, "tone": tone}  # fmt: skip


def _to(request: HttpRequest, name: str, key: str) -> HttpResponse:
    answer = redirect(name, key)
    return HttpResponseClientRedirect(answer.url) if request.htmx else answer


ROUTES = (
    route("", listing, name="list", permission="imports.read"),
    route("template/", template, name="template", permission="imports.read"),
    route("upload/", upload, name="upload", permission="imports.run"),
    route("files/<str:token>/", files.file, name="file", permission="imports.run"),
    route("files/<str:token>/start/", files.start, name="start", permission="imports.run"),
    route("files/<str:token>/discard/", files.discard, name="discard", permission="imports.run"),
    route("<str:import_id>/", run, name="run", permission="imports.read"),
    route("<str:import_id>/progress/", progress, name="progress", permission="imports.read"),
    route("<str:import_id>/rows/", rows, name="rows", permission="imports.read"),
    route("<str:import_id>/set-aside/", set_aside_file, name="set_aside", permission="imports.read"),
    route("<str:import_id>/cancel/", cancel, name="cancel", permission="imports.run"),
    route("<str:import_id>/undo/", undo, name="undo", permission="imports.run"),
)
NAVIGATION = NavEntry(
    section="trust", label=_("Import"), url_name="imports:list", icon="import", permission="imports.read", order=1
)
