"""Keys of a source: make, rotate, pause, delete, and where each may be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from habitue.access.key_changes import Issued
from habitue.door.snippets import snippets
from habitue.kernel.errors import NotFound
from habitue.kernel.text import gettext_noop as _
from habitue.web.routing import route
from habitue.web.sources.forms import KeyForm, NewKeyForm

if TYPE_CHECKING:
    from habitue.access.api_keys import ApiKey
    from habitue.workspace import Workspace

STATES = {
    "active": (_("active"), ""),
    "paused": (_("paused"), "w"),
    "expired": (_("expired"), "n"),
    "revoked": (_("deleted"), "n"),
}


HIDDEN = "sk_…"


@dataclass(frozen=True, slots=True)
class Listed:
    """A key as it is shown; deleted ones are not."""

    key: ApiKey
    state: str
    label: str
    tone: str


def listed(ws: Workspace, source_id: str) -> list[Listed]:
    """The keys of a source that are not deleted."""
    now = ws.clock.now()
    found = [(key, key.state(now)) for key in ws.sources.keys(source_id)]
    return [Listed(key, state, *STATES[state]) for key, state in found if state != "revoked"]


def has_active(ws: Workspace, source_id: str) -> bool:
    """Whether a source has a key, of either kind, that may be used now."""
    now = ws.clock.now()
    return any(key.state(now) == "active" for key in ws.sources.keys(source_id))


def newest_public(ws: Workspace, source_id: str) -> str | None:
    """The newest public key that may be used now."""
    now = ws.clock.now()
    found = [key.public_key for key in ws.sources.keys(source_id) if key.public_key and key.state(now) == "active"]
    return found[-1] if found else None


def given(request: HttpRequest, issued: Issued) -> HttpResponse:
    """To the source; a secret key is shown first, this once."""
    if not issued.key.is_secret:
        messages.success(request, gettext("The key is ready. Copy the lines below to where you want to send from."))
        return redirect("sources:show", source_id=issued.key.source_id)
    source = request.ws.sources.get(issued.key.source_id)
    lines = snippets(issued.text, request.build_absolute_uri("/").rstrip("/"), is_secret=True)
    return render(request, "sources/secret.html", {"issued": issued, "source": source, "snippets": lines.items()})


def key_new(request: HttpRequest, source_id: str) -> HttpResponse:
    """One key more."""
    source = request.ws.sources.get(source_id)
    form = NewKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        issued = request.ws.sources.create_key(
            source_id, kind=told["kind"], allowed_origins=told["origins"], rate_per_minute=told["rate"]
        )
        return given(request, issued)
    return render(request, "sources/key_new.html", {"form": form, "source": source})


def key_edit(request: HttpRequest, source_id: str, key_id: str) -> HttpResponse:
    """Where a key may be used, and how fast."""
    key = _key(request, source_id, key_id)
    initial = {"origins": "\n".join(key.allowed_origins), "rate": key.rate_per_minute}
    form = KeyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        request.ws.sources.change_key(key_id, allowed_origins=told["origins"], rate_per_minute=told["rate"])
        messages.success(request, gettext("Saved."))
        return redirect("sources:show", source_id=source_id)
    shown = {"form": form, "key": key, "source": request.ws.sources.get(source_id)}
    return render(request, "sources/key_edit.html", shown)


@require_POST
def key_rotate(request: HttpRequest, source_id: str, key_id: str) -> HttpResponse:
    """Replace a key; the former one stays valid for a week."""
    _key(request, source_id, key_id)
    issued = request.ws.sources.rotate_key(key_id)
    messages.success(request, gettext("The former key is valid for seven more days."))
    return given(request, issued)


@require_POST
def key_pause(request: HttpRequest, source_id: str, key_id: str) -> HttpResponse:
    """Pause a key, or let it send again."""
    key = _key(request, source_id, key_id)
    if key.paused_at is None:
        request.ws.sources.pause_key(key_id)
        messages.success(request, gettext("The key is paused: the door refuses what comes with it."))
    else:
        request.ws.sources.resume_key(key_id)
        messages.success(request, gettext("The key takes messages again."))
    return redirect("sources:show", source_id=source_id)


def key_delete(request: HttpRequest, source_id: str, key_id: str) -> HttpResponse:
    """Delete a key, after asking: this cannot be undone."""
    key = _key(request, source_id, key_id)
    if request.method == "POST":
        request.ws.sources.revoke_key(key_id)
        messages.success(request, gettext("The key is deleted: the door refuses what comes with it."))
        return redirect("sources:show", source_id=source_id)
    return render(request, "sources/key_delete.html", {"key": key, "source": request.ws.sources.get(source_id)})


def _key(request: HttpRequest, source_id: str, key_id: str) -> ApiKey:
    found = next((key for key in request.ws.sources.keys(source_id) if key.key_id == key_id), None)
    if found is None:
        raise NotFound(what=_("key"), key=key_id)
    return found


ROUTES = (
    route("<str:source_id>/keys/new/", key_new, name="key_new", permission="sources.edit"),
    route("<str:source_id>/keys/<str:key_id>/", key_edit, name="key_edit", permission="sources.edit"),
    route("<str:source_id>/keys/<str:key_id>/rotate/", key_rotate, name="key_rotate", permission="sources.edit"),
    route("<str:source_id>/keys/<str:key_id>/pause/", key_pause, name="key_pause", permission="sources.edit"),
    route("<str:source_id>/keys/<str:key_id>/delete/", key_delete, name="key_delete", permission="sources.edit"),
)
