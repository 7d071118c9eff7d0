"""Matching runs on the pages of who is who: begun, watched, stopped, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from habitue.identity.matching.stages import ORDER
from habitue.kernel.jobs import Job
from habitue.kernel.text import gettext_noop as _
from habitue.profiles.matching import STEPS, Run
from habitue.web.templatetags.show import number
from habitue.workspace import Workspace

_LEARNING = _("Learning which details tell people apart")
_STAGES: Mapping[str, str] = {
    "columns": _("Looking at what the records tell"),
    "search for keys": _("Looking for what makes two records worth comparing"),
    "first pairs": _("Putting records together in pairs"),
    "first training": _LEARNING,
    "keys tried": _LEARNING,
    "pairs": _LEARNING,
    "training": _LEARNING,
    "weights": _("Weighing every pair"),
    "groups": _("Putting people together"),
}
# What goes on once so many steps are done.
_NOW = (
    _("Reading the records"),
    *(_STAGES[name] for name in ORDER),
    _("Joining what is sure"),
    _("Putting what is doubtful into the queue"),
)


def going(ws: Workspace, listed: Sequence[Run]) -> Mapping[str, object] | None:
    """The run of some that waits or goes on, as the fragment of its progress shows it."""
    newest = next((run for run in listed if run.state == "running"), None)
    job = None if newest is None else ws.matching.job(newest.run_id)
    return None if newest is None or job is None else {"run_id": newest.run_id, "job": job, **_told(job)}


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Start a matching run; the worker carries it out."""
    if going(request.ws, request.ws.matching.listing()):
        messages.info(request, gettext("Everybody is being compared already."))
        return redirect("review:standing")
    request.ws.matching.start()
    messages.success(request, gettext("Everybody is being compared with everybody. Pairs appear here by themselves."))
    return redirect("review:standing")


def progress(request: HttpRequest, run_id: str) -> HttpResponse:
    """How far a run is, as a fragment; when it has ended, the page is loaded anew."""
    job = request.ws.matching.job(run_id)
    if job is None or not request.htmx:
        return HttpResponseClientRefresh() if request.htmx else redirect("review:standing")
    return render(request, "review/progress.html", {"going": {"run_id": run_id, "job": job, **_told(job)}})


@require_POST
def cancel(request: HttpRequest, run_id: str) -> HttpResponse:
    """Stop a run."""
    request.ws.matching.cancel(run_id)
    return progress(request, run_id)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take a matching run back."""
    count = request.ws.matching.undo(request.POST.get("run", "")[:64])
    told = ngettext(
        "Taken back: %(count)s link, as if it had never been made.",
        "Taken back: %(count)s links, as if they had never been made.",
        count,
    ) % {"count": number(count)}
    messages.success(request, told if count else gettext("Taken back. The run had joined nobody."))
    return redirect("review:standing")


def _told(job: Job) -> Mapping[str, object]:
    if job.is_cancel_wanted:
        note = gettext("What was joined until now stays and can be taken back.")
        return {"label": gettext("Stopping…"), "percent": None, "note": note}
    note = gettext("You can close this page; the work goes on.")
    if job.state == "queued":
        return {"label": gettext("Waiting for its turn"), "percent": None, "note": note}
    return {"label": gettext(_NOW[min(job.done, STEPS - 1)]), "percent": min(100 * job.done // STEPS, 99), "note": note}
