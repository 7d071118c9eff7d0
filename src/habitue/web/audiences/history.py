"""An audience over time and beside another one, its published rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from habitue.audiences import comparing, reading
from habitue.audiences.audience import Audience
from habitue.audiences.comparing import Overlap, Size
from habitue.audiences.fixed_list import is_fixed
from habitue.audiences.rule import Group, InAudience, Rule
from habitue.audiences.wording import Part
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.web.audiences import turns
from habitue.web.audiences.readable import diff_of
from habitue.web.charts import colour
from habitue.web.drawing import Drawing, axis, ticks
from habitue.web.rule_links import people_url
from habitue.web.rule_sentences import said
from habitue.web.templatetags.show import locale, number

DAYS = 90
FEW = 6


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule: its sentence, and what it says otherwise than the one before; a draft has no `version` yet."""

    version: reading.Version | None
    parts: Sequence[Part]
    gone: Sequence[Sequence[Part]]
    new: Sequence[Sequence[Part]]


@dataclass(frozen=True, slots=True)
class Share:
    """Some of the people of two audiences, and the way to them."""

    label: str
    people: int
    url: str


def history(request: HttpRequest, audience_id: str) -> HttpResponse:
    """Size over time, who entered and left, published versions with their differences, comparison with another one."""
    ws = request.ws.context
    audience = reading.get(ws, audience_id)
    by_hand = is_fixed(audience)
    happened = turns.shown(ws, request, audience_id, by_hand=by_hand)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "audiences/turns.html", {"audience": audience, **happened})
    found = reading.versions_of(ws, audience_id)
    earlier = [*(version.rule for version in found[1:]), None]
    rows = [_row(ws, version, before, version.rule) for version, before in zip(found, earlier, strict=False)]
    others = [each for each in reading.listing(ws) if each.audience_id != audience_id]
    shown = {
        "audience": audience,
        "chart": _chart(_since(comparing.sizes(ws, audience_id, days=DAYS), _born(ws, audience))),
        "is_fixed": by_hand,
        "versions": rows,
        "others": others,
        "draft": None if audience.draft is None else _row(ws, None, found[0].rule if found else None, audience.draft),
    }
    return render(request, "audiences/history.html", {**shown, **happened})


def _born(ws: Context, audience: Audience) -> date:
    return day_in(audience.created_at, ws.config.workspace.timezone)


def _since(sizes: Sequence[Size], born: date) -> Sequence[Size]:
    """Without the days before there was such an audience, of which nobody can say who would have belonged."""
    return [size for size in sizes if size.day >= born - timedelta(days=1)] or sizes[-2:]


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
    shown = {"overlap": found, "parts": _parts(found, first, second), "first": first, "second": second}
    return render(request, "audiences/overlap.html", shown)


def _parts(found: Overlap, first: Audience, second: Audience) -> Sequence[Share]:
    here, there = InAudience(first.audience_id), InAudience(second.audience_id)
    not_here, not_there = (InAudience(each.audience_id, negate=True) for each in (first, second))
    only = gettext("only in “%(name)s”")
    return [
        Share(gettext("in both"), found.both, people_url(Group(rules=(here, there)))),
        Share(only % {"name": first.name}, found.only_first, people_url(Group(rules=(here, not_there)))),
        Share(only % {"name": second.name}, found.only_second, people_url(Group(rules=(not_here, there)))),
    ]


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
    shown = sorted({0, len(sizes) // 2, len(sizes) - 1}) if len(sizes) > FEW else [0, len(sizes) - 1]
    names = [_day(sizes[place]) for place in shown]
    x_axis = axis(shown, lambda place: names[shown.index(int(place))], labelOverlap=False, labelFlush=True)
    return {
        "width": width - 70,
        "height": 180,
        "data": {"values": [{"day": place, "people": size.people} for place, size in enumerate(sizes)]},
        "mark": {
            "type": "line", "interpolate": "step-after", "color": colour("chart-1"), "strokeWidth": 2,
            # A line of a few days is hardly one.
            "point": {"filled": True, "size": 40, "color": colour("chart-1")} if len(sizes) <= FEW else False,
        },
        "encoding": {
            "x": {"field": "day", "type": "quantitative", "scale": {"domain": [0, len(sizes) - 1]}, "axis": x_axis},
            "y": {
                "field": "people",
                "type": "quantitative",
                "scale": {"domain": [0, marks[-1]]},
                "axis": axis(marks, lambda value: number(int(value))),
            },
        },
    }  # fmt: skip


def _day(size: Size) -> str:
    return str(format_date(size.day, "d MMM y", locale=locale()))
