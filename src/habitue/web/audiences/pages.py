"""Pages of the audiences: the list, one audience with its people, the people behind any number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from habitue.access.policy import allowed
from habitue.audiences import archive as archiving
from habitue.audiences import discard as discarding
from habitue.audiences import membership, reading
from habitue.audiences.audience import Audience
from habitue.audiences.fields import property_suggestions, suggestions
from habitue.audiences.fixed_list import is_fixed
from habitue.audiences.rule import encode
from habitue.audiences.wording import Part
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.privacy import purposes
from habitue.web.audiences import answers, breakdown, builder, guide, history, likeness, lists, people, reach
from habitue.web.audiences.breakdown import ABOUT, EXACT
from habitue.web.audiences.examples import examples
from habitue.web.audiences.forms import PasteForm
from habitue.web.audiences.remarks import remarks
from habitue.web.navigation import NavEntry
from habitue.web.routing import route
from habitue.web.rule_links import builder_url, people_url
from habitue.web.rule_sentences import said

_SORTS = {
    "name": lambda row: row.audience.name.casefold(),
    "changed": lambda row: -row.audience.changed_at.timestamp(),
}


@dataclass(frozen=True, slots=True)
class AudienceRow:
    """An audience in the list, with its sentence."""

    audience: Audience
    parts: Sequence[Part]
    is_fixed: bool


def overview(request: HttpRequest) -> HttpResponse:
    """Every audience; those put away on a list of their own."""
    ws = request.ws.context
    is_archive = request.GET.get("archived") == "1"
    query = request.GET.get("q", "").strip()
    rows = [AudienceRow(each, said(ws, each.rule), is_fixed(each)) for each in reading.listing(ws, archived=is_archive)]
    has_any = bool(rows)
    rows = [row for row in rows if query.casefold() in f"{row.audience.name} {row.audience.description}".casefold()]
    sort = request.GET.get("sort", "-changed")
    rows.sort(key=_SORTS.get(sort.removeprefix("-"), _SORTS["changed"]), reverse=sort in ("-name", "changed"))
    shown = {"rows": rows, "query": query, "is_archive": is_archive, "has_any": has_any, "default_sort": "-changed"}
    rows.sort(key=lambda row: row.audience.folder.casefold())
    if request.htmx:
        return render(request, "audiences/rows.html", shown)
    archived = len(reading.listing(ws, archived=True))
    offered = [] if is_archive else examples(ws)
    undo = request.GET.get("undo", "")
    put_away = reading.get(ws, undo) if undo in reading.names(ws) else None
    more = {"archived": archived, "examples": offered, "put_away": put_away}
    return render(request, "audiences/overview.html", {**shown, **more})


def people_now(request: HttpRequest, audience_id: str) -> HttpResponse:
    """How many people an audience has now, and what is strange about its rule, for the list."""
    ws = request.ws.context
    audience = reading.get(ws, audience_id)
    counted, strange = membership.size(ws, audience), remarks(ws, audience.rule)
    shown = {"counted": counted, "audience_id": audience_id, "remarks": strange}
    return render(request, "audiences/people_now.html", shown)


def show(request: HttpRequest, audience_id: str) -> HttpResponse:
    """One audience: its sentence, who they are, its people."""
    ws = request.ws.context
    audience = reading.get(ws, audience_id)
    shown = {
        **people.shown(ws, request, audience.rule),
        "audience": audience,
        "parts": said(ws, audience.rule),
        "rule": encode(audience.rule),
        "purpose": _purpose(ws, audience.purpose),
        "remarks": remarks(ws, audience.rule),
        "is_fixed": is_fixed(audience),
        "paste": PasteForm(),
        "list_id": ws.ids.new(),
    }
    return render(request, "audiences/people_rows.html" if request.htmx else "audiences/show.html", shown)


def people_of_rule(request: HttpRequest) -> HttpResponse:
    """The people who fulfil the rule in the address."""
    ws = request.ws.context
    rule = people.rule_of(request)
    shown = {
        **people.shown(ws, request, rule),
        "parts": said(ws, rule),
        "rule": encode(rule),
        "builder_url": builder_url(rule),
        "list_id": ws.ids.new(),
    }
    return render(request, "audiences/people_rows.html" if request.htmx else "audiences/people.html", shown)


def facts(request: HttpRequest) -> HttpResponse:
    """Who the people of a rule are, as a fragment: first as far as a part of everybody tells, if that is asked.

    A few names only where no list of all stands below.
    """
    ws, rule = request.ws.context, people.rule_of(request)
    places = [place for place in request.GET.get("places", "").split(",") if place.isdecimal()]
    with_people = allowed(ws.actor, "people.read") and "list" not in request.GET
    if request.GET.get("stage") == ABOUT:
        about = breakdown.estimated(ws, rule, with_people=with_people, places=places)
        if about is not None:
            shown = {"facts": about, "rule": encode(rule), "places": ",".join(places), "stage": EXACT}
            return render(request, "audiences/facts_about.html", shown)
    found = breakdown.facts(ws, rule, with_people=with_people, places=places)
    more = {"counted": breakdown.counted(ws, found)} if request.GET.get("stage") == EXACT else {}
    shown = {"facts": found, "people_url": people_url(rule), **more}
    return render(request, "audiences/facts.html", shown)


def values(request: HttpRequest) -> HttpResponse:
    """Values of a trait, or of a property of an event, that begin with what was typed, as the options of a list."""
    typed = request.GET.get(request.GET.get("of", ""), "")
    field, event = request.GET.get("field", ""), request.GET.get("event", "")
    ws = request.ws.context
    found = property_suggestions(ws, event, field, typed) if event else suggestions(ws, field, typed)
    return render(request, "audiences/values.html", {"found": found})


@require_POST
def archive(request: HttpRequest, audience_id: str) -> HttpResponse:
    """Put an audience away; the list offers to take that back."""
    ws = request.ws.context
    archiving.archive(ws, audience_id=audience_id)
    return redirect(f"{reverse('audiences:list')}?{urlencode({'undo': audience_id})}")


@require_POST
def restore(request: HttpRequest, audience_id: str) -> HttpResponse:
    """Take an audience out of the archive."""
    ws = request.ws.context
    archiving.restore(ws, audience_id=audience_id)
    name = reading.get(ws, audience_id).name
    messages.success(request, gettext("“%(name)s” is back in the list.") % {"name": name})
    return redirect("audiences:show", audience_id=audience_id)


@require_POST
def discard(request: HttpRequest, audience_id: str) -> HttpResponse:
    """Throw the draft of a published audience away."""
    if discarding.discard(request.ws.context, audience_id=audience_id):
        messages.success(request, gettext("The draft is gone. What was published goes on to hold."))
    return redirect("audiences:history", audience_id=audience_id)


def _purpose(ws: Context, purpose_id: str | None) -> str:
    if purpose_id is None:
        return ""
    with ws.register.read() as conn:
        return purposes.get(conn, purpose_id).name


ROUTES = (
    route("", overview, name="list", permission="audiences.read"),
    route("new/", builder.new, name="new", permission="audiences.edit"),
    route("build/", builder.build, name="build", permission="audiences.edit"),
    route("hints/", builder.hints, name="hints", permission="audiences.edit"),
    route("lists/new/", lists.new, name="list_new", permission="audiences.edit"),
    route("lists/freeze/", lists.freeze, name="freeze", permission="audiences.edit"),
    route("people/", people_of_rule, name="people", permission="audiences.read"),
    route("help/", guide.page, name="guide", permission="audiences.read"),
    route("facts/", facts, name="facts", permission="audiences.read"),
    route("values/", values, name="values", permission="audiences.edit"),
    route("<str:audience_id>/", show, name="show", permission="audiences.read"),
    route("<str:audience_id>/history/", history.history, name="history", permission="audiences.read"),
    route("<str:audience_id>/overlap/", history.overlap, name="overlap", permission="audiences.read"),
    route("<str:audience_id>/alike/", likeness.page, name="alike", permission="audiences.read"),
    route("<str:audience_id>/alike/find/", likeness.find, name="find_alike", permission="audiences.edit"),
    route("<str:audience_id>/why/<str:profile_id>/", answers.page, name="why", permission="audiences.read"),
    route("<str:audience_id>/people-now/", people_now, name="people_now", permission="audiences.read"),
    route("<str:audience_id>/reach/", reach.fragment, name="reach", permission="audiences.read"),
    route("<str:audience_id>/add/", lists.add, name="list_add", permission="audiences.edit"),
    route("<str:audience_id>/remove/", lists.remove, name="list_remove", permission="audiences.edit"),
    route("<str:audience_id>/edit/", builder.edit, name="edit", permission="audiences.edit"),
    route("<str:audience_id>/archive/", archive, name="archive", permission="audiences.edit"),
    route("<str:audience_id>/discard/", discard, name="discard", permission="audiences.edit"),
    route("<str:audience_id>/restore/", restore, name="restore", permission="audiences.edit"),
)
NAVIGATION = NavEntry(
    section="customers",
    label=_("Audiences"),
    url_name="audiences:list",
    icon="audience",
    permission="audiences.read",
    order=3,
)
