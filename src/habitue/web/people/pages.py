"""Pages of people: the list, the search, the caller look-up, and one person with everything that is known."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from habitue.audiences.fixed_list import is_fixed
from habitue.kernel.text import gettext_noop as _
from habitue.web.navigation import NavEntry
from habitue.web.people import changes, why
from habitue.web.profile_parts import lists
from habitue.web.profile_parts.card import card, timeline_of
from habitue.web.profile_parts.worth import audiences_of, doubt_of, expected_of, saved_audiences, worth
from habitue.web.routing import route

SEARCH_ROWS = 8


def people(request: HttpRequest) -> HttpResponse:
    """The list: searched, sorted, filtered by country, page by page."""
    template = "people/list_rows.html" if request.htmx else "people/list.html"
    return render(request, template, lists.shown(request, "person"))


def search(request: HttpRequest) -> HttpResponse:
    """The first people that fit, as a fragment for the search field of every page; else the whole list."""
    if not request.htmx:
        return people(request)
    query = lists.asked(request).query
    rows = request.ws.people.search(query, limit=SEARCH_ROWS) if query else ()
    return render(request, "people/found.html", {"rows": lists.written(rows), "query": query})


def by_phone(request: HttpRequest) -> HttpResponse:
    """Who is calling? One match opens the person; a phone system opens this address."""
    number = request.GET.get("number", "").strip()[:40]
    number = f"+{number}" if _lost_its_plus(request, number) else number
    rows = [row for row in request.ws.people.by_phone(number) if row.kind == "person"] if number else []
    if len(rows) == 1:
        return redirect("people:person", profile_id=rows[0].profile_id)
    return render(request, "people/by_phone.html", {"rows": lists.written(rows), "number": number})


def person(request: HttpRequest, profile_id: str) -> HttpResponse:
    """One person; the address of a profile that was joined to another leads to the joined one."""
    found = request.ws.people.get(profile_id)
    if found.row.kind == "company":
        return redirect("companies:company", profile_id=found.row.profile_id)
    if found.row.profile_id != profile_id:
        return redirect("people:person", profile_id=found.row.profile_id)
    return render(request, "people/person.html", {**card(request, found), **timeline_of(request, profile_id)})


def timeline(request: HttpRequest, profile_id: str) -> HttpResponse:
    """The timeline as a fragment: another kind, or what came before."""
    template = "people/moments.html" if request.GET.get("before") else "people/timeline.html"
    return render(request, template, timeline_of(request, profile_id))


def figures(request: HttpRequest, profile_id: str) -> HttpResponse:
    """Orders, money, rhythm and audiences, as a fragment, for they come from the replica."""
    today = request.ws.people.get(profile_id).row.profile_id
    inside = audiences_of(request.ws, today)
    ids = {audience.audience_id for audience in inside}
    found = worth(request.ws, today)
    others = [each for each in saved_audiences(request.ws) if each.audience_id not in ids]
    shown = {
        "profile_id": today,
        "worth": found,
        "doubt": doubt_of(request.ws, today, found),
        "expected": expected_of(request.ws, today),
        "audiences": inside,
        "other_audiences": others,
        "fixed_lists": [each for each in others if is_fixed(each)],
    }
    return render(request, "people/worth.html", shown)


def _lost_its_plus(request: HttpRequest, number: str) -> bool:
    """In an address a plus means a space; phone systems forget that."""
    sent = request.GET.get("number", "")
    return sent.startswith(" ") and number[:1] in set("123456789")


ROUTES = (
    route("", people, name="list", permission="people.read"),
    route("search/", search, name="search", permission="people.read"),
    route("by-phone/", by_phone, name="by_phone", permission="people.read"),
    route("separated/", changes.separated, name="separated", permission="people.edit"),
    route("rejoin/", changes.rejoin, name="rejoin", permission="people.edit"),
    route("<str:profile_id>/", person, name="person", permission="people.read"),
    route("<str:profile_id>/timeline/", timeline, name="timeline", permission="people.read"),
    route("<str:profile_id>/figures/", figures, name="figures", permission="people.read"),
    route("<str:profile_id>/why/", why.why, name="why", permission="people.read"),
    route("<str:profile_id>/separate/", changes.separate, name="separate", permission="people.edit"),
    route("<str:profile_id>/undo-join/", changes.undo_join, name="undo_join", permission="people.edit"),
    route("<str:profile_id>/join/", changes.join, name="join", permission="people.edit"),
    route("<str:profile_id>/erase/", changes.erase, name="erase", permission="people.erase"),
)
NAVIGATION = NavEntry(
    section="customers", label=_("People"), url_name="people:list", icon="people", permission="people.read", order=1
)
