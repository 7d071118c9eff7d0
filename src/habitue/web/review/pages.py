"""Pages of who is who: the next pair to decide, how the review stands, matching runs, shared values, rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from habitue.identity.review import Pair
from habitue.identity.rules import REASONS, SHARED
from habitue.identity.tables import identifiers
from habitue.kernel.errors import NotFound
from habitue.kernel.text import gettext_noop as _
from habitue.profiles.matching import STATES, UNDOABLE
from habitue.profiles.reading import Person, PersonRow
from habitue.web.navigation import NavEntry
from habitue.web.profile_parts import pair as pairs
from habitue.web.profile_parts.likeness import SENTENCES, likeness
from habitue.web.profile_parts.origins import source_names
from habitue.web.review import rules, runs
from habitue.web.review.joining import joining
from habitue.web.routing import route
from habitue.web.templatetags.show import number, percent

if TYPE_CHECKING:
    from habitue.workspace import Workspace

KINDS = ("", "match", "refusal")
QUEUE = 8
WORDS = ("same", "different", "later", "skip")


def pair(request: HttpRequest) -> HttpResponse:
    """The next pair, or the one that the address asks for; what waits after it."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    found = _wanted(request) or request.ws.review.next(kind=kind)
    shown = {"standing": request.ws.review.standing(), "kind": kind, "tab": "pair"}
    if found is None:
        return render(request, "review/nothing.html", {**shown, "runs": request.ws.matching.listing(limit=1)})
    left, right = request.ws.people.get(found.profile_a), request.ws.people.get(found.profile_b)
    sources = source_names(request.ws)
    shown |= {
        "pair": found,
        "left": left,
        "right": right,
        "left_sources": _told_by(left, sources),
        "right_sources": _told_by(right, sources),
        "lines": pairs.lines(left, right, found.evidence),
        "sentence": pairs.sentence(found.evidence),
        "chart": pairs.waterfall(found.evidence, found.score),
        "reason": _reason(found, left, right),
        "contact": _contact(request.ws, found) if found.kind == "refusal" else "",
        "joining": joining(request.ws.context, left, right),
        "queue": _queue(request, found, kind),
    }
    return render(request, "review/pair.html", shown)


def _reason(found: Pair, left: Person, right: Person) -> str:
    """Why a rule kept them apart, or what the rule could not see: the same name, swapped or in other letters."""
    alike = likeness(left.traits, right.traits) if found.reason == "other_name" else ""
    return SENTENCES.get(alike, REASONS.get(found.reason, ""))


@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Decide a pair, or put it off."""
    a, b = _numbers(request)
    word = request.POST.get("word", "")
    kind = request.POST.get("kind", "")
    if word in ("same", "different"):
        told = request.ws.review.answer(a, b, "same" if word == "same" else "different")
        if round(told.before, 2) != round(told.after, 2):
            text = gettext("Your answer moved the automatic limit from %(before)s to %(after)s.")
            messages.success(request, text % {"before": percent(told.before), "after": percent(told.after)})
    elif word == "later":
        request.ws.review.later(a, b)
    elif word == "skip":
        request.ws.review.skip(a, b)
    query = f"?kind={kind}" if kind in KINDS and kind else ""
    return redirect(f"{reverse('review:pair')}{query}")


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take the reader's last answer back; its pair is shown again, so that the next key answers it."""
    again = request.ws.review.last_answered()
    count = request.ws.review.undo_last()
    text = gettext("Your last answer is taken back, as if it had never been given.") if count else ""
    messages.success(request, text or gettext("There is no answer of yours to take back."))
    query = f"?a={again[0]}&b={again[1]}" if count and again else ""
    return redirect(f"{reverse('review:pair')}{query}")


def standing(request: HttpRequest) -> HttpResponse:
    """How precise the matches were, where people disagree, matching runs, and the decisions of each day."""
    ws = request.ws
    listed = ws.matching.listing()
    shown = {
        "standing": ws.review.standing(),
        "conflicts": [(each, _name(ws, each.a), _name(ws, each.b)) for each in ws.review.conflicts()[:50]],
        "runs": [(run, gettext(STATES[run.state])) for run in listed],
        "going": runs.going(ws, listed),
        "undoable": UNDOABLE,
        "days": rules.days(ws),
        "tab": "standing",
    }
    return render(request, "review/standing.html", shown)


