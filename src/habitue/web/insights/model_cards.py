"""The page of an insight that learns: its card in words, figures and a chart, and the people it speaks of."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from habitue.insights import store
from habitue.insights.catalogue import NUMBER_KINDS, InsightField
from habitue.insights.listing import ORDER, Listed, Listing, kinds, listing
from habitue.insights.of_person import NEXT_TO_NOTHING
from habitue.insights.who_is_listed import who_is_listed
from habitue.kernel import jobs
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.web import cards, paging
from habitue.web.cards import WHOLE_FROM, said
from habitue.web.insights.personas import persona_rows
from habitue.web.rule_links import person_url
from habitue.web.templatetags.show import chance, date, money, money_whole, number

SIZE = 50
FEW = 10
"""In a column that reaches this, the second decimal says nothing."""
JOB_KIND = "insights"
LOW, HIGH = "_low", "_high"
YES, NO = _("yes"), _("no")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person of the list."""

    person: Listed
    url: str
    cells: Sequence[tuple[str, str, bool]]
    why: str


def page(request: HttpRequest, name: str) -> HttpResponse:
    """How an insight fared on the past, and whom it speaks of."""
    ws = request.ws.context
    insight = store.insight_of(name)
    kept = store.card(ws, name)
    shown: dict[str, Any] = {"insight": insight, "kept": kept, "job": _job(ws), "learn_url": reverse("insights:learn")}
    if kept is not None:
        found, page_of = _listed(ws, name, paging.wanted(request.GET.get("page")))
        places = _told_columns(found)
        listed = who_is_listed(ws, name) if kept.card.is_shown else None
        shown |= {
            **cards.shown(kept.card),
            "fields": [(gettext(found.fields[place].label), _is_number(found.fields[place])) for place in places],
            "rows": _lines(found, places) if kept.card.is_shown else [],
            "has_reasons": any(person.why for person in found.people),
            "total": found.total,
            "who": said(listed) if listed else "",
            "page": page_of,
        }
        if name == "personas" and kept.card.is_shown:
            shown |= {"kinds": persona_rows(kinds(ws)), "rows": []}
    answer = render(request, "insights/card.html", shown)
    if request.htmx and shown["job"] is None:
        answer["HX-Refresh"] = "true"
    return answer


def learn(request: HttpRequest) -> HttpResponse:
    """Ask the worker to learn every insight anew."""
    ws = request.ws.context
    if request.method == "POST" and _job(ws) is None:
        names = [name for name in ORDER if store.insight_of(name).learn is not None]
        jobs.enqueue(ws, kind=JOB_KIND, subject_id=JOB_KIND, args={"names": names})
    back = str(request.POST.get("back", ""))
    return HttpResponseRedirect(reverse(f"insights:{back}") if back in ORDER else reverse("insights:list"))


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Ask the learning that waits or runs to stop; what was learnt so far is kept."""
    ws = request.ws.context
    job = _job(ws)
    if job is not None:
        jobs.cancel(ws, job.job_id)
    back = str(request.POST.get("back", ""))
    return HttpResponseRedirect(reverse(f"insights:{back}") if back in ORDER else reverse("insights:list"))


def _listed(ws: Context, name: str, asked: int) -> tuple[Listing, paging.Page]:
    """One page of the people of an insight; beyond the end it is the last one."""
    found = listing(ws, name, offset=(asked - 1) * SIZE, limit=SIZE)
    place = paging.page(asked, found.total, size=SIZE)
    if place.number != asked:
        found = listing(ws, name, offset=place.offset, limit=SIZE)
    return _without_empty_bounds(found), place


def _without_empty_bounds(found: Listing) -> Listing:
    """The same without lower bounds that are next to nothing; the upper one is then written as “up to”."""
    low = [place for place, field in enumerate(found.fields) if field.name.endswith(LOW)]
    people = [replace(person, values=_without_nothing(person.values, low)) for person in found.people]
    return replace(found, people=people)


def _without_nothing(values: tuple[Any, ...], places: Sequence[int]) -> tuple[Any, ...]:
    return tuple(
        None if place in places and value is not None and value < NEXT_TO_NOTHING else value
        for place, value in enumerate(values)
    )


def _told_columns(found: Listing) -> Sequence[int]:
    """Which fields say something about anybody here; columns of dashes, of yes alone, and long lists are left out."""
    told = [place for place, field in enumerate(found.fields) if not field.name.endswith("_list")]
    said = [place for place in told if any(person.values[place] is not None for person in found.people)]
    return [place for place in said if not all(person.values[place] is True for person in found.people)]


def _is_number(field: InsightField) -> bool:
    """Whether a column stands at the right, as numbers and money do."""
    return field.kind in NUMBER_KINDS


def _decimals(values: Sequence[Any]) -> int:
    """How many decimals a column has: one form for all its numbers, none where all are whole."""
    known = [value for value in values if isinstance(value, int | float | Decimal)]
    if all(value == int(value) for value in known):
        return 0
    return next((digits for least, digits in ((WHOLE_FROM, 0), (FEW, 1)) if max(known) >= least), 2)


def _lines(found: Listing, places: Sequence[int]) -> Sequence[PersonLine]:
    decimals = {place: _decimals([person.values[place] for person in found.people]) for place in places}
    return [_line(person, found.fields, decimals) for person in found.people]


def _line(person: Listed, fields: Sequence[InsightField], decimals: Mapping[int, int]) -> PersonLine:
    told = {place: _cell(person.values[place], fields[place], digits) for place, digits in decimals.items()}
    told |= {place: gettext("up to %(value)s") % {"value": told[place]} for place in _open_bounds(person, fields, told)}
    cells = [(gettext(fields[place].label), cell, _is_number(fields[place])) for place, cell in told.items()]
    return PersonLine(person, person_url(person.profile_id), cells, said(person.why) if person.why else "")


def _open_bounds(person: Listed, fields: Sequence[InsightField], places: Container[int]) -> Sequence[int]:
    """The upper bounds of a person that have no lower one."""
    lower = {field.name.removesuffix(LOW): person.values[place] for place, field in enumerate(fields)
             if field.name.endswith(LOW)}  # fmt: skip
    upper = {field.name.removesuffix(HIGH): place for place, field in enumerate(fields) if field.name.endswith(HIGH)}
    return [
        place
        for name, place in upper.items()
        if place in places and person.values[place] is not None and lower.get(name, 0) is None
    ]


def _cell(value: Any, field: InsightField, decimals: int) -> str:
    if value is None:
        return "–"
    if field.kind == "choice":
        return gettext(dict(field.choices).get(str(value), str(value)))
    if field.kind == "boolean":
        return gettext(YES if value else NO)
    if field.kind == "money":
        return money(value) if decimals else money_whole(value)
    if field.kind == "date":
        return date(value)
    if field.kind == "share":
        return chance(value)
    if field.kind == "number":
        return number(value, decimals)
    return str(value)


def _job(ws: Any) -> jobs.Job | None:
    """The learning that waits or runs, None when there is none."""
    return next((job for job in jobs.of_subject(ws, JOB_KIND) if job.state in jobs.OPEN_STATES), None)
