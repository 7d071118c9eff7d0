"""A card as the pages show it: its sentences, its figures beside the simplest rule, the chart of its tests."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from habitue.insights.card import Card, Measure, Said
from habitue.web.charts import colour
from habitue.web.drawing import Drawing, axis, ticks
from habitue.web.templatetags.show import date as written_date
from habitue.web.templatetags.show import money, money_whole, number, percent

WHOLE_FROM = 100
"""From this amount on cents say nothing."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure of a card as the reader writes it."""

    label: str
    value: str
    baseline: str


def shown(card: Card) -> Mapping[str, Any]:
    """What the template `parts/card.html` shows of a card."""
    return {
        "card": card,
        "sentences": [said(each) for each in card.sentences],
        "figures": figures(card),
        "chart": chart(card) if card.parts else None,
    }


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


def amount(value: Decimal) -> str:
    """Money that is expected, which is never known to the cent where it is large."""
    return money_whole(value) if abs(value) >= WHOLE_FROM else money(value)


def _figure(measure: Measure, value: float | None) -> str:
    if value is None or value != value:
        return "–"
    if measure.unit == "share":
        return percent(value)
    if measure.unit == "money":
        return amount(Decimal(str(round(value, 2))))
    return number(value, 1 if measure.unit == "days" else 3)


def _word(value: Any) -> Any:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return written_date(date.fromisoformat(value))
    if isinstance(value, str):
        return gettext(value) if value else value
    if isinstance(value, Decimal):
        return amount(value)
    if isinstance(value, date):
        return written_date(value)
    if isinstance(value, float):
        return number(value, 2 if abs(value) < 10 else 1)
    return number(value)
