"""Home: how the shop stands, what to do today, the last imports; an empty workspace says how to begin."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from habitue.access.policy import allowed
from habitue.audiences import proposals, taken
from habitue.collect import imports
from habitue.collect.imports import Import
from habitue.identity import review
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.profiles import reading
from habitue.web import paging
from habitue.web.home import example, refused, todo
from habitue.web.home.drawings import revenue_chart
from habitue.web.home.figures import Figures, figures, kept, last_known
from habitue.web.navigation import NavEntry
from habitue.web.routing import route
from habitue.web.rule_links import (
    BUYERS_OF_A_YEAR,
    MAY_BE_WRITTEN_TO,
    page_url,
    people_url,
    person_url,
)
from habitue.web.set_aside import SetAside, told_apart
from habitue.web.templatetags.show import number

LAST_IMPORTS = 5
GREETINGS = ((5, _("Welcome")), (11, _("Good morning")), (18, _("Good afternoon")), (24, _("Good evening")))


def home(request: HttpRequest) -> HttpResponse:
    """The page; figures that take longer arrive as a fragment."""
    ws = request.ws.context
    found = _imports(ws)
    if not found and not reading.count(ws):
        return render(request, "home/empty.html", {"greeting": _greeting(ws), **_import_urls()})
    of_now = kept(ws)
    known = of_now or last_known(ws)
    aside = _aside(ws, found)
    rows = [(item, aside[item.import_id]) for item in found]
    shown: dict[str, Any] = {"greeting": _greeting(ws), "imports": rows, "figures": known, **_import_urls()}
    if known is not None:
        shown |= {**_shown(ws, known), "is_older": of_now is None}
    return render(request, "home/home.html", shown)


def fragment(request: HttpRequest) -> HttpResponse:
    """Figures, chart and things to do, as a fragment."""
    ws = request.ws.context
    return render(request, "home/figures.html", _shown(ws, figures(ws)))


def proposed(request: HttpRequest) -> HttpResponse:
    """What to do today, and what became of what was done, as a fragment."""
    return render(request, "home/proposals.html", _proposed(request.ws.context))


@require_POST
def take(request: HttpRequest, code: str) -> HttpResponse:
    """Keep that a proposal is carried out today, to show afterwards what became of its people."""
    ws = request.ws.context
    made = taken.take(ws, code)
    told = gettext("Noted: %(people)s people. From tomorrow on you see here what they do.")
    messages.success(request, told % {"people": number(made.people)})
    return redirect(reverse("home:home"))


def refused_links(request: HttpRequest) -> HttpResponse:
    """Pairs of people who share something and were not joined."""
    ws = request.ws.context
    with ws.register.read() as conn:
        page = paging.page(paging.wanted(request.GET.get("page")), refused.count(conn))
        pairs = refused.listing(conn, offset=page.offset, limit=page.size)
    rows = [(pair, person_url(pair.kept_profile_id), person_url(pair.other_profile_id)) for pair in pairs]
    return render(request, "home/refused.html", {"rows": rows, "page": page})


@require_POST
def load_example(request: HttpRequest) -> HttpResponse:
    """Queue the files of the example shop."""
    ws = request.ws
    until = day_in(ws.clock.now(), ws.config.workspace.timezone)
    count = example.load(ws, until=until)
    told = ngettext("%(count)s file is being imported.", "%(count)s files are being imported.", count)
    messages.success(request, told % {"count": count})
    return redirect(page_url("imports:list", fallback=reverse("home:home")))


def _imports(ws: Context) -> Sequence[Import]:
    if not allowed(ws.actor, "imports.read"):
        return []
    with ws.register.read() as conn:
        return imports.listing(conn, limit=LAST_IMPORTS)


def _aside(ws: Context, found: Sequence[Import]) -> dict[str, SetAside]:
    with ws.register.read() as conn:
        return {item.import_id: told_apart(conn, item) for item in found}


def _import_urls() -> dict[str, str]:
    return {"import_url": page_url("imports:list"), "imports_url": page_url("imports:list")}


def _shown(ws: Context, known: Figures) -> dict[str, Any]:
    with ws.register.read() as conn:
        pairs = review.waiting(conn) if allowed(ws.actor, "people.edit") else 0
    may_list = allowed(ws.actor, "audiences.read")
    revenue, last = known.revenue, _imports(ws)
    is_past = revenue.is_past(known.as_of.date())
    # Data that ended long ago says nothing of what to do today.
    may_propose = may_list and known.rfm.people > 0 and not is_past
    return {
        "figures": known,
        "is_past": is_past,
        "change": _change(revenue.year, revenue.year_before) if revenue.has_year_before else None,
        "reach": known.may_be_written_to / known.people if known.people else 0,
        "chart": revenue_chart(revenue, known.rfm.currency),
        "people_page": page_url("people:list"),
        "buyers_url": people_url(BUYERS_OF_A_YEAR) if may_list else "",
        "reach_url": people_url(MAY_BE_WRITTEN_TO) if may_list else "",
        "may_list": may_propose,
        **(_proposed(ws) if may_propose and proposals.known(ws) else {}),
        "tasks": [
            *todo.of_gaps(
                has_orders=known.rfm.people > 0,
                may_write=known.may_be_written_to > 0,
                import_url=page_url("imports:list") if allowed(ws.actor, "imports.run") else "",
            ),
            *todo.of_imports(last, {key: aside.to_mend for key, aside in _aside(ws, last).items()}),
            *todo.of_pairs(pairs),
        ],
    }


def _proposed(ws: Context) -> dict[str, Any]:
    resting = taken.resting(ws)
    found = proposals.shown([each for each in proposals.proposals(ws) if each.idea.code not in resting])
    after = [(taken.aftermath(ws, one), proposals.IDEAS.get(one.code)) for one in taken.listing(ws)]
    return {
        "proposals": todo.of_proposals(found, currency=ws.config.workspace.currency),
        "afterwards": [(each, idea.label if idea else each.taken.code) for each, idea in after],
        "is_proposed": True,
    }


def _change(now: Decimal, before: Decimal) -> Decimal | None:
    return (now - before) / before if before > 0 else None


def _greeting(ws: Context) -> str:
    hour = ws.clock.now().astimezone(ZoneInfo(ws.config.workspace.timezone)).hour
    return gettext(next(text for until, text in GREETINGS if hour < until))


ROUTES = (
    route("", home, name="home", permission="insights.read"),
    route("figures/", fragment, name="figures", permission="insights.read"),
    route("proposals/", proposed, name="proposals", permission="audiences.read"),
    route("proposals/<slug:code>/take/", take, name="take", permission="audiences.edit"),
    route("refused/", refused_links, name="refused", permission="people.read"),
    route("example/", load_example, name="example", permission="imports.run"),
)
NAVIGATION = NavEntry(section="start", label=_("Home"), url_name="home:home", icon="home", permission="insights.read")