@require_POST
def undo_day(request: HttpRequest) -> HttpResponse:
    """Take back what somebody decided on one day."""
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise NotFound(what=_("day"), key=request.POST.get("day", "")[:20]) from None
    count = request.ws.identity.undo_day(request.POST.get("by", "")[:80], day)
    told = ngettext(
        "Taken back: %(count)s decision. What was asked is asked again.",
        "Taken back: %(count)s decisions. What was asked is asked again.",
        count,
    ) % {"count": number(count)}
    messages.success(request, told if count else gettext("Nothing of that day is left to take back."))
    return redirect("review:standing")


@require_POST
def ask_again(request: HttpRequest) -> HttpResponse:
    """Ask about a decided pair once more."""
    a, b = _numbers(request)
    request.ws.review.ask_again(a, b)
    return redirect(f"{reverse('review:pair')}?a={a}&b={b}")


def _queue(request: HttpRequest, shown: Pair, kind: str) -> list[tuple[Pair, str, str]]:
    """What comes after the pair that is shown, with the names of both; the same two people stand there once."""
    people = {frozenset((shown.profile_a, shown.profile_b))}
    found: list[Pair] = []
    for each in request.ws.review.queue(limit=3 * QUEUE, kind=kind):
        both = frozenset((each.profile_a, each.profile_b))
        if both not in people and len(found) < QUEUE:
            people.add(both)
            found.append(each)
    ids = [profile_id for each in found for profile_id in (each.profile_a, each.profile_b)]
    names = {row.profile_id: _told_apart(row) for row in request.ws.people.rows_of(ids)}
    return [(each, names.get(each.profile_a, ""), names.get(each.profile_b, "")) for each in found]


def _told_apart(row: PersonRow) -> str:
    """A name with the contact that tells it from the same name elsewhere."""
    contact = row.email or row.phone or row.city or ""
    return f"{row.name} ({contact})" if row.name and contact else row.name or contact


def _contact(ws: Workspace, found: Pair) -> str:
    """The address or number for which a rule had to decide; empty when something else was refused."""
    shared = sa.select(identifiers.c.value).where(
        identifiers.c.identifier_id.in_((found.a, found.b)), identifiers.c.namespace.in_(SHARED)
    )
    with ws.register.read() as conn:
        values = sorted(conn.scalars(shared))
    return values[0] if len(values) == 1 else ""


def _wanted(request: HttpRequest) -> Pair | None:
    a, b = request.GET.get("a", ""), request.GET.get("b", "")
    if not (a.isdecimal() and b.isdecimal()):
        return None
    found = request.ws.review.get(int(a[:18]), int(b[:18]))
    return found if found.profile_a and found.profile_b and found.profile_a != found.profile_b else None


def _numbers(request: HttpRequest) -> tuple[int, int]:
    a, b = request.POST.get("a", ""), request.POST.get("b", "")
    if not (a.isdecimal() and b.isdecimal()):
        raise NotFound(what=_("pair"), key=f"{a[:20]}/{b[:20]}")
    return int(a[:18]), int(b[:18])


def _name(ws: Workspace, identifier_id: int) -> str:
    return rules.name_of(ws, identifier_id)


def _told_by(person: Person, sources: Mapping[str, str]) -> str:
    ids = {value.source_id for each in person.golden.values() for value in (each.winner, *each.others)}
    return ", ".join(sorted(sources.get(source_id, source_id) for source_id in ids))


ROUTES = (
    route("", pair, name="pair", permission="people.edit"),
    route("answer/", answer, name="answer", permission="people.edit"),
    route("undo/", undo, name="undo", permission="people.edit"),
    route("standing/", standing, name="standing", permission="people.edit"),
    route("run/", runs.run, name="run", permission="people.edit"),
    route("run/undo/", runs.undo, name="undo_run", permission="people.edit"),
    route("run/<str:run_id>/", runs.progress, name="progress", permission="people.edit"),
    route("run/<str:run_id>/cancel/", runs.cancel, name="cancel", permission="people.edit"),
    route("day/undo/", undo_day, name="undo_day", permission="people.edit"),
    route("again/", ask_again, name="ask_again", permission="people.edit"),
    route("shared/", rules.shared, name="shared", permission="people.edit"),
    route("shared/judge/", rules.judge, name="judge", permission="people.edit"),
    route("rules/", rules.rules, name="rules", permission="settings.edit"),
)
NAVIGATION = NavEntry(
    section="trust",
    label=_("Identity review"),
    url_name="review:pair",
    icon="review",
    permission="people.edit",
    order=3,
    badge=lambda ws: ws.review.waiting(),
)
