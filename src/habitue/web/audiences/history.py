"""An audience over time and beside another one, its published rules, and why somebody is in it or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from habitue.access.policy import require
from habitue.audiences import comparing, reading, why
from habitue.audiences.comparing import Size
from habitue.audiences.fixed_list import list_of
from habitue.audiences.properties import AMOUNTS
from habitue.audiences.rule import EventSum, EventValue, Group, InAudience, Related, Rule, Sample
from habitue.audiences.stays import WHY, of_person
from habitue.audiences.why import Answer, Figure, Happened
from habitue.audiences.wording import Part
from habitue.kernel.context import Context
from habitue.profiles import reading as people_reading
from habitue.quality.dictionary import event_kind
from habitue.web.audiences.choices import MEASURES
from habitue.web.audiences.readable import diff_of, fact_of
from habitue.web.charts import colour
from habitue.web.drawing import Drawing, axis, ticks
from habitue.web.profile_parts import may_we
from habitue.web.profile_parts.origins import source_names
from habitue.web.rule_links import people_url, person_url
from habitue.web.rule_sentences import said
from habitue.web.templatetags.show import locale, money, number

DAYS = 90


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule: its sentence, and what it says otherwise than the one before; a draft has no `version` yet."""

    version: reading.Version | None
    parts: Sequence[Part]
    gone: Sequence[Sequence[Part]]
    new: Sequence[Sequence[Part]]


def history(request: HttpRequest, audience_id: str) -> HttpResponse:
    """Size over time, published versions with their differences, comparison with another audience."""
    ws = request.ws.context
    audience = reading.get(ws, audience_id)
    found = reading.versions_of(ws, audience_id)
    earlier = [*(version.rule for version in found[1:]), None]
    rows = [_row(ws, version, before, version.rule) for version, before in zip(found, earlier, strict=False)]
    others = [each for each in reading.listing(ws) if each.audience_id != audience_id]
    shown = {
        "audience": audience,
        "chart": _chart(comparing.sizes(ws, audience_id, days=DAYS)),
        "versions": rows,
        "others": others,
        "draft": None if audience.draft is None else _row(ws, None, found[0].rule if found else None, audience.draft),
    }
    return render(request, "audiences/history.html", shown)


def _row(ws: Context, version: reading.Version | None, before: Rule | None, rule: Rule) -> RuleRow:
    gone, new = diff_of(before, rule, reading.names(ws))
    return RuleRow(version, said(ws, rule), [said(ws, each) for each in gone], [said(ws, each) for each in new])


def overlap(request: HttpRequest, audience_id: str) -> HttpResponse:
    """How many people two audiences share, as a fragment."""
    ws = request.ws.context
    first = reading.get(ws, audience_id)
    other = request.GET.get("with", "")
    if not other:
        return render(request, "audiences/overlap.html", {})
    second = reading.get(ws, other)
    found = comparing.overlap(ws, first.rule, second.rule)
    here, there = InAudience(first.audience_id), InAudience(second.audience_id)
    not_here, not_there = (InAudience(each.audience_id, negate=True) for each in (first, second))
    pairs = {"both_url": (here, there), "first_url": (here, not_there), "second_url": (not_here, there)}
    links = {name: people_url(Group(rules=rules)) for name, rules in pairs.items()}
    return render(request, "audiences/overlap.html", {"overlap": found, "first": first, "second": second, **links})


