"""A small network as a picture: who or what hangs together, drawn on the server as SVG without script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# Width and height by how many dots there are: with few of them in a narrow card, the words stay readable.
SIZES = ((6, 320, 230), (12, 400, 360), (24, 560, 520))
MOST = 24
LABEL = 20
DASHED = SafeString(' stroke-dasharray="5 4"')


@dataclass(frozen=True, slots=True)
class Dot:
    """One node: `kind` stands under the label, `tone` is a design token, `url` where it leads."""

    key: str
    label: str
    kind: str
    tone: str = "chart-1"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """One edge; `is_thought` draws it dashed, as something that was concluded and not said."""

    a: str
    b: str
    label: str = ""
    is_thought: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """Dots and wires; the dot with most wires stands in the middle."""

    title: str
    dots: Sequence[Dot]
    wires: Sequence[Wire]

    @property
    def left_out(self) -> int:
        """How many dots are not drawn."""
        return max(len(self.dots) - MOST, 0)

    @property
    def svg(self) -> SafeString:
        """The picture."""
        width, height = _size(len(self.dots))
        places = _places(self.dots[:MOST], self.wires, width, height)
        middle = width / 2, height / 2
        wires = [wire for wire in self.wires if wire.a in places and wire.b in places]
        lines = format_html_join(
            "",
            '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="var(--{})" stroke-width="1.5"{}/>',
            (
                (
                    *map(round, (*places[wire.a], *places[wire.b])),
                    "brass" if wire.is_thought else "ink-3",
                    DASHED if wire.is_thought else "",
                )
                for wire in wires
            ),
        )
        return format_html(
            '<svg viewBox="0 0 {} {}" role="img" aria-label="{}" font-size="12" font-family="inherit">{}{}</svg>',
            width, height, self.title, lines,
            format_html_join("", "{}", ((_drawn(dot, places[dot.key], middle),) for dot in self.dots[:MOST])),
        )  # fmt: skip


def _size(dots: int) -> tuple[int, int]:
    return next(((width, height) for most, width, height in SIZES if dots <= most), SIZES[-1][1:])


def _places(dots: Sequence[Dot], wires: Sequence[Wire], width: float, height: float) -> dict[str, tuple[float, float]]:
    """The middle for the dot with most wires, an ellipse for the others, in the order of the wires around it."""
    counts = Counter(key for wire in wires for key in (wire.a, wire.b))
    if not dots:
        return {}
    centre = max(dots, key=lambda dot: counts[dot.key])
    near = {wire.b if wire.a == centre.key else wire.a for wire in wires if centre.key in (wire.a, wire.b)}
    ring = sorted((dot for dot in dots if dot is not centre), key=lambda dot: (dot.key not in near, dot.kind, dot.key))
    across, down = width / 2, height / 2
    places = {centre.key: (across, down)}
    for place, dot in enumerate(ring):
        turn = 2 * pi * place / len(ring) - pi / 2
        places[dot.key] = (across + 0.31 * width * cos(turn), down + 0.34 * height * sin(turn))
    return places


def _drawn(dot: Dot, place: tuple[float, float], middle: tuple[float, float]) -> SafeString:
    """A dot with its words: below it, or above where lines to the middle would run through them."""
    x, y = (round(each) for each in place)
    first, second = (21, 34) if place == middle or y > round(middle[1]) else (-25, -12)
    label = dot.label if len(dot.label) <= LABEL else dot.label[: LABEL - 1] + "…"
    circle = format_html(
        '<circle cx="{}" cy="{}" r="7" fill="var(--{})"/><text x="{}" y="{}" text-anchor="middle" fill="var(--ink)" '
        'stroke="var(--card)" stroke-width="5" stroke-linejoin="round" paint-order="stroke">{}</text>'
        '<text x="{}" y="{}" text-anchor="middle" fill="var(--ink-2)" font-size="10" '
        'stroke="var(--card)" stroke-width="4" stroke-linejoin="round" paint-order="stroke">{}</text>',
        x, y, dot.tone, x, y + first, label, x, y + second, dot.kind,
    )  # fmt: skip
    return format_html('<a href="{}">{}</a>', dot.url, circle) if dot.url else circle
