"""The page of one file before it is imported: how it is read, what each column becomes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from habitue.kernel.errors import HabitueError
from habitue.quality.importing import Preview
from habitue.web.errors import Told, told
from habitue.web.imports import uploads
from habitue.web.imports.choices import chosen
from habitue.web.imports.reading import reading
from habitue.web.imports.uploads import Upload


def file(request: HttpRequest, token: str) -> HttpResponse:
    """How a file is read; a changed choice is sent here and answered with the new reading."""
    upload = uploads.get(request, token)
    try:
        upload, preview = _changed(request, upload) if request.method == "POST" else _read(request, upload)
    except HabitueError as error:
        return _unreadable(request, upload, told(error))
    return _shown(request, upload, preview)


@require_POST
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Queue the import and go to its page."""
    upload = uploads.get(request, token)
    try:
        upload, preview = _changed(request, upload)
    except HabitueError as error:
        return _unreadable(request, upload, told(error))
    try:
        import_id, _job = request.ws.imports.start(
            upload.path, file_name=upload.file_name, source_name=upload.source_name, mapping=preview.mapping
        )
    except HabitueError as error:
        return _shown(request, upload, preview, problem=told(error), status=422)
    uploads.forget(request, upload)
    return redirect("imports:run", import_id=import_id)


@require_POST
def discard(request: HttpRequest, token: str) -> HttpResponse:
    """Leave a file out; nothing of it was stored."""
    uploads.forget(request, uploads.get(request, token))
    waiting = uploads.waiting(request)
    return redirect("imports:file", token=waiting[0].token) if waiting else redirect("imports:list")


def _read(request: HttpRequest, upload: Upload) -> tuple[Upload, Preview]:
    preview = request.ws.imports.preview(
        upload.path, file_name=upload.file_name, source_name=upload.source_name, mapping=upload.mapping
    )
    return _noted(request, upload, preview, is_remembered=upload.is_remembered or preview.is_remembered), preview


def _changed(request: HttpRequest, upload: Upload) -> tuple[Upload, Preview]:
    """The reading after the reader chose something; another source brings the reading it had last."""
    if upload.mapping is None:
        upload, _preview = _read(request, upload)
    name = request.POST.get("source_name", "").strip()[:120] or upload.source_name
    if name != upload.source_name:
        preview = request.ws.imports.preview(upload.path, file_name=upload.file_name, source_name=name)
        if preview.is_remembered:
            return _noted(request, upload, preview, is_remembered=True), preview
    mapping = (chosen(request.POST, upload.mapping) if upload.mapping else None) or upload.mapping
    preview = request.ws.imports.preview(upload.path, file_name=upload.file_name, source_name=name, mapping=mapping)
    return _noted(request, upload, preview, is_remembered=upload.is_remembered and name == upload.source_name), preview


def _noted(request: HttpRequest, upload: Upload, preview: Preview, *, is_remembered: bool) -> Upload:
    return uploads.choose(
        request, upload, source_name=preview.source_name, mapping=preview.mapping, is_remembered=is_remembered
    )


def _shown(
    request: HttpRequest, upload: Upload, preview: Preview, *, problem: Told | None = None, status: int = 200
) -> HttpResponse:
    waiting = [other for other in uploads.waiting(request) if other.token != upload.token]
    shown: dict[str, Any] = {
        "upload": upload,
        "reading": reading(request.ws, preview),
        "same": request.ws.imports.same_numbers(preview),
        "sources": [source.name for source in request.ws.sources.listing()],
        "waiting": waiting,
        "problem": problem,
    }
    template = "imports/file_form.html" if request.htmx else "imports/file.html"
    return render(request, template, shown, status=status)


def _unreadable(request: HttpRequest, upload: Upload, problem: Told) -> HttpResponse:
    uploads.note_unreadable(request, upload)
    waiting = uploads.waiting(request)
    shown = {"upload": upload, "problem": problem, "waiting": waiting}
    return render(request, "imports/unreadable.html", shown, status=422)
