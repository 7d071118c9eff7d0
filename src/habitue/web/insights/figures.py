"""What the page of recency, frequency and money shows, made from the report of the library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from habitue.insights.contradiction import is_likely
from habitue.insights.groups import LOST_AFTER
from habitue.insights.report import GroupFigures, PersonAtRisk, RfmReport
from habitue.web.charts import colour
from habitue.web.drawing import NARROW, Drawing, axis
from habitue.web.rule_links import builder_url, customer_group, people_url, person_url
from habitue.web.templatetags.show import money_whole, number, percent

FEW_BUYERS = 30
"""With fewer buyers than this, groups and shares are told with a warning."""
TOP_SHARE = 0.2
LEFT_LABELS = {"title": None, "labelAlign": "left", "labelPadding": 134, "minExtent": 142, "labelLimit": 132}
WIDE_ROOM, NARROW_ROOM = 1.7, 1.6
"""How much longer than the longest bar the axis is, so that the words behind it fit."""
FEW_PARTS = (0, 0.2, 0.6, 1)
PARTS = (0, 0.2, 0.4, 0.6, 0.8, 1)
GROUP_COLOURS: Mapping[str, str] = {
    "regular": "chart-1",
    "good": "chart-6",
    "promising": "chart-3",
    "new": "chart-5",
    "at_risk": "chart-2",
    "lost": "chart-4",
    "one_time": "ink-3",
}


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group of customers with the ways to its people and to an audience of them, empty for groups of the past."""

    figures: GroupFigures
    people_url: str
    audience_url: str


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A valuable person at risk: usually every `days` days, and whether that is long past (`is_late`).

    `is_likely` tells that the forecast expects a purchase all the same.
    """

    person: PersonAtRisk
    url: str
    days: int
    is_late: bool
    is_likely: bool


def risk_rows(people: Sequence[PersonAtRisk]) -> Sequence[RiskRow]:
    """Valuable people at risk with the way to each one's page."""
    return [_risk_row(person) for person in people]


def group_rows(report: RfmReport) -> Sequence[GroupRow]:
    """Every group, those without people too."""
    return [_group_row(figures, is_past=report.ended is not None) for figures in report.groups]


def group_chart(report: RfmReport) -> Drawing:
    """How the money spreads over the groups."""
    most = max(report.groups, key=lambda item: item.money)
    title = gettext("“%(group)s”: %(share)s of the money")
    return Drawing(
        title=title % {"group": gettext(most.group.label), "share": percent(most.money_share)},
        describe=lambda width: _bars(report, width),
        columns=[gettext("Group"), gettext("People"), gettext("Share of people"), gettext("Money"), gettext("Share")],
        rows=[
            [
                gettext(item.group.label),
                number(item.people),
                percent(item.people_share),
                money_whole(item.money, report.currency),
                percent(item.money_share),
            ]
            for item in report.groups
        ],
    )


def pareto_chart(report: RfmReport) -> Drawing:
    """How much of the money the best customers bring."""
    title = gettext("The top 20%% of customers bring %(share)s of the money")
    shown = _tenths(report)
    return Drawing(
        title=title % {"share": percent(report.pareto.share)},
        describe=lambda width: _curve(report, width),
        columns=[gettext("Best customers"), gettext("Share of the money")],
        rows=[[percent(people), percent(money)] for people, money in shown],
        note=gettext("Customers from the one who spent most to the one who spent least, from left to right."),
    )


def _group_row(figures: GroupFigures, *, is_past: bool) -> GroupRow:
    if is_past:
        return GroupRow(figures, "", "")
    rule, group = customer_group(figures.group.code), figures.group
    name, why = gettext(group.label), gettext(group.definition)
    return GroupRow(figures, people_url(rule), builder_url(rule, name=name, description=why))


def _risk_row(person: PersonAtRisk) -> RiskRow:
    is_late = person.silence_days > person.rhythm_days * LOST_AFTER
    url, days = person_url(person.profile_id), round(person.rhythm_days)
    return RiskRow(person, url, days, is_late, is_likely(person.chance))


def _bars(report: RfmReport, width: int) -> Mapping[str, Any]:
    values = [
        {
            "group": gettext(item.group.label),
            "share": float(item.money_share),
            "told": percent(item.money_share)
            if width == NARROW
            else f"{money_whole(item.money, report.currency)} · {percent(item.money_share)}",
            "colour": colour(GROUP_COLOURS[item.group.code]),
        }
        for item in report.groups
    ]
    highest = max((value["share"] for value in values), default=1) or 1
    y = {"field": "group", "type": "nominal", "sort": None, "axis": LEFT_LABELS}
    room = NARROW_ROOM if width == NARROW else WIDE_ROOM
    x = {"field": "share", "type": "quantitative", "axis": None, "scale": {"domain": [0, highest * room]}}
    return {
        "width": width - 150,
        "height": {"step": 34},
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "bar", "height": {"band": 0.62}},
                "encoding": {"y": y, "x": x, "color": {"field": "colour", "type": "nominal", "scale": None}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 6},
                "encoding": {"y": y, "x": x, "text": {"field": "told"}},
            },
        ],
    }


def _curve(report: RfmReport, width: int) -> Mapping[str, Any]:
    points = [{"people": 0.0, "money": 0.0}]
    points += [{"people": point.people_share, "money": point.money_share} for point in report.pareto.curve]
    told = gettext("%(people)s bring %(money)s")
    mark = {
        "people": TOP_SHARE,
        "money": report.pareto.share,
        "told": told % {"people": percent(TOP_SHARE), "money": percent(report.pareto.share)},
    }
    marks = FEW_PARTS if width == NARROW else PARTS
    x = {"field": "people", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis(marks, percent)}
    y = {"field": "money", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis(PARTS, percent)}
    place = {"x": {"field": "people", "type": "quantitative"}, "y": {"field": "money", "type": "quantitative"}}
    return {
        "width": width - 60,
        "height": 220,
        "encoding": {"x": x, "y": y},
        "layer": [
            {"data": {"values": points}, "mark": {"type": "area", "color": colour("chart-1"), "opacity": 0.14}},
            {"data": {"values": points}, "mark": {"type": "line", "color": colour("chart-1")}},
            {
                "data": {"values": [mark]},
                "mark": {"type": "point", "filled": True, "size": 90, "color": colour("chart-2"), "opacity": 1},
                "encoding": place,
            },
            {
                "data": {"values": [mark]},
                "mark": {"type": "text", "align": "left", "dx": 10, "dy": 20, "fontWeight": "bold", "fontSize": 13},
                "encoding": {**place, "text": {"field": "told"}},
            },
        ],
    }


def _tenths(report: RfmReport) -> list[tuple[float, float]]:
    """The points of the curve next to every tenth of the customers."""
    curve = report.pareto.curve
    if not curve:
        return []
    near = [min(curve, key=lambda point: abs(point.people_share - part / 10)) for part in range(1, 11)]
    return list(dict.fromkeys((point.people_share, point.money_share) for point in near))
