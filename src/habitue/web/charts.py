"""Charts: a Vega-Lite description becomes one SVG for light and dark, always with its table.

Colours are named by design token: `colour("chart-1")` gives a marker that no other drawing uses, and `svg` turns
markers into CSS variables, so that the page decides between light and dark. Vega writes presentation attributes
only, which a strict content security policy lets through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import vl_convert
from django.utils.safestring import SafeString, mark_safe

VEGA_LITE = "6.4"
TOKENS = (
    "ink", "ink-2", "ink-3", "line", "card", "sunken", "accent", "accent-soft", "brass", "brass-soft", "alarm",
    "alarm-soft", "chart-1", "chart-2", "chart-3", "chart-4", "chart-5", "chart-6",
)  # fmt: skip
_MARKERS: Mapping[str, str] = {token: f"#fd{n:02x}9e" for n, token in enumerate(TOKENS)}
_VARIABLES: Mapping[str, str] = {marker: f"var(--{token})" for token, marker in _MARKERS.items()}
_MARKER = re.compile(r"#fd[0-9a-f]{2}9e")
_FONT = re.compile(r' font-family="[^"]*"')
_SIZE = re.compile(r'^<svg ([^>]*?)width="([\d.]+)" height="([\d.]+)"')
_STYLE = re.compile(r'\sstyle="[^"]*"')


class HasSpec(Protocol):
    """An Altair chart."""

    def to_dict(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its message and its table; cells are texts already written for the reader."""

    title: str
    spec: Mapping[str, Any] | HasSpec
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    @property
    def svg(self) -> SafeString:
        """The drawing."""
        return svg(self.spec)


def colour(token: str) -> str:
    """The marker of a design token, to be used wherever the description wants a colour."""
    return _MARKERS[token]


def svg(spec: Mapping[str, Any] | HasSpec) -> SafeString:
    """The drawing of a Vega-Lite description as inline SVG; kept in memory, for one costs 30 ms."""
    plain = spec.to_dict() if hasattr(spec, "to_dict") else dict(spec)
    plain["config"] = {**config(), **plain.get("config", {})}
    return mark_safe(_drawn(json.dumps(plain, sort_keys=True, default=str)))


def config() -> dict[str, Any]:
    """The look of all charts."""
    text = {"labelColor": colour("ink-3"), "titleColor": colour("ink-2"), "labelFontSize": 12, "titleFontSize": 12}
    return {
        "background": None,
        "font": "Noto Sans, sans-serif",
        "view": {"stroke": None},
        "axis": {**text, "gridColor": colour("line"), "domain": False, "ticks": False, "labelPadding": 6,
                 "titleFontWeight": "normal"},
        "axisX": {"grid": False, "labelAngle": 0},
        "legend": {**text, "symbolType": "square", "symbolStrokeWidth": 0, "title": None, "orient": "top",
                   "columnPadding": 24},
        "header": text,
        "text": {"color": colour("ink-2"), "fontSize": 12},
        "range": {"category": [colour(f"chart-{n}") for n in range(1, 6)]},
        "mark": {"color": colour("chart-1")},
        "rule": {"color": colour("ink-3")},
        "bar": {"cornerRadiusEnd": 3},
        "line": {"strokeWidth": 2.5},
    }  # fmt: skip


@lru_cache(maxsize=256)
def _drawn(description: str) -> str:
    drawing = vl_convert.vegalite_to_svg(description, vl_version=VEGA_LITE)
    drawing = _MARKER.sub(lambda found: _VARIABLES[found[0]], drawing)
    drawing = _STYLE.sub("", _FONT.sub("", drawing))
    return _SIZE.sub(r'<svg \1aria-hidden="true" data-width="\2"', drawing, count=1)
