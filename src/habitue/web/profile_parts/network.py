"""A small network as a picture: who or what hangs together, drawn on the server as SVG without script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# Width and height by how many dots there are: with few of them in a narrow card, the words stay readable.
SIZES = ((6, 320, 230), (12, 400, 360), (24, 560, 520))
MOST = 24
LABEL = 20
# About how wide letters of names and of kinds are, and how high the words of a dot.
LETTER, SMALL, LINES = 7.2, 6.2, 28
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
            format_html_join("", "{}", ((_drawn(dot, places, middle),) for dot in self.dots[:MOST])),
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
    ring = _ring([dot for dot in dots if dot is not centre], near, wires)
    across, down = width / 2, height / 2
    places = {centre.key: (across, down)}
    for place, dot in enumerate(ring):
        turn = 2 * pi * place / len(ring) - pi / 2
        places[dot.key] = (across + 0.31 * width * cos(turn), down + 0.34 * height * sin(turn))
    return places


def _ring(dots: Sequence[Dot], near: Collection[str], wires: Sequence[Wire]) -> list[Dot]:
    """The order around the middle: those next to it by kind, and behind each of them whoever hangs on it."""
    hangs_on: dict[str, str] = {}
    for wire in wires:
        for key, other in ((wire.a, wire.b), (wire.b, wire.a)):
            if key in near and other not in near:
                hangs_on.setdefault(other, key)
    kinds = {dot.key: dot.kind for dot in dots}

    def place(dot: Dot) -> tuple[bool, str, str, bool, str]:
        root = dot.key if dot.key in near else hangs_on.get(dot.key, "")
        return (not root, kinds.get(root, dot.kind), root, dot.key != root, dot.key)

    return sorted(dots, key=place)


def _baseline(place: tuple[float, float], middle: tuple[float, float]) -> int:
    """Where the words of a dot begin: below it, or above where lines to the middle would run through them."""
    return 21 if place == middle or round(place[1]) > round(middle[1]) else -25


def _room(key: str, places: Mapping[str, tuple[float, float]], middle: tuple[float, float]) -> float:
    """How wide the words of a dot may be: not over the edge, and not into those of a neighbour at the same height."""
    x, y = places[key]
    mine = y + _baseline(places[key], middle)
    beside = [
        abs(x - place[0])
        for other, place in places.items()
        if other != key and abs(mine - place[1] - _baseline(place, middle)) < LINES
    ]
    return min([2 * x, 2 * (2 * middle[0] - x), *beside])


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(most - 1, 3)].rstrip(" -.,(") + "…"


def _drawn(dot: Dot, places: Mapping[str, tuple[float, float]], middle: tuple[float, float]) -> SafeString:
    """A dot with its words."""
    place, room = places[dot.key], _room(dot.key, places, middle)
    x, y = (round(each) for each in place)
    first = _baseline(place, middle)
    label, kind = _short(dot.label, min(LABEL, int(room / LETTER))), _short(dot.kind, int(room / SMALL))
    circle = format_html(
        '<circle cx="{}" cy="{}" r="7" fill="var(--{})"/><text x="{}" y="{}" text-anchor="middle" fill="var(--ink)" '
        'stroke="var(--card)" stroke-width="5" stroke-linejoin="round" paint-order="stroke">{}</text>'
        '<text x="{}" y="{}" text-anchor="middle" fill="var(--ink-2)" font-size="10" '
        'stroke="var(--card)" stroke-width="4" stroke-linejoin="round" paint-order="stroke">{}</text>',
        x, y, dot.tone, x, y + first, label, x, y + first + 13, kind,
    )  # fmt: skip
    return format_html('<a href="{}">{}</a>', dot.url, circle) if dot.url else circle
