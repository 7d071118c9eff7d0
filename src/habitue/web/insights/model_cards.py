"""The page of an insight that learns: its card in words, figures and a chart, and the people it speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from habitue.audiences.rule import InsightIs
from habitue.insights import store
from habitue.insights.card import Card, Measure, Said
from habitue.insights.catalogue import InsightField
from habitue.insights.listing import ORDER, Kind, Listed, Listing, kinds, listing
from habitue.kernel import jobs
from habitue.kernel.text import gettext_noop as _
from habitue.web.charts import colour
from habitue.web.drawing import Drawing, axis, ticks
from habitue.web.rule_links import builder_url, people_url, person_url
from habitue.web.templatetags.show import date, money, number, percent

FIRST = 30
JOB_KIND = "insights"
YES, NO = _("yes"), _("no")


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure of a card as the reader writes it."""

    label: str
    value: str
    baseline: str


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person of the list."""

    person: Listed
    url: str
    cells: Sequence[tuple[str, str]]
    why: str


@dataclass(frozen=True, slots=True)
class KindRow:
    """One persona with its traits in words and the ways to its people."""

    kind: Kind
    traits: str
    mean_value: str
    people_url: str
    audience_url: str


def page(request: HttpRequest, name: str) -> HttpResponse:
    """How an insight fared on the past, and whom it speaks of."""
    ws = request.ws.context
    insight = store.insight_of(name)
    kept = store.card(ws, name)
    shown: dict[str, Any] = {"insight": insight, "kept": kept, "job": _job(ws), "learn_url": reverse("insights:learn")}
    if kept is not None:
        found = listing(ws, name, limit=FIRST)
        places = _told_columns(found)
        shown |= {
            "card": kept.card,
            "sentences": [said(each) for each in kept.card.sentences],
            "figures": figures(kept.card),
            "chart": chart(kept.card) if kept.card.parts else None,
            "fields": [_heading(found.fields[place]) for place in places],
            "rows": [_line(person, found.fields, places) for person in found.people] if kept.card.is_shown else [],
            "has_reasons": any(person.why for person in found.people),
            "total": found.total,
        }
        if name == "personas" and kept.card.is_shown:
            shown |= {"kinds": [_kind(each) for each in kinds(ws)], "rows": []}
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


def said(sentence: Said) -> str:
    """A sentence in the reader's language, its numbers as the reader writes them."""
    params = {key: _word(value) for key, value in sentence.params.items()}
    return gettext(sentence.message) % params if params else gettext(sentence.message)


def figures(card: Card) -> Sequence[FigureRow]:
    """The figures of a card beside those of the simplest rule."""
    return [FigureRow(gettext(m.label), _figure(m, m.value), _figure(m, m.baseline)) for m in card.measures]


def chart(card: Card) -> Drawing:
    """What was forecast for parts of the customers, and what came."""
    rows = [
        [str(place), number(part.people), number(part.forecast, 2), number(part.real, 2)]
        for place, part in enumerate(card.parts, start=1)
    ]
    return Drawing(
        title=gettext("Forecast and reality in the tests"),
        describe=lambda width: _points(card, width),
        columns=[gettext("Part"), gettext("Customers"), gettext("Forecast"), gettext("Reality")],
        rows=rows,
        note=gettext(
            "Each dot is a part of the customers with similar forecasts. On the line, what came was what was forecast."
        ),
    )


def _points(card: Card, width: int) -> Mapping[str, Any]:
    values = [{"forecast": part.forecast, "real": part.real} for part in card.parts]
    lowest = min(0.0, *(min(row.values()) for row in values))
    marks = ticks(max(max(row.values()) for row in values))
    digits = 0 if marks[-1] > 5 else 2
    scale = {"domain": [lowest, marks[-1]]}

    def write(value: float) -> str:
        return number(value, digits)

    x = {"field": "forecast", "type": "quantitative", "scale": scale}
    y = {"field": "real", "type": "quantitative", "scale": scale}
    named_x = {**x, "axis": {**axis(marks, write), "title": gettext("Forecast")}}
    named_y = {**y, "axis": {**axis(marks, write), "title": gettext("Reality")}}
    ends = [{"forecast": lowest, "real": lowest}, {"forecast": marks[-1], "real": marks[-1]}]
    return {
        "width": width - 80,
        "height": 240,
        "encoding": {"x": named_x, "y": named_y},
        "layer": [
            {"data": {"values": ends}, "mark": {"type": "line", "color": colour("ink-3"), "strokeDash": [4, 4]}},
            {
                "data": {"values": values},
                "mark": {"type": "point", "filled": True, "size": 80, "color": colour("chart-1"), "opacity": 1},
            },
        ],
    }


def _told_columns(found: Listing) -> Sequence[int]:
    """Which fields say something about anybody here; columns of dashes and long lists are left out."""
    told = [place for place, field in enumerate(found.fields) if not field.name.endswith("_list")]
    return [place for place in told if any(person.values[place] is not None for person in found.people)]


def _is_share(field: InsightField) -> bool:
    return field.kind == "number" and field.name.startswith(("p_", "engagement"))


def _heading(field: InsightField) -> str:
    """The label; a share stands here in per cent, so the bounds behind its label would mislead."""
    label = gettext(field.label)
    return label.rsplit(" (", 1)[0] if _is_share(field) else label


def _kind(kind: Kind) -> KindRow:
    rule = InsightIs("personas", "persona", "is", kind.code)
    traits = ", ".join(said(each) for each in kind.traits)
    mean = money(Decimal(str(round(kind.mean_value, 2))))
    return KindRow(kind, traits, mean, people_url(rule), builder_url(rule, name=f"{gettext('Persona')} {kind.code}"))


def _line(person: Listed, fields: Sequence[InsightField], places: Sequence[int]) -> PersonLine:
    cells = [(_heading(fields[place]), _cell(person.values[place], fields[place])) for place in places]
    return PersonLine(person, person_url(person.profile_id), cells, said(person.why) if person.why else "")


def _cell(value: Any, field: InsightField) -> str:
    if value is None:
        return "–"
    if field.kind == "choice":
        return gettext(dict(field.choices).get(str(value), str(value)))
    if field.kind == "boolean":
        return gettext(YES if value else NO)
    if field.kind == "money":
        return money(value)
    if field.kind == "date":
        return date(value)
    if field.kind == "number":
        if _is_share(field):
            return percent(value)
        return number(value, 0 if isinstance(value, int) or value >= 10 else 2)
    return str(value)


def _figure(measure: Measure, value: float | None) -> str:
    if value is None or value != value:
        return "–"
    if measure.unit == "share":
        return percent(value)
    if measure.unit == "money":
        return money(Decimal(str(round(value, 2))))
    return number(value, 1 if measure.unit == "days" else 3)


def _word(value: Any) -> Any:
    if isinstance(value, str):
        return gettext(value) if value else value
    if isinstance(value, float):
        return number(value, 2 if abs(value) < 10 else 1)
    return number(value)


def _job(ws: Any) -> jobs.Job | None:
    """The learning that waits or runs, None when there is none."""
    return next((job for job in jobs.of_subject(ws, JOB_KIND) if job.state in jobs.OPEN_STATES), None)
