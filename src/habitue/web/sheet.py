"""A sheet of paper: SVG that grows downwards, with words, tables and charts, and what makes PDF and PNG of it.

Made by the library that draws the charts, so nothing else has to be installed.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path

import vl_convert

from habitue.web.drawing import Drawing

WIDTH, MARGIN, LINE = 595.0, 42.0, 1.45
MOST_ROWS = 40
FONTS = "Noto Sans, DejaVu Sans, Liberation Sans, Arial, sans-serif"
_TOKENS = Path(__file__).parent / "static" / "tokens.css"
_TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-fA-F]{6}),")
_VARIABLE = re.compile(r"var\(--([\w-]+)\)")
_SIZE = re.compile(r'data-width="([\d.]+)" viewBox="[\d.]+ [\d.]+ [\d.]+ ([\d.]+)"')


@dataclass(slots=True)
class Sheet:
    """A page of A4 width, as high as needed; `y` is where the next thing begins."""

    y: float = MARGIN
    parts: list[str] = field(default_factory=list)

    def text(self, words: str, *, size: float, ink: str = "ink", weight: str = "normal", gap: float = 0) -> None:
        """A paragraph over the whole width."""
        for line in textwrap.wrap(words, int((WIDTH - 2 * MARGIN) / (size * 0.52))):
            self.y += size * LINE
            self.write(line, MARGIN, size=size, ink=ink, weight=weight)
        self.y += gap

    def write(
        self, words: str, x: float, *, size: float, ink: str = "ink", weight: str = "normal", end: bool = False
    ) -> None:
        """One line of words at the present height."""
        anchor = ' text-anchor="end"' if end else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{self.y:.1f}" font-size="{size}" font-weight="{weight}"{anchor} '
            f'fill="{light()[ink]}">{escape(words)}</text>'
        )

    def rule(self) -> None:
        """A thin line over the whole width."""
        self.parts.append(
            f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{self.y:.1f}" y2="{self.y:.1f}" '
            f'stroke="{light()["line"]}" stroke-width="0.7"/>'
        )

    def picture(self, chart: Drawing) -> None:
        """A chart, as wide as it was drawn or as the page."""
        drawn = plain_svg(chart)
        found = _SIZE.search(drawn)
        if found is None:
            return
        width, height = float(found[1]), float(found[2])
        scale = min(1.0, (WIDTH - 2 * MARGIN) / width)
        sized = drawn.replace("<svg ", f'<svg width="{width}" height="{height}" ', 1)
        self.parts.append(f'<g transform="translate({MARGIN},{self.y + 8:.1f}) scale({scale:.4f})">{sized}</g>')
        self.y += height * scale + 16

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
        """A table of at most MOST_ROWS rows; columns of numbers stand at their right edge."""
        shown = rows[:MOST_ROWS]
        places = list(_places(headings, shown))
        size = 7.5
        self.y += size * 1.6
        for heading, place, is_number in zip(headings, places, numeric, strict=True):
            self._cell(heading, place, is_number, size=size, ink="ink-3")
        self.y += 3
        self.rule()
        for row in shown:
            self.y += size * 1.6
            for told, place, is_number in zip(row, places, numeric, strict=True):
                self._cell(told, place, is_number, size=size, ink="ink")
        if len(rows) > MOST_ROWS:
            self.y += size * 1.6
            self.write("…", MARGIN, size=size, ink="ink-3")

    def pdf(self) -> bytes:
        """The sheet as PDF."""
        return bytes(vl_convert.svg_to_pdf(self._page()))

    def _cell(self, told: str, place: tuple[float, float], is_number: bool, *, size: float, ink: str) -> None:
        start, end = place
        room = int((end - start) / (size * 0.55))
        short = told if len(told) <= room else told[: max(1, room - 1)] + "…"
        self.write(short, end if is_number else start, size=size, ink=ink, end=is_number)

    def _page(self) -> str:
        height = self.y + MARGIN
        body = "".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
            f'viewBox="0 0 {WIDTH} {height:.0f}" font-family="{FONTS}">'
            f'<rect width="100%" height="100%" fill="#ffffff"/>{body}</svg>'
        )


def picture(chart: Drawing) -> bytes:
    """A chart as PNG on white, twice as large as on the screen."""
    drawn = plain_svg(chart).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    found = _SIZE.search(drawn)
    size = f'width="{found[1]}" height="{found[2]}" ' if found else ""
    drawn = re.sub(r' xmlns="[^"]*"', "", drawn).replace("<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" {size}', 1)
    return bytes(
        vl_convert.svg_to_png(drawn.replace("<g", '<rect width="100%" height="100%" fill="white"/><g', 1), scale=2)
    )


def plain_svg(chart: Drawing) -> str:
    """The drawing with the colours of the light look in it, for paper."""
    return _VARIABLE.sub(lambda found: light().get(found[1], "#000000"), str(chart.wide))


@cache
def light() -> Mapping[str, str]:
    """The colours of the light look by token."""
    return dict(_TOKEN.findall(_TOKENS.read_text("utf-8")))


def _places(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[tuple[float, float]]:
    """Where each column begins and ends, by its longest words."""
    longest = [
        min(40, max([len(heading), *(len(row[place]) for row in rows)])) + 2 for place, heading in enumerate(headings)
    ]
    at, unit = MARGIN, (WIDTH - 2 * MARGIN) / sum(longest)
    for length in longest:
        yield at, at + length * unit - 6
        at += length * unit
