"""What waits in quarantine: why, to be put right, replayed or put aside; and the rules that sent it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from habitue.access.policy import allowed
from habitue.kernel.errors import NotFound
from habitue.kernel.text import gettext_noop as _
from habitue.quality.event_rules import UNPLANNED
from habitue.web import paging
from habitue.web.routing import route
from habitue.web.sources import live
from habitue.web.sources.forms import CorrectionForm, RulesForm
from habitue.web.templatetags import show

if TYPE_CHECKING:
    from habitue.quality.held import HeldMessage
    from habitue.workspace import Workspace

PAGE = 25
VIEWS = {"open": _("Waiting"), "noted": _("Taken without a value"), "released": _("Replayed"), "dropped": _("Dropped")}


def reasons(ws: Workspace, source_id: str) -> list[dict[str, Any]]:
    """How many messages there are in quarantine by reason: what waits, and what was noted or dropped."""
    counts = ws.sources.quarantine_counts(source_id).get(source_id, {})
    return [
        {"state": state, "label": gettext(VIEWS[state]), "reason": _reason(ws, source_id, state, code), "count": count}
        for (state, code), count in counts.items()
        if state in ("open", "noted", "dropped")
    ]


def page(request: HttpRequest, source_id: str) -> HttpResponse:
    """The messages of one state, newest first."""
    state = request.GET.get("state", "open")
    state = state if state in VIEWS else "open"
    number = paging.wanted(request.GET.get("page"))
    found = request.ws.sources.quarantine(source_id, states=[state], offset=(number - 1) * PAGE, limit=PAGE + 1)
    counts = request.ws.sources.quarantine_counts(source_id).get(source_id, {})
    sums = {name: sum(count for (of, _), count in counts.items() if of == name) for name in VIEWS}
    shown = {
        "source": request.ws.sources.get(source_id),
        "state": state,
        "views": [(name, gettext(label), sums[name]) for name, label in VIEWS.items()],
        "waiting": sums["open"],
        "held": [_shown(request, each) for each in found[:PAGE]],
        "page": paging.Page(number=number, size=PAGE, total=None, has_next=len(found) > PAGE),
    }
    return render(request, "sources/quarantine.html", shown)


@require_POST
def rules(request: HttpRequest, source_id: str) -> HttpResponse:
    """Change the rules of a source."""
    form = RulesForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("The rules could not be saved. Nothing was changed."))
        return redirect("sources:show", source_id=source_id)
    request.ws.sources.change_rules(source_id, **form.cleaned_data)
    messages.success(request, gettext("Saved. The rules hold for what arrives from now on; replay what waits."))
    return redirect("sources:show", source_id=source_id)


@require_POST
def replay(request: HttpRequest, source_id: str) -> HttpResponse:
    """Replay everything that waits; what still breaks the rules goes on waiting."""
    before = _waiting(request, source_id)
    request.ws.sources.replay(source_id)
    _tell(request, before - _waiting(request, source_id), before)
    return redirect("sources:quarantine", source_id=source_id)


@require_POST
def correct(request: HttpRequest, source_id: str, held_id: str) -> HttpResponse:
    """Put values of one message right, and replay it."""
    form = CorrectionForm(request.POST, values=_broken(_held(request, source_id, held_id)))
    if form.is_valid():
        before = _waiting(request, source_id)
        request.ws.sources.correct(held_id, form.changes)
        request.ws.sources.replay(source_id, [held_id])
        _tell(request, before - _waiting(request, source_id), 1)
    return redirect("sources:quarantine", source_id=source_id)


@require_POST
def discard(request: HttpRequest, source_id: str, held_id: str) -> HttpResponse:
    """Put one message aside for good."""
    _held(request, source_id, held_id)
    request.ws.sources.discard(held_id)
    messages.success(request, gettext("The message is put aside for good; its reason stays."))
    return redirect("sources:quarantine", source_id=source_id)


@require_POST
def plan(request: HttpRequest, source_id: str, held_id: str) -> HttpResponse:
    """Plan the event of a message, and replay everything that waited for that."""
    name = _held(request, source_id, held_id).name
    planned = request.ws.sources.rules(source_id).planned
    request.ws.sources.change_rules(source_id, planned=[*planned, name])
    return replay(request, source_id)


def rules_form(ws: Workspace, source_id: str) -> RulesForm:
    """The rules as they are, to be changed."""
    told = ws.sources.rules(source_id)
    initial = {"broken_values": told.broken_values, "unplanned_events": told.unplanned_events}
    return RulesForm(initial={**initial, "planned": "\n".join(told.planned)})


def _shown(request: HttpRequest, each: HeldMessage) -> dict[str, Any]:
    sees_people = allowed(request.ws.actor, "people.read")
    problems = each.problems if sees_people else live.without_values(each.problems)
    shown: dict[str, Any] = {"message": each, "what": live.called(each.type, each.name)}
    shown["problems"] = live.problem_texts(problems)
    shown["cells"] = (
        [(live.field_label(name), cell) for name, cell in zip(each.columns, each.cells, strict=True)]
        if sees_people
        else []
    )
    if each.state == "open" and allowed(request.ws.actor, "sources.edit"):
        shown["form"] = CorrectionForm(values=_broken(each), auto_id=f"{each.held_id}-%s")
        shown["is_unplanned"] = any(problem["code"] == UNPLANNED for problem in each.problems)
    return shown


def _broken(each: HeldMessage) -> dict[str, str]:
    return {str(problem["field"]): str(problem["value"]) for problem in each.problems if problem["code"] != UNPLANNED}


def _held(request: HttpRequest, source_id: str, held_id: str) -> HeldMessage:
    found = request.ws.sources.quarantined(held_id)
    if found.source_id != source_id:
        raise NotFound(what=_("message"), key=held_id)
    return found


def _waiting(request: HttpRequest, source_id: str) -> int:
    counts = request.ws.sources.quarantine_counts(source_id).get(source_id, {})
    return sum(count for (state, _), count in counts.items() if state == "open")


def _tell(request: HttpRequest, replayed: int, tried: int) -> None:
    if replayed:
        text = ngettext("%(shown)s message was replayed.", "%(shown)s messages were replayed.", replayed)
        messages.success(request, text % {"shown": show.number(replayed)})
    if replayed < tried:
        text = gettext("What still breaks the rules goes on waiting. Change the rules, or put the values right.")
        messages.warning(request, text)


def _reason(ws: Workspace, source_id: str, state: str, code: str) -> str:
    found = ws.sources.quarantine(source_id, states=[state], limit=200)
    problems = (problem for each in found for problem in each.problems if problem["code"] == code)
    first = next(iter(live.without_values(list(problems)[:1])), None)
    return f"{live.field_label(str(first['field']))}: {live.filled(first)}" if first else code


ROUTES = (
    route("<str:source_id>/rules/", rules, name="rules", permission="sources.edit"),
    route("<str:source_id>/quarantine/", page, name="quarantine", permission="sources.read"),
    route("<str:source_id>/quarantine/replay/", replay, name="replay", permission="sources.edit"),
    route("<str:source_id>/quarantine/<str:held_id>/", correct, name="correct", permission="sources.edit"),
    route("<str:source_id>/quarantine/<str:held_id>/discard/", discard, name="discard", permission="sources.edit"),
    route("<str:source_id>/quarantine/<str:held_id>/plan/", plan, name="plan", permission="sources.edit"),
)
