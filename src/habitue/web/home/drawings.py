"""The chart of the home page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from django.utils.translation import gettext

from habitue.web.charts import colour
from habitue.web.drawing import NARROW, Drawing, axis, ticks
from habitue.web.home.revenue import Month, Revenue
from habitue.web.templatetags.show import locale, money_whole


def revenue_chart(revenue: Revenue, currency: str) -> Drawing:
    """Revenue of twelve calendar months, of regulars and of first and second purchases."""
    return Drawing(
        title=gettext("Revenue by kind of customer"),
        describe=lambda width: _areas(revenue.months, currency, width),
        columns=[
            gettext("Month"),
            gettext("From the third purchase on"),
            gettext("First and second purchases"),
            gettext("Together"),
        ],
        rows=[
            [
                _month(month.first_day, "LLLL yyyy"),
                money_whole(month.regular, currency),
                money_whole(month.early, currency),
                money_whole(month.regular + month.early, currency),
            ]
            for month in revenue.months
        ],
    )


def _areas(months: Sequence[Month], currency: str, width: int) -> Mapping[str, Any]:
    values = [
        {"month": number, "kind": kind, "money": max(float(money), 0)}
        for number, month in enumerate(months)
        for kind, money in ((0, month.regular), (1, month.early))
    ]
    most = max((float(month.regular + month.early) for month in months), default=0)
    marks = ticks(most)
    every = 3 if width == NARROW else 1
    shown = [number for number in range(len(months)) if number % every == 0]
    names = [_month(months[number].first_day, "LLL") for number in shown]
    x_axis = axis(shown, lambda number: names[shown.index(int(number))], labelOverlap=False)
    y_axis = axis(marks, lambda value: money_whole(Decimal(str(value)), currency))
    return {
        "width": width - 70,
        "height": 210,
        "data": {"values": values},
        "mark": {"type": "area", "opacity": 0.9, "interpolate": "monotone"},
        "encoding": {
            "x": {"field": "month", "type": "quantitative", "scale": {"domain": [0, len(months) - 1]}, "axis": x_axis},
            "y": {
                "field": "money",
                "type": "quantitative",
                "stack": "zero",
                "scale": {"domain": [0, marks[-1]]},
                "axis": y_axis,
            },
            "color": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": [0, 1], "range": [colour("chart-1"), colour("chart-2")]},
                "legend": None,
            },
            "order": {"field": "kind", "type": "quantitative"},
        },
    }


def _month(day: date, pattern: str) -> str:
    return format_date(day, format=pattern, locale=locale())
