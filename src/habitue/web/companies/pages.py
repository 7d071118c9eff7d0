"""Pages of companies; a company is a profile like a person and shares their parts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from habitue.kernel.text import gettext_noop as _
from habitue.profiles import relations
from habitue.web.navigation import NavEntry
from habitue.web.profile_parts import lists
from habitue.web.profile_parts.card import card, timeline_of
from habitue.web.routing import route


def companies(request: HttpRequest) -> HttpResponse:
    """The list: searched, sorted, filtered by country, page by page."""
    template = "companies/list_rows.html" if request.htmx else "companies/list.html"
    shown = lists.shown(request, "company")
    contacts = relations.contacts_of(request.ws.context, [row.profile_id for row in shown["rows"]])
    shown["rows"] = [(row, contacts.get(row.profile_id, ())) for row in shown["rows"]]
    shown["has"] |= {"contacts": bool(contacts), "seen": any(row.last_seen_at for row, _names in shown["rows"])}
    return render(request, template, shown)


def company(request: HttpRequest, profile_id: str) -> HttpResponse:
    """One company with its contacts; the address of a former profile leads to today's."""
    found = request.ws.people.get(profile_id)
    if found.row.kind != "company":
        return redirect("people:person", profile_id=found.row.profile_id)
    if found.row.profile_id != profile_id:
        return redirect("companies:company", profile_id=found.row.profile_id)
    name = found.row.company_name or found.row.name
    told = [each.profile_id for each in request.ws.people.relations(profile_id) if each.kind == "contact"]
    contacts = request.ws.people.contacts_of_company(name, also=told)
    shown = {**card(request, found), **timeline_of(request, profile_id), "contacts": lists.written(contacts)}
    return render(request, "companies/company.html", shown)


ROUTES = (
    route("", companies, name="list", permission="people.read"),
    route("<str:profile_id>/", company, name="company", permission="people.read"),
)
NAVIGATION = NavEntry(
    section="customers",
    label=_("Companies"),
    url_name="companies:list",
    icon="company",
    permission="people.read",
    order=2,
)
