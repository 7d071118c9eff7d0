"""A report on paper: one PDF page of A4 width and as high as needed, and a chart as a picture.

Made from SVG by the library that draws the charts, so nothing else has to be installed. The print view of the page
gives A4 pages from the browser.
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

from habitue.insights.reports.shape import Column, Outcome, Section
from habitue.web.drawing import Drawing
from habitue.web.reports.drawings import drawing
from habitue.web.reports.writing import Writer

WIDTH, MARGIN, LINE = 595.0, 42.0, 1.45
MOST_ROWS = 40
FONTS = "Noto Sans, DejaVu Sans, Liberation Sans, Arial, sans-serif"
_TOKENS = Path(__file__).parents[1] / "static" / "tokens.css"
_TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-fA-F]{6}),")
_VARIABLE = re.compile(r"var\(--([\w-]+)\)")
_SIZE = re.compile(r'data-width="([\d.]+)" viewBox="[\d.]+ [\d.]+ [\d.]+ ([\d.]+)"')
_NUMERIC = frozenset({"number", "decimal", "money", "share", "change", "points", "people", "days"})


@dataclass(slots=True)
class _Sheet:
    """SVG that grows downwards; `y` is where the next thing begins."""

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


def pdf(title: str, about: str, outcome: Outcome, writer: Writer) -> bytes:
    """The report as PDF; `about` names the business and the day."""
    sheet = _Sheet()
    sheet.text(about, size=8.5, ink="ink-3")
    sheet.text(title, size=19, weight="bold", gap=4)
    sheet.text(writer.say(outcome.says), size=12, gap=4)
    for warning in outcome.warnings:
        sheet.text(writer.say(warning), size=9, ink="brass")
    for section in outcome.sections:
        _section(sheet, section, writer)
    return bytes(vl_convert.svg_to_pdf(_page(sheet)))


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


def _page(sheet: _Sheet) -> str:
    height = sheet.y + MARGIN
    body = "".join(sheet.parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}" font-family="{FONTS}">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{body}</svg>'
    )


def _section(sheet: _Sheet, section: Section, writer: Writer) -> None:
    sheet.y += 16
    sheet.rule()
    sheet.y += 4
    sheet.text(writer.translate(section.title), size=13, weight="bold", gap=1)
    sheet.text(writer.say(section.says), size=10, gap=2)
    chart = drawing(section, writer)
    if chart is not None:
        sheet.picture(chart)
    if section.note:
        sheet.text(writer.say(section.note), size=8, ink="ink-3", gap=4)
    _table(sheet, section, writer)


def _table(sheet: _Sheet, section: Section, writer: Writer) -> None:
    rows = [[writer.cell(row, column) for column in section.columns] for row in section.rows[:MOST_ROWS]]
    headings = writer.headings(section)
    places = list(_places(section.columns, headings, rows))
    size = 7.5
    sheet.y += size * 1.6
    for heading, (column, start, end) in zip(headings, places, strict=True):
        _cell(sheet, heading, column, start, end, size=size, ink="ink-3")
    sheet.y += 3
    sheet.rule()
    for row in rows:
        sheet.y += size * 1.6
        for told, (column, start, end) in zip(row, places, strict=True):
            _cell(sheet, told, column, start, end, size=size, ink="ink")
    if len(section.rows) > MOST_ROWS:
        sheet.y += size * 1.6
        sheet.write("…", MARGIN, size=size, ink="ink-3")


def _cell(sheet: _Sheet, told: str, column: Column, start: float, end: float, *, size: float, ink: str) -> None:
    room = int((end - start) / (size * 0.55))
    short = told if len(told) <= room else told[: max(1, room - 1)] + "…"
    is_number = column.kind in _NUMERIC
    sheet.write(short, end if is_number else start, size=size, ink=ink, end=is_number)


def _places(
    columns: Sequence[Column], headings: Sequence[str], rows: Sequence[Sequence[str]]
) -> Iterator[tuple[Column, float, float]]:
    """Where each column begins and ends, by its longest words."""
    longest = [
        min(40, max([len(heading), *(len(row[place]) for row in rows)])) + 2 for place, heading in enumerate(headings)
    ]
    at, unit = MARGIN, (WIDTH - 2 * MARGIN) / sum(longest)
    for column, length in zip(columns, longest, strict=True):
        yield column, at, at + length * unit - 6
        at += length * unit
