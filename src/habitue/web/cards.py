"""A card as the pages show it: its sentences, its figures beside the simplest rule, the chart of its tests."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from habitue.insights.card import Card, Measure, Said
from habitue.web.charts import colour
from habitue.web.drawing import Drawing, axis, ticks
from habitue.web.templatetags.show import date as written_date
from habitue.web.templatetags.show import money, money_whole, number, percent

WHOLE_FROM = 100
"""From this amount on cents say nothing."""
SMALL_SHARE, SMALL_NUMBER = 0.1, 0.5
"""Below these another decimal tells figures apart."""
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
        "details": [said(each) for each in card.details],
        "figures": figures(card),
        "chart": chart(card) if card.parts else None,
    }


def said(sentence: Said) -> str:
    """A sentence in the reader's language, its numbers as the reader writes them."""
    params = {key: _word(value) for key, value in sentence.params.items()}
    many = sentence.many
    told = ngettext(sentence.message, many, sentence.params["count"]) if many else gettext(sentence.message)
    return told % params if params else told


def figures(card: Card) -> Sequence[FigureRow]:
    """The figures of a card beside those of the simplest rule."""
    return [FigureRow(gettext(m.label), *_figures(m)) for m in card.measures]


def chart(card: Card) -> Drawing:
    """What was forecast for parts of the customers, and what came."""
    rows = [
        [str(place), number(part.people), _part(card, part.forecast), _part(card, part.real)]
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
        return percent(value) if card.parts_unit == "share" else number(value, digits)

    def named(title: str) -> str:
        about = {"title": title, "what": gettext(card.parts_label)}
        return gettext("%(title)s: %(what)s") % about if card.parts_label else title

    x = {"field": "forecast", "type": "quantitative", "scale": scale}
    y = {"field": "real", "type": "quantitative", "scale": scale}
    named_x = {**x, "axis": {**axis(marks, write), "title": named(gettext("Forecast"))}}
    named_y = {**y, "axis": {**axis(marks, write), "title": named(gettext("Reality"))}}
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


def _figures(measure: Measure) -> tuple[str, str]:
    """The value and that of the simplest rule, in one form, so that they can be compared."""
    known = [abs(each) for each in (measure.value, measure.baseline) if each is not None and each == each]
    smallest = min(known, default=0.0)
    return _figure(measure, measure.value, smallest), _figure(measure, measure.baseline, smallest)


def _figure(measure: Measure, value: float | None, smallest: float) -> str:
    if value is None or value != value:
        return "–"
    if measure.unit == "share":
        return percent(value, 1 if smallest < SMALL_SHARE else 0)
    if measure.unit == "money":
        rounded = Decimal(str(round(value, 2)))
        return money(rounded) if smallest < WHOLE_FROM else money_whole(rounded)
    if measure.unit == "days":
        return number(value, 1)
    return number(value, 3 if smallest < SMALL_NUMBER else 2)


def _part(card: Card, value: float) -> str:
    return percent(value, 1) if card.parts_unit == "share" else number(value, 1 if card.parts_unit == "days" else 2)


def _most_digits(value: float) -> int:
    return 2 if abs(value) < 10 else 1


def _word(value: Any) -> Any:
    if isinstance(value, Said):
        return said(value)
    if isinstance(value, str) and _DAY.fullmatch(value):
        return written_date(date.fromisoformat(value))
    if isinstance(value, str):
        return gettext(value) if value else value
    if isinstance(value, Decimal):
        return amount(value)
    if isinstance(value, date):
        return written_date(value)
    if isinstance(value, float):
        return number(value, next((digits for digits in (0, 1) if round(value, digits) == value), _most_digits(value)))
    return number(value)
