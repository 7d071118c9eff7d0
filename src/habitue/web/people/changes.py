"""Pages that change people: separate, join, take both back, erase."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from habitue.kernel.errors import NotFound
from habitue.kernel.text import gettext_noop as _
from habitue.web.profile_parts.identities import where_now
from habitue.web.profile_parts.lists import asked, written
from habitue.web.templatetags.show import number

MOST_PARTS = 20


@require_POST
def separate(request: HttpRequest, profile_id: str) -> HttpResponse:
    """Take one identifier out of a person, and show who they are now."""
    identifier_id = request.POST.get("identifier", "")
    known = request.ws.people.identities(profile_id).identifiers
    ids = [item.identifier_id for item in known]
    if not identifier_id.isdecimal() or int(identifier_id) not in ids:
        messages.error(request, gettext("This number or address no longer belongs to this person. Nothing changed."))
        return redirect("people:person", profile_id=profile_id)
    request.ws.people.separate(int(identifier_id), reason=_reason(request))
    query = urlencode({"id": where_now(request.ws.context, ids)}, doseq=True)
    return redirect(f"{reverse('people:separated')}?{query}")


def separated(request: HttpRequest) -> HttpResponse:
    """Who came out of a separation, with the way back."""
    rows = request.ws.people.rows_of(_ids(request.GET.getlist("id")))
    if not rows:
        raise NotFound(what=_("person"), key=request.GET.get("id", "")[:20])
    return render(request, "people/separated.html", {"rows": written(rows)})


@require_POST
def rejoin(request: HttpRequest) -> HttpResponse:
    """Take a separation back."""
    ids = _ids(request.POST.getlist("id"))
    for other in ids[1:]:
        first = request.ws.people.get(ids[0]).row.profile_id
        request.ws.people.join([first, request.ws.people.get(other).row.profile_id], reason=_reason(request))
    if not ids:
        return redirect("people:list")
    today = request.ws.people.get(ids[0]).row.profile_id
    messages.success(request, gettext("They are one person again."))
    return redirect("people:person", profile_id=today)


def join(request: HttpRequest, profile_id: str) -> HttpResponse:
    """Search the other person, and join the two."""
    found = request.ws.people.get(profile_id)
    today = found.row.profile_id
    if request.method == "POST":
        return _joined(request, today)
    query = asked(request).query
    rows = request.ws.people.search(query) if query else ()
    shown = {
        "row": found.row,
        "query": query,
        "rows": [row for row in written(rows) if row.profile_id != today and row.kind == found.row.kind],
    }
    return render(request, "people/join_rows.html" if request.htmx else "people/join.html", shown)


@require_POST
def undo_join(request: HttpRequest, profile_id: str) -> HttpResponse:
    """Take one decision back that two identifiers belong together."""
    known = request.ws.people.identities(profile_id)
    ids = [item.identifier_id for item in known.identifiers]
    wanted = {request.POST.get("a", ""), request.POST.get("b", "")}
    for link in known.links:
        if {str(link.a.identifier_id), str(link.b.identifier_id)} == wanted:
            request.ws.people.undo_link(link.a.identifier_id, link.b.identifier_id, reason=_reason(request))
            query = urlencode({"id": where_now(request.ws.context, ids)}, doseq=True)
            return redirect(f"{reverse('people:separated')}?{query}")
    messages.error(request, gettext("This was taken back already. Nothing changed."))
    return redirect("people:person", profile_id=profile_id)


def erase(request: HttpRequest, profile_id: str) -> HttpResponse:
    """Erase a person for good, after a confirmation that says in numbers what goes."""
    found = request.ws.people.get(profile_id)
    if request.method == "POST" and request.POST.get("sure") == "yes":
        erased = request.ws.people.erase(found.row.profile_id)
        told = ngettext("%(count)s event", "%(count)s events", erased.events) % {"count": number(erased.events)}
        text = gettext("Erased for good, with %(events)s. The ledger keeps that it happened, without any name.")
        messages.success(request, text % {"events": told})
        return redirect("companies:list" if found.row.kind == "company" else "people:list")
    shown = {
        "row": found.row,
        "values": sum(1 + len(golden.others) for golden in found.golden.values()),
        "identifiers": len(found.identifier_ids),
        "consents": len(found.consents),
        "unsure": request.method == "POST",
    }
    return render(request, "people/erase.html", shown)


def _joined(request: HttpRequest, today: str) -> HttpResponse:
    other = request.ws.people.get(request.POST.get("other", "")).row.profile_id
    if other == today:
        messages.error(request, gettext("This is the same person already. Nothing changed."))
        return redirect("people:person", profile_id=today)
    request.ws.people.join([today, other], reason=_reason(request))
    joined = request.ws.people.get(today).row.profile_id
    messages.success(request, gettext("Joined. Under “One person” you can take it back at any time."))
    return redirect("people:person", profile_id=joined)


def _ids(sent: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(text[:64] for text in sent))[:MOST_PARTS]


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:300]
