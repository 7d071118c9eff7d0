"""Pages of the insights: the list of them, recency frequency and money, valuable customers at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from habitue.insights import report as rfm_report
from habitue.insights.catalogue import Insight, insights
from habitue.insights.contradiction import some
from habitue.insights.listing import ORDER
from habitue.kernel.text import gettext_noop as _
from habitue.web import paging
from habitue.web.cards import said
from habitue.web.insights import campaigns, files, model_cards
from habitue.web.insights.figures import FEW_BUYERS, group_chart, group_rows, pareto_chart, risk_rows
from habitue.web.navigation import NavEntry
from habitue.web.routing import route
from habitue.web.rule_links import VALUABLE, VALUABLE_AT_RISK, builder_url, customer_group, people_url

FIRST = 20
SIZE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """An insight in the list, and whether it is learnt (then its own page tells what came of it)."""

    insight: Insight
    url: str
    is_learnt: bool


def overview(request: HttpRequest) -> HttpResponse:
    """Every insight that has a page, with its question."""
    known = insights()
    shown = [known[name] for name in ("rfm", *ORDER)]
    found = [Entry(item, reverse(f"insights:{item.name}"), item.learn is not None) for item in shown]
    report = rfm_report.report(request.ws.context)
    return render(request, "insights/overview.html", {"entries": found, "report": report})


def rfm(request: HttpRequest) -> HttpResponse:
    """Who is regular, at risk, lost; what the best fifth brings; whom to write to today."""
    ws = request.ws.context
    report = rfm_report.report(ws)
    if not report.people:
        return render(request, "insights/too_few.html", {"report": report})
    lost = next(item for item in report.groups if item.group.code == "lost")
    shown = {
        "report": report,
        "lost": lost,
        "lost_url": "#groups" if report.ended else people_url(customer_group("lost")),
        "valuable_url": people_url(VALUABLE),
        "all_at_risk": next(item.people for item in report.groups if item.group.code == "at_risk"),
        "groups": group_rows(report),
        "group_chart": group_chart(report),
        "pareto_chart": pareto_chart(report),
        **_at_risk(rfm_report.people_at_risk(ws, limit=FIRST)),
        "first": FIRST,
        "few": report.people < FEW_BUYERS,
        "audience_url": _audience_of_risk(),
    }
    return render(request, "insights/rfm.html", shown)


def at_risk(request: HttpRequest) -> HttpResponse:
    """All valuable customers at risk, who spent most in their last year first."""
    ws = request.ws.context
    report = rfm_report.report(ws)
    page = paging.page(paging.wanted(request.GET.get("page")), report.at_risk, size=SIZE)
    found = rfm_report.people_at_risk(ws, offset=page.offset, limit=page.size)
    shown = {"report": report, **_at_risk(found), "page": page, "audience_url": _audience_of_risk()}
    return render(request, "insights/at_risk.html", {**shown, "people_url": people_url(VALUABLE_AT_RISK)})


def _at_risk(found: Sequence[rfm_report.PersonAtRisk]) -> dict[str, Any]:
    """The rows of a table of people; the columns of places and chances are shown where anybody has one."""
    rows = risk_rows(found)
    why = some(sum(row.is_likely for row in rows))
    return {
        "rows": rows,
        "has_cities": any(person.city for person in found),
        "has_chances": any(person.chance is not None for person in found),
        "doubt": said(why) if why else "",
    }


def _audience_of_risk() -> str:
    why = gettext("The best 20% of customers who are silent for more than twice their usual pause.")
    return builder_url(VALUABLE_AT_RISK, name=gettext("Win back valuable customers"), description=why)


ROUTES = (
    route("", overview, name="list", permission="insights.read"),
    route("rfm/", rfm, name="rfm", permission="insights.read"),
    route("rfm/at-risk/", at_risk, name="at_risk", permission="insights.read"),
    route("learn/", model_cards.learn, name="learn", permission="audiences.edit"),
    route("learn/stop/", model_cards.stop, name="stop", permission="audiences.edit"),
    route("uplift/", campaigns.page, name="uplift", permission="insights.read"),
    *(route(f"{name}/", partial(model_cards.page, name=name), name=name, permission="insights.read") for name in ORDER),
    route("<slug:name>/insight.pdf", files.printed, name="pdf", permission="insights.read"),
    route("<slug:name>/<slug:chart>.csv", files.table, name="csv", permission="insights.read"),
    route("<slug:name>/<slug:chart>.png", files.image, name="png", permission="insights.read"),
)
NAVIGATION = NavEntry(
    section="understand", label=_("Insights"), url_name="insights:list", icon="insight", permission="insights.read"
)