def why_page(request: HttpRequest, audience_id: str, profile_id: str) -> HttpResponse:
    """Why a person is in an audience or not, condition by condition, and their stays in it."""
    ws = request.ws.context
    require(ws.actor, "people.read")
    audience = reading.get(ws, audience_id)
    found = why.why(ws, audience.rule, profile_id)
    with ws.register.read() as conn:
        kept = [stay for stay in of_person(conn, found.profile_id) if stay.audience_id == audience_id]
    sources = source_names(request.ws)
    shown = {
        "audience": audience,
        "person": people_reading.person(ws, profile_id).row,
        "person_url": person_url(found.profile_id),
        "why": found,
        "answers": [
            {
                "parts": said(ws, answer.rule),
                "holds": answer.holds,
                "values": [fact_of(name, value) for name, value in answer.values],
                "figure": _compared(answer),
                "more": _more(answer),
                "is_told_by_itself": isinstance(answer.rule, InAudience | Related | Sample),
                "statements": [may_we.statement(each, sources) for each in answer.consents],
                "events": [
                    {"label": gettext(event_kind(event.name).label), "at": event.at, "amount": _amount(event)}
                    for event in answer.events
                ],
            }
            for answer in found.answers
        ],
        "stays": [
            {"stay": stay, "entered_why": gettext(WHY[stay.entered_why]),
             "left_why": gettext(WHY[stay.left_why]) if stay.left_why else ""}
            for stay in kept
        ],
    }  # fmt: skip
    return render(request, "audiences/why.html", shown)


def _compared(answer: Answer) -> str:
    """The figure that a condition compared, in words; empty for conditions without one."""
    if isinstance(answer.rule, EventValue):
        return _measured(answer.rule, answer.figure)
    if not isinstance(answer.figure, Decimal):
        return ""
    if isinstance(answer.rule, EventSum):
        return gettext("together %(amount)s") % {"amount": money(answer.figure, answer.rule.currency)}
    count = int(answer.figure)
    return ngettext("%(count)s time", "%(count)s times", count) % {"count": number(count)}


def _measured(rule: EventValue, figure: Figure) -> str:
    """“the average: €24.90”; empty where the sentence says it better."""
    if list_of(rule) is not None:
        return ""
    if figure is None:
        shown = gettext("not known")
    elif isinstance(figure, str):
        shown = figure
    elif rule.property in AMOUNTS and rule.measure != "distinct":
        shown = money(figure)
    else:
        shown = number(figure, 0 if figure == figure.to_integral_value() else 2)
    return f"{gettext(MEASURES[rule.measure])}: {shown}"


def _more(answer: Answer) -> str:
    """The counted events that are not listed, in words; empty when all of them are."""
    if not answer.more:
        return ""
    if isinstance(answer.rule, EventSum):
        told = ngettext(
            "and %(count)s more, together %(amount)s", "and %(count)s more, together %(amount)s", answer.more
        )
        return told % {"count": number(answer.more), "amount": money(answer.more_money, answer.rule.currency)}
    return ngettext("and %(count)s more", "and %(count)s more", answer.more) % {"count": number(answer.more)}


def _amount(event: Happened) -> str:
    return "" if event.amount is None else money(event.amount, event.currency)


def _chart(sizes: Sequence[Size]) -> Drawing:
    return Drawing(
        title=gettext("Size over time"),
        describe=lambda width: _line(sizes, width),
        columns=[gettext("Day"), gettext("People"), gettext("Entered"), gettext("Left")],
        rows=[
            [_day(size), number(size.people), number(size.entered), number(size.left)]
            for size in reversed(sizes)
            if size.entered or size.left or size is sizes[-1]
        ],
    )


def _line(sizes: Sequence[Size], width: int) -> Mapping[str, Any]:
    marks = ticks(max((size.people for size in sizes), default=0))
    shown = [0, len(sizes) // 2, len(sizes) - 1]
    names = [_day(sizes[place]) for place in shown]
    x_axis = axis(shown, lambda place: names[shown.index(int(place))], labelOverlap=False, labelFlush=True)
    return {
        "width": width - 70,
        "height": 180,
        "data": {"values": [{"day": place, "people": size.people} for place, size in enumerate(sizes)]},
        "mark": {"type": "line", "interpolate": "step-after", "color": colour("chart-1"), "strokeWidth": 2},
        "encoding": {
            "x": {"field": "day", "type": "quantitative", "scale": {"domain": [0, len(sizes) - 1]}, "axis": x_axis},
            "y": {
                "field": "people",
                "type": "quantitative",
                "scale": {"domain": [0, marks[-1]]},
                "axis": axis(marks, lambda value: number(int(value))),
            },
        },
    }


def _day(size: Size) -> str:
    return str(format_date(size.day, "d MMM y", locale=locale()))
