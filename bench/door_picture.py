"""The growth curve as a picture in docs/screens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import altair as alt
import vl_convert

from bench.door_projection import Mark

PICTURE = Path(__file__).parent.parent / "docs" / "screens" / "door-growth.svg"
_PARTS = (
    ("per_second", "fully processed, events a second"),
    ("cpu_micros", "CPU, µs an event"),
    ("written_bytes", "written, bytes an event"),
)


def draw(curve: Sequence[Mark]) -> None:
    """Draw rate, CPU and bytes written over the number of events that are there already."""
    rows = [
        {"events": mark.events / 1e6, "value": getattr(mark, name), "what": title}
        for mark in curve
        for name, title in _PARTS
    ]
    base = alt.Chart(alt.Data(values=rows)).mark_line(point=True).properties(width=260, height=200)
    chart = base.encode(
        x=alt.X("events:Q", title="million events in the register"),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=True)),
        facet=alt.Facet("what:N", title=None, columns=3, sort=[title for _, title in _PARTS]),
    ).resolve_scale(y="independent")
    PICTURE.write_text(vl_convert.vegalite_to_svg(chart.to_json()), "utf-8")
