"""Pages of the exports: which lists were made, one of them, its file, and making a new one."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from habitue.access.policy import allowed
from habitue.activation import columns, exports
from habitue.activation.exports import Export
from habitue.activation.targets import TARGETS
from habitue.audiences.fields import own_fields
from habitue.audit import ledger
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.privacy import purposes
from habitue.web import paging
from habitue.web.attachments import attachment
from habitue.web.exports import making
from habitue.web.models import User
from habitue.web.navigation import NavEntry
from habitue.web.routing import route


@dataclass(frozen=True, slots=True)
class ExportRow:
    """An export as it is shown: who made it and what for, in words; whether its file is still kept."""

    export: Export
    who: str
    purpose: str
    target: str
    is_kept: bool


def overview(request: HttpRequest) -> HttpResponse:
    """Every list that was made, the newest first."""
    ws = request.ws.context
    page = paging.page(paging.wanted(request.GET.get("page")), exports.count(ws))
    found = exports.listing(ws, offset=page.offset, limit=page.size)
    return render(request, "exports/overview.html", {"rows": _rows(ws, found), "page": page})


def show(request: HttpRequest, export_id: str) -> HttpResponse:
    """One list: what is in it, who was left out and why, and its file."""
    ws = request.ws.context
    row = _rows(ws, [exports.get(ws, export_id)])[0]
    known = {column.name: gettext(column.label) for column in columns.columns(own_fields(ws))}
    shown = {
        "row": row,
        "columns": [known.get(name, name) for name in row.export.columns],
        "audience": making.audience_of(ws, row.export.audience_id) if allowed(ws.actor, "audiences.read") else None,
    }
    return render(request, "exports/show.html", shown)


def download(request: HttpRequest, export_id: str) -> HttpResponse:
    """The file of a list; that it was taken is told to the ledger."""
    ws = request.ws.context
    path = exports.path(ws, export_id)
    with ws.register.write() as conn:
        ledger.record(conn, ws, verb="export.downloaded", subject_kind="export", subject_id=export_id)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return attachment(path.read_bytes(), kind, path.name)


def _rows(ws: Context, found: Sequence[Export]) -> list[ExportRow]:
    names = _names(found)
    with ws.register.read() as conn:
        known = {purpose.purpose_id: purpose.name for purpose in purposes.listing(conn)}
    folder = exports.folder(ws)
    return [
        ExportRow(
            export=item,
            who=names.get(item.actor_id, item.actor_id),
            purpose=gettext(known.get(item.purpose, item.purpose)),
            target=gettext(TARGETS[item.target].label) if item.target in TARGETS else item.target,
            is_kept=item.deleted_at is None and (folder / item.file_name).is_file(),
        )
        for item in found
    ]


def _names(found: Sequence[Export]) -> Mapping[str, str]:
    ids = {item.actor_id for item in found}
    users = dict(User.objects.filter(user_id__in=ids).values_list("user_id", "name"))
    return {"folder": gettext("Command line"), "system": "Habitué", **users}


ROUTES = (
    route("", overview, name="list", permission="exports.read"),
    route("new/", making.new, name="new", permission="people.export"),
    route("<str:export_id>/", show, name="show", permission="exports.read"),
    route("<str:export_id>/file/", download, name="file", permission="people.export"),
)
NAVIGATION = NavEntry(
    section="act", label=_("Exports"), url_name="exports:list", icon="export", permission="exports.read"
)
