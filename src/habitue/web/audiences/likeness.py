"""People like those of an audience: how well they can be told, what sets them apart, who they are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from habitue.audiences import alike, membership, reading
from habitue.kernel import jobs
from habitue.kernel.context import Context
from habitue.web import cards
from habitue.web.rule_links import builder_url, people_url

USUAL = 1_000
CHOICES = (100, 500, 1_000, 5_000, 20_000)


def page(request: HttpRequest, audience_id: str) -> HttpResponse:
    """What was found for an audience, or how to ask for it; while somebody looks, the page asks again."""
    ws = request.ws.context
    audience = reading.get(ws, audience_id)
    found, job = alike.get(ws, audience_id), _job(ws, audience_id)
    name = gettext("Like “%(name)s”") % {"name": audience.name}
    shown: dict[str, Any] = {
        "audience": audience,
        "found": found,
        "job": job,
        "people": membership.count(ws, audience.rule).people,
        "choices": CHOICES,
        "wanted": found.wanted if found else USUAL,
    }
    if found is not None:
        shown |= cards.shown(found.card)
        why = gettext("Not in “%(name)s”, but most like its people.") % {"name": audience.name}
        shown |= {
            "people_url": people_url(found.rule),
            "audience_url": builder_url(found.rule, name=name[:120], description=why),
        }
    answer = render(request, "audiences/alike.html", shown)
    if request.htmx and job is None:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def find(request: HttpRequest, audience_id: str) -> HttpResponse:
    """Ask the worker for the people who are like those of an audience."""
    ws = request.ws.context
    reading.get(ws, audience_id)
    typed = request.POST.get("wanted", "")
    wanted = int(typed) if typed.isdecimal() and int(typed) in CHOICES else USUAL
    if _job(ws, audience_id) is None:
        jobs.enqueue(ws, kind=alike.JOB_KIND, subject_id=audience_id, args={"wanted": wanted})
    return redirect("audiences:alike", audience_id=audience_id)


def _job(ws: Context, audience_id: str) -> jobs.Job | None:
    """The search that waits or runs, None when there is none."""
    found = (job for job in jobs.of_subject(ws, audience_id) if job.kind == alike.JOB_KIND)
    return next((job for job in found if job.state in jobs.OPEN_STATES), None)
