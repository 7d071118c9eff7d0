"""Pages of sources: the list, a new one, one source with what arrives this moment."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from habitue.access.policy import allowed
from habitue.collect import imports
from habitue.collect.traffic import ACCEPTED, NOBODY
from habitue.door.snippets import proof_snippet, snippets
from habitue.kernel.text import gettext_noop as _
from habitue.web.navigation import NavEntry
from habitue.web.routing import route
from habitue.web.sources import keys, live, quarantine, sparkline, trial
from habitue.web.sources.forms import NewSourceForm
from habitue.web.sources.reasons import refused

if TYPE_CHECKING:
    from habitue.collect.figures import SourceFigures
    from habitue.collect.sources import Source
    from habitue.workspace import Workspace

FIGURES_SECONDS = 60.0
_counted: dict[Path, tuple[float, Mapping[str, SourceFigures]]] = {}
ORDER = ("Browser", "Node", "Python", "curl")


@dataclass(frozen=True, slots=True)
class Row:
    """One source in the list."""

    source: Source
    last_at: datetime | None
    minutes: SafeString
    now: int
    accepted: int
    refused: int
    waiting: int


def listing(request: HttpRequest) -> HttpResponse:
    """Every source with what it sends."""
    rows = _rows(request.ws, request.ws.sources.listing())
    strangers = sum(each.messages for each in request.ws.sources.outcomes().get(NOBODY, {}).values())
    return render(request, "sources/list.html", {"rows": rows, "strangers": strangers})


def listing_rows(request: HttpRequest) -> HttpResponse:
    """The rows of the list, as a fragment that is renewed."""
    return render(request, "sources/list_rows.html", {"rows": _rows(request.ws, request.ws.sources.listing())})


def new(request: HttpRequest) -> HttpResponse:
    """A source with its first key."""
    form = NewSourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        source = request.ws.sources.create(told["name"].strip())
        issued = request.ws.sources.create_key(
            source.source_id, kind=told["kind"], allowed_origins=told["origins"], rate_per_minute=told["rate"]
        )
        return keys.given(request, issued)
    return render(request, "sources/new.html", {"form": form})


def show(request: HttpRequest, source_id: str) -> HttpResponse:
    """One source: what arrives, its keys, lines to copy, what was refused and why, its rules."""
    ws = request.ws
    source = ws.sources.get(source_id)
    shown = _arriving(request, source)
    shown["rules"] = ws.sources.rules(source_id)
    if allowed(ws.actor, "sources.edit"):
        shown["keys"] = keys.listed(ws, source_id)
        shown["snippets"], shown["is_key_kept"] = _snippets(request, source_id)
        shown["rules_form"] = quarantine.rules_form(ws, source_id)
    return render(request, "sources/show.html", shown)


def now(request: HttpRequest, source_id: str) -> HttpResponse:
    """What arrives this moment and what was wrong with it, as a fragment that is renewed every second."""
    shown = _arriving(request, request.ws.sources.get(source_id))
    return render(request, "sources/now.html", {**shown, "is_renewed": True})


def _arriving(request: HttpRequest, source: Source) -> dict[str, Any]:
    ws = request.ws
    (row,) = _rows(ws, [source])
    may_edit = allowed(ws.actor, "sources.edit")
    return {
        "source": source,
        "row": row,
        "lines": live.lines(ws, source.source_id),
        "refusals": _refusals(ws, source.source_id),
        "held": quarantine.reasons(ws, source.source_id),
        "has_lines": may_edit and keys.has_active(ws, source.source_id),
        "has_test": may_edit and keys.newest_public(ws, source.source_id) is not None,
    }


@require_POST
def test(request: HttpRequest, source_id: str) -> HttpResponse:
    """Send a test event through the door."""
    key = keys.newest_public(request.ws, source_id)
    if key is None:
        messages.error(request, gettext("A test event needs a public key that is active. Make one first."))
        return redirect("sources:show", source_id=source_id)
    answer = trial.send(request.ws, key)
    if answer.get("success"):
        messages.success(request, gettext("The door took the test event. It appears below in a moment."))
    else:
        reason = answer.get("code") or answer["rejected"][0]["code"]
        messages.error(request, gettext("The door refused the test event: %(reason)s") % {"reason": refused(reason)})
    return redirect("sources:show", source_id=source_id)


def _rows(ws: Workspace, sources: Any) -> list[Row]:
    moment = ws.clock.now()
    minutes = ws.sources.by_minute([each.source_id for each in sources], since=sparkline.since(moment))
    only = sources[0].source_id if len(sources) == 1 else None
    outcomes, held = ws.sources.outcomes(), ws.sources.quarantine_counts(only)
    figures = _figures(ws)
    with ws.register.read() as conn:
        of_files = imports.brought(conn)
    rows = []
    for source in sources:
        told = outcomes.get(source.source_id, {})
        accepted = told.get(ACCEPTED)
        brought = figures.get(source.source_id)
        filed, filed_at = of_files.get(source.source_id, (0, None))
        arrived = [at for at in (accepted and accepted.last_at, filed_at) if at]
        last = arrived or [at for at in (brought and brought.last_at,) if at]
        numbers = sparkline.per_minute(minutes.get(source.source_id, {}), moment)
        waiting = sum(n for (state, _), n in held.get(source.source_id, {}).items() if state == "open")
        rows.append(
            Row(
                source=source,
                last_at=min(max(last), moment) if last else None,
                minutes=sparkline.bars(numbers),
                now=max(numbers[-2:]),
                accepted=max(brought.events if brought else 0, filed + (accepted.messages if accepted else 0)),
                refused=sum(each.messages for code, each in told.items() if code != ACCEPTED),
                waiting=waiting,
            )
        )
    return sorted(rows, key=lambda row: (row.last_at is None, row.source.name.casefold()))


def _figures(ws: Workspace) -> Mapping[str, SourceFigures]:
    """Events of every source from the replica, at most a minute old: the views that are renewed ask for them often."""
    now = time.monotonic()
    known = _counted.get(ws.folder)
    if known is None or now - known[0] > FIGURES_SECONDS:
        known = _counted[ws.folder] = (now, ws.sources.figures())
    return known[1]


def _refusals(ws: Workspace, source_id: str) -> list[tuple[str, int, datetime]]:
    told = ws.sources.outcomes().get(source_id, {})
    return [(refused(code), each.messages, each.last_at) for code, each in told.items() if code != ACCEPTED]


def _snippets(request: HttpRequest, source_id: str) -> tuple[list[tuple[str, str]], bool]:
    """Lines to copy, and whether a secret key is left out of them because only its owner has it."""
    if not keys.has_active(request.ws, source_id):
        return [], False
    key = keys.newest_public(request.ws, source_id)
    address = request.build_absolute_uri("/").rstrip("/")
    has_files = bool(request.ws.config.door.sdk_folder)
    found = snippets(key or keys.HIDDEN, address, is_secret=key is None, has_sdk_files=has_files)
    lines = [(name, found[name]) for name in ORDER if name in found]
    proof = (gettext("Proof by your server"), proof_snippet(request.ws.sources.proof_secret(source_id)))
    return ([*lines, proof], False) if key else (lines[::-1], True)


ROUTES = (
    route("", listing, name="list", permission="sources.read"),
    route("rows/", listing_rows, name="rows", permission="sources.read"),
    route("new/", new, name="new", permission="sources.edit"),
    route("<str:source_id>/", show, name="show", permission="sources.read"),
    route("<str:source_id>/now/", now, name="now", permission="sources.read"),
    route("<str:source_id>/test/", test, name="test", permission="sources.edit"),
    *keys.ROUTES,
    *quarantine.ROUTES,
)
NAVIGATION = NavEntry(
    section="trust", label=_("Sources"), url_name="sources:list", icon="source", permission="sources.read", order=2
)
