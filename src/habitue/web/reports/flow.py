"""Movements from group to group as bands between two stacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from habitue.insights.reports.shape import Chart, Column, Row, Section, Value
from habitue.web.charts import colour
from habitue.web.drawing import NARROW
from habitue.web.reports.writing import Writer

STEPS = 24
GAP = 0.035
COLOURS: Mapping[str, str] = {
    "regular": "chart-1",
    "good": "chart-6",
    "promising": "chart-3",
    "new": "chart-5",
    "at_risk": "chart-2",
    "lost": "chart-4",
    "one_time": "ink-3",
    "not_yet": "line",
}


@dataclass(frozen=True, slots=True)
class Band:
    """From `origin` to `target`: where it begins and ends on both sides, 0 to 1 downwards."""

    origin: str
    target: str
    left: tuple[float, float]
    right: tuple[float, float]


def bands(rows: Sequence[tuple[str, str, int]], order: Sequence[str]) -> list[Band]:
    """The bands of movements (origin, target, people), stacked in an order with a gap between groups."""
    whole = sum(people for _origin, _target, people in rows) or 1
    left = _starts(rows, order, side=0, whole=whole)
    right = _starts(rows, order, side=1, whole=whole)
    made = []
    for origin, target, people in sorted(rows, key=lambda row: (order.index(row[0]), order.index(row[1]))):
        height = people / whole
        made.append(
            Band(origin, target, (left[origin], left[origin] + height), (right[target], right[target] + height))
        )
        left[origin] += height
        right[target] += height
    return made


def _starts(rows: Sequence[tuple[str, str, int]], order: Sequence[str], *, side: int, whole: int) -> dict[str, float]:
    starts, at = {}, 0.0
    for name in order:
        height = sum(row[2] for row in rows if row[side] == name) / whole
        starts[name] = at
        at += height + (GAP if height else 0)
    return starts


def flow(section: Section, chart: Chart, writer: Writer, width: int) -> Mapping[str, Any]:
    """The drawing of a flow."""
    column = next(each for each in section.columns if each.name == chart.x)
    rows = [(str(row[chart.x]), str(row[chart.y]), int(row[chart.shade])) for row in section.rows]
    made = bands(rows, list(column.choices))
    values = [point for number, band in enumerate(made) for point in _points(number, band)]
    labels = [*_names(rows, made, column, writer, side=0), *_names(rows, made, column, writer, side=1)]
    room = 92 if width == NARROW else 150
    end = max([1.0, *(label["y"] for label in labels), *(band.right[1] for band in made)]) + 0.01
    x = {"field": "x", "type": "quantitative", "axis": None, "scale": {"domain": [0, 1]}}
    y = {"type": "quantitative", "axis": None, "scale": {"domain": [end, 0], "zero": False}}
    area = {
        "x": x,
        "y": {**y, "field": "top"},
        "y2": {"field": "bottom"},
        "detail": {"field": "band"},
        "color": {"field": "colour", "type": "nominal", "scale": None},
        "opacity": {"field": "opacity", "type": "quantitative", "scale": None},
    }
    return {
        "width": width - 2 * room,
        "height": 340,
        "padding": {"left": 30, "right": 30, "top": 5, "bottom": 5},
        "layer": [
            {"data": {"values": values}, "mark": {"type": "area"}, "encoding": area},
            *(_labels([each for each in labels if each["x"] == side], x, y, is_left=side == 0) for side in (0, 1)),
        ],
    }


def _points(number: int, band: Band) -> list[Row]:
    """The band as a smooth step from left to right; who stays in the group is drawn lightly."""
    made: list[Row] = []
    for step in range(STEPS + 1):
        part = step / STEPS
        bend = part * part * (3 - 2 * part)
        made.append(
            {
                "band": number,
                "x": part,
                "top": band.left[0] + (band.right[0] - band.left[0]) * bend,
                "bottom": band.left[1] + (band.right[1] - band.left[1]) * bend,
                "colour": colour(COLOURS.get(band.origin, "ink-3")),
                "opacity": 0.3 if band.origin == band.target else 0.62,
            }
        )
    return made


def _names(
    rows: Sequence[tuple[str, str, int]], made: Sequence[Band], column: Column, writer: Writer, *, side: int
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for code in column.choices:
        own = [band for band in made if (band.origin, band.target)[side] == code]
        if not own:
            continue
        ends = [(band.left, band.right)[side] for band in own]
        people = sum(row[2] for row in rows if row[side] == code)
        told = f"{writer.cell({column.name: code}, column)} {writer.value(Value(people))}"
        found.append({"x": side, "y": (min(end[0] for end in ends) + max(end[1] for end in ends)) / 2, "told": told})
    for before, after in pairwise(found):
        after["y"] = max(after["y"], before["y"] + 0.05)
    return found


def _labels(values: list[dict[str, Any]], x: Row, y: Row, *, is_left: bool) -> Row:
    return {
        "data": {"values": values},
        "mark": {"type": "text", "align": "right" if is_left else "left", "dx": -8 if is_left else 8, "clip": False},
        "encoding": {"x": x, "y": {**y, "field": "y"}, "text": {"field": "told"}},
    }
