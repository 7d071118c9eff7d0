"""The chart of a section, drawn for wide and narrow screens: one message, names beside the marks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from habitue.insights.reports.shape import Chart, Column, Row, Section
from habitue.web.charts import colour
from habitue.web.drawing import NARROW, Drawing, axis, ticks
from habitue.web.reports.flow import COLOURS, flow
from habitue.web.reports.writing import Writer, short_month, short_period

MOST_BARS, MOST_CELLS = 10, 12
SERIES = ("chart-1", "chart-2", "chart-3", "chart-4", "chart-5", "chart-6", "ink-3")
LETTER, LEAST_LABEL, MOST_LABEL, MOST_NARROW_LABEL = 7.2, 80, 270, 118
"""How wide a letter is about, and how much room names may take."""
BREAK, SPARE = "\n", 4
"""What parts the two lines of a name, and how many letters are left free so that lines can end between words."""
_BREAK = json.dumps(BREAK)
BETWEEN = "+→·"
"""What stands between the two of a pair."""
WIDER = 1.2
"""By how much capitals are wider."""
ROOM = {"left": 5, "right": 26, "top": 5, "bottom": 5}
"""Browsers write wider letters than those that the drawing was measured with."""
Spec = Mapping[str, Any]


def drawing(section: Section, writer: Writer) -> Drawing | None:
    """The chart with its message; None where the section has none or no row."""
    chart = section.chart
    if chart is None or not section.rows:
        return None
    draw = _KINDS[chart.kind]
    return Drawing(
        title=writer.say(section.says),
        describe=lambda width: draw(section, chart, writer, width),
        columns=writer.headings(section),
        rows=[[writer.cell(row, column) for column in section.columns] for row in section.rows],
    )


def column_of(section: Section, name: str) -> Column:
    """The column that a chart draws."""
    return next((column for column in section.columns if column.name == name), Column(name, name))


def _labels(names: Iterable[str], width: int) -> dict[str, Any]:
    """The axis of names on the left, as wide as they need; `room` is what it takes from the drawing."""
    lines = [line for name in names for line in name.split(BREAK)]
    longest = max((len(line) * LETTER + sum(map(str.isupper, line)) * WIDER for line in lines), default=0)
    room = min(MOST_NARROW_LABEL if width == NARROW else MOST_LABEL, max(LEAST_LABEL, longest))
    return {
        "title": None,
        "labelAlign": "left",
        "labelPadding": room + 4,
        "minExtent": room + 12,
        "labelLimit": room,
        "labelExpr": f"split(datum.label, {_BREAK})",
        "labelLineHeight": 13,
        "labelOffset": {"condition": {"test": f"indexof(datum.label, {_BREAK}) >= 0", "value": -7}, "value": 0},
    }


def short_names(names: Sequence[str], width: int) -> list[str]:
    """The names on two lines at most and as short as there is room; no two are alike, or bars would cover each other.

    Names that begin alike lose their middle, and those that also end alike get a number.
    """
    line = int((MOST_NARROW_LABEL if width == NARROW else MOST_LABEL) / LETTER) - 1
    return [_on_two_lines(name, line) for name in _different(names, 2 * line - SPARE)]


def _on_two_lines(name: str, most: int) -> str:
    """The name with a break where a line is full: best between the two of a pair, else near the middle."""
    if len(name) <= most:
        return name
    breaks = [at for at, letter in enumerate(name) if letter == " " and at <= most and len(name) - at - 1 <= most]
    if not breaks:
        return name[:most] + BREAK + name[most:]
    at = min(breaks, key=lambda place: (name[place - 1] not in BETWEEN, abs(2 * place - len(name))))
    return name[:at] + BREAK + name[at + 1 :]


def _different(names: Sequence[str], most: int) -> list[str]:
    """The names cut to a length, all of them different."""
    short = [name if len(name) <= most else name[: most - 1] + "…" for name in names]
    many = Counter(short)
    found: list[str] = []
    for name, cut in zip(names, short, strict=True):
        if many[cut] > 1 and len(name) > most:
            cut = name[: most // 2] + "…" + name[-(most - most // 2 - 1) :]
        number, told = 2, cut
        while told in found:
            number, told = number + 1, f"{cut[: most - 4]} ({number})"
        found.append(told)
    return found


def _number(row: Row, name: str) -> float:
    value = row.get(name)
    return float(value) if value is not None else 0.0


def _bars(section: Section, chart: Chart, writer: Writer, width: int) -> Spec:
    rows = [row for row in section.rows if row.get(chart.x) is not None][:MOST_BARS]
    measure = column_of(section, chart.x)
    names = short_names([writer.label(row, section, chart.y) for row in rows], width)
    values: list[dict[str, Any]] = [
        {
            "name": name,
            "value": _number(row, chart.x),
            "low": _number(row, chart.low) if chart.low else None,
            "high": _number(row, chart.high) if chart.high else None,
            "told": writer.cell(row, measure),
        }
        for name, row in zip(names, rows, strict=True)
    ]
    longest = max((max(value["value"], value["high"] or 0) for value in values), default=1) or 1
    labels = _labels((value["name"] for value in values), width)
    y = {"field": "name", "type": "nominal", "sort": None, "axis": labels}
    scale = {"domain": [0, longest * (1.55 if width == NARROW else 1.25)]}
    x = {"field": "value", "type": "quantitative", "axis": None, "scale": scale}
    layers: list[Spec] = [
        {"mark": {"type": "bar", "height": {"band": 0.62}, "color": colour("chart-1")}, "encoding": {"y": y, "x": x}}
    ]
    end = x
    if chart.low:
        ends = {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y}
        layers.append({"mark": {"type": "rule", "color": colour("ink-2"), "strokeWidth": 1.5}, "encoding": ends})
        end = {**x, "field": "high"}
    text = {"y": y, "x": end, "text": {"field": "told"}}
    layers.append({"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": text})
    return {
        "width": width - labels["minExtent"] - 8,
        "height": {"step": 30},
        "data": {"values": values},
        "layer": layers,
    }


def _columns(section: Section, chart: Chart, writer: Writer, width: int) -> Spec:
    rows = [row for row in section.rows if row.get(chart.y) is not None]
    measure, place = column_of(section, chart.y), column_of(section, chart.x)
    most = max(_number(row, chart.high or chart.y) for row in rows) if rows else 1
    marks = ticks(most)
    values = [
        {
            "place": number,
            "value": _number(row, chart.y),
            "low": _number(row, chart.low) if chart.low else None,
            "high": _number(row, chart.high) if chart.high else None,
        }
        for number, row in enumerate(rows)
    ]
    names = [_name(row, place, writer) for row in rows]
    most_names = max(1, int((width - 90) / (LETTER * max(map(len, names), default=1) + 6)))
    every = max(1, -(-len(rows) // min(most_names, 5 if width == NARROW else 12)))
    shown = [number for number in range(len(rows)) if number % every == 0]
    x_axis = axis(shown, lambda number: names[int(number)], labelOverlap=False, ticks=False)
    x = {"field": "place", "type": "quantitative", "axis": x_axis, "scale": {"domain": [-0.6, len(rows) - 0.4]}}
    y_axis = axis(marks, lambda value: writer.axis(value, measure))
    y = {"field": "value", "type": "quantitative", "axis": y_axis, "scale": {"domain": [0, marks[-1]]}}
    bar = max(3, min(44, (width - 90) // max(1, len(rows)) - 4))
    layers: list[Spec] = [
        {"mark": {"type": "bar", "width": bar, "color": colour("chart-1")}, "encoding": {"x": x, "y": y}}
    ]
    if chart.low:
        ends = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
        layers.append({"mark": {"type": "rule", "color": colour("ink-2"), "strokeWidth": 1.5}, "encoding": ends})
    return {"width": width - 80, "height": 210, "data": {"values": values}, "layer": layers}


def _name(row: Row, column: Column, writer: Writer) -> str:
    value = row[column.name]
    if column.kind in ("month", "quarter") and isinstance(value, date):
        return short_period(value, column.kind, writer.locale)
    if column.kind == "calendar_month":
        return short_month(int(value), writer.locale)
    return writer.cell(row, column)


def _lines(section: Section, chart: Chart, writer: Writer, width: int) -> Spec:
    rows = [row for row in section.rows if row.get(chart.y) is not None]
    places = sorted({row[chart.x] for row in rows})
    series = list(dict.fromkeys(row[chart.series] for row in rows)) if chart.series else [""]
    free = iter(SERIES)
    colours = {name: COLOURS[name] if name in COLOURS else next(free, "ink-3") for name in series}
    measure, kind = column_of(section, chart.y), column_of(section, chart.x).kind
    names = {name: writer.label({chart.series: name}, section, chart.series) for name in series if chart.series}
    values = [{**_point(row, chart, places, colours), "named": names.get(row.get(chart.series), "")} for row in rows]
    lowest = min(0.0, *(value["low"] if chart.low and value["low"] is not None else value["value"] for value in values))
    most = max(max(value["value"], value["high"] or 0) for value in values)
    marks = ticks(most)
    if lowest < 0:
        marks = [*(-mark for mark in reversed(ticks(-lowest)[1:])), *marks]
    every = max(1, -(-len(places) // (4 if width == NARROW else 10)))
    shown = [number for number in range(len(places)) if number % every == 0]
    x_axis = axis(shown, lambda number: short_period(places[int(number)], kind, writer.locale), labelOverlap=False)
    room = 0 if not chart.series or width == NARROW else 160
    x = {"field": "place", "type": "quantitative", "axis": x_axis, "scale": {"domain": [0, max(1, len(places) - 1)]}}
    y_axis = axis(marks, lambda value: writer.axis(value, measure))
    y = {"field": "value", "type": "quantitative", "axis": y_axis, "scale": {"domain": [marks[0], marks[-1]]}}
    shade = {"field": "colour", "type": "nominal", "scale": None}
    keyed = _key(names, colours) if names and not room else shade
    layers: list[Spec] = []
    if chart.low:
        band = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": keyed}
        layers.append({"mark": {"type": "area", "opacity": 0.16}, "encoding": band})
    layers.append({"mark": {"type": "line"}, "encoding": {"x": x, "y": y, "color": keyed}})
    if chart.series and room:
        layers.append(_ends(values, writer, section, chart, x, y, shade))
    return {
        "width": width - 80 - room,
        "height": 230,
        "padding": ROOM,
        "data": {"values": values},
        "layer": layers,
    }


def _key(names: Mapping[Any, str], colours: Mapping[Any, str]) -> Spec:
    """The colour of each line by its name, told in a key above the drawing where names find no room at its end."""
    legend = {"columns": 2, "labelLimit": 130, "columnPadding": 10, "symbolOpacity": 1, "symbolSize": 80}
    scale = {"domain": list(names.values()), "range": [colour(colours[name]) for name in names]}
    return {"field": "named", "type": "nominal", "scale": scale, "legend": legend}


def _point(row: Row, chart: Chart, places: list[Any], colours: Mapping[Any, str]) -> dict[str, Any]:
    own = row[chart.series] if chart.series else ""
    return {
        "place": places.index(row[chart.x]),
        "value": _number(row, chart.y),
        "low": _number(row, chart.low) if chart.low and row.get(chart.low) is not None else None,
        "high": _number(row, chart.high) if chart.high and row.get(chart.high) is not None else None,
        "series": str(own),
        "colour": colour(colours.get(own, "ink-3")),
    }


def _ends(
    values: list[dict[str, Any]], writer: Writer, section: Section, chart: Chart, x: Spec, y: Spec, shade: Spec
) -> Spec:
    """The name of each line at its end behind a dot of its colour, moved apart where ends lie close."""
    column = column_of(section, chart.series)
    last: dict[str, dict[str, Any]] = {}
    for value in values:
        if value["series"] not in last or value["place"] >= last[value["series"]]["place"]:
            last[value["series"]] = value
    span = max((value["value"] for value in values), default=1) or 1
    ends, floor = [], -span
    newest = max(value["place"] for value in values)
    at_end = [value for value in last.values() if value["place"] == newest]
    for value in sorted(at_end, key=lambda each: each["value"]):
        height = max(value["value"], floor + span * 0.075)
        floor = height
        told = writer.cell({column.name: value["series"]}, column)
        ends.append({**value, "value": height, "told": told if len(told) < 24 else told[:22] + "…"})
    place = {"x": x, "y": y}
    text = {"type": "text", "align": "left", "clip": False}
    return {
        "data": {"values": ends},
        "layer": [
            {"mark": {**text, "dx": 4}, "encoding": {**place, "text": {"value": "●"}, "color": shade}},
            {"mark": {**text, "dx": 17}, "encoding": {**place, "text": {"field": "told"}}},
        ],
    }


def _heat(section: Section, chart: Chart, writer: Writer, width: int) -> Spec:
    across = list(dict.fromkeys(str(row[chart.x]) for row in section.rows))[: 6 if width == NARROW else MOST_CELLS]
    shown = [row for row in section.rows if str(row[chart.x]) in across]
    column = column_of(section, chart.y)
    order = list(column.choices) or sorted({str(row[chart.y]) for row in shown})
    down = [name for name in order if any(str(row[chart.y]) == name for row in shown)][:MOST_CELLS]
    most = max((abs(_number(row, chart.shade)) for row in shown), default=1) or 1
    values = [
        {
            "across": writer.label(row, section, chart.x),
            "down": writer.label(row, section, chart.y),
            "strength": abs(_number(row, chart.shade)) / most,
            "colour": colour("chart-1" if _number(row, chart.shade) >= 0 else "chart-2"),
            "told": writer.cell(row, column_of(section, chart.shade)) if width != NARROW else "",
        }
        for row in shown
        if str(row[chart.y]) in down
    ]
    y_order = [writer.label({chart.y: name}, section, chart.y) for name in down]
    labels = _labels(y_order, width)
    y = {"field": "down", "type": "nominal", "sort": y_order, "axis": labels}
    x_axis = {"title": None, "labelAngle": -35, "labelAlign": "left", "orient": "top", "labelLimit": 110}
    x = {"field": "across", "type": "nominal", "sort": None, "axis": x_axis}
    shade = {"field": "colour", "type": "nominal", "scale": None}
    strength = {"field": "strength", "type": "quantitative", "scale": {"domain": [0, 1], "range": [0.03, 0.5]}}
    rect = {"x": x, "y": y, "color": shade, "opacity": {**strength, "legend": None}}
    return {
        "width": width - labels["minExtent"] - 8,
        "height": {"step": 30},
        "data": {"values": values},
        "layer": [
            {"mark": {"type": "rect"}, "encoding": rect},
            {"mark": {"type": "text", "fontSize": 10}, "encoding": {"x": x, "y": y, "text": {"field": "told"}}},
        ],
    }


_KINDS = {"bars": _bars, "columns": _columns, "lines": _lines, "heat": _heat, "flow": flow}
