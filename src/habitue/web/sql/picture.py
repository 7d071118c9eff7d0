"""A simple chart of an answer: one column that names, one that counts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from habitue.web.charts import Chart

FEWEST, MOST_BARS, MOST_POINTS = 2, 30, 400
FEW = 5
LONGEST_NAME = 180
"""Pixels that the names of bars may take; longer ones end with an ellipsis and stand whole in the table."""


def picture(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], written: Callable[[Any], str], *, title: str
) -> Chart | None:
    """Bars for names, a line for days; None when the answer has another form."""
    if len(columns) != 2 or len(rows) < FEWEST or not all(_is_number(row[1]) for row in rows):
        return None
    is_time = all(isinstance(row[0], date) for row in rows)
    if not is_time and (len(rows) > MOST_BARS or any(not isinstance(row[0], str) for row in rows)):
        return None
    if len(rows) > MOST_POINTS or len({row[0] for row in rows}) < len(rows):
        return None
    cells = [(written(row[0]), written(row[1])) for row in rows]
    return Chart(title=title, spec=_line(rows) if is_time else _bars(rows, cells), columns=columns, rows=cells)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _bars(rows: Sequence[Sequence[Any]], cells: Sequence[tuple[str, str]]) -> dict[str, Any]:
    values = [
        {"name": name, "value": float(row[1]), "text": text} for row, (name, text) in zip(rows, cells, strict=True)
    ]
    place = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": LONGEST_NAME}}
    return {
        "data": {"values": values},
        # Names are measured with another font than the reader's, which may be wider.
        "padding": {"left": 36, "top": 5, "right": 5, "bottom": 5},
        "width": 490,
        "height": {"step": 26},
        "encoding": {"y": place, "x": {"field": "value", "type": "quantitative", "title": None, "axis": _axis(rows)}},
        "layer": [
            {"mark": "bar"},
            {"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": {"text": {"field": "text"}}},
        ],
    }


def _line(rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    values = [{"at": row[0].isoformat(), "value": float(row[1])} for row in sorted(rows, key=lambda row: row[0])]
    return {
        "data": {"values": values},
        "width": 640,
        "height": 220,
        "mark": {"type": "line", "point": len(rows) <= 40},
        "encoding": {
            "x": {"field": "at", "type": "temporal", "title": None},
            "y": {"field": "value", "type": "quantitative", "title": None, "axis": _axis(rows)},
        },
    }


def _axis(rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Few whole numbers are counted one by one."""
    highest = max(row[1] for row in rows)
    is_few = highest <= FEW and all(row[1] >= 0 and row[1] == int(row[1]) for row in rows)
    return {"values": list(range(int(highest) + 1))} if is_few else {}
