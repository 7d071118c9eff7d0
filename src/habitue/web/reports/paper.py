"""A report on paper: one PDF page of A4 width and as high as needed.

The print view of the page gives A4 pages from the browser.
"""

from __future__ import annotations

from habitue.insights.reports.shape import Outcome, Section
from habitue.web.reports.drawings import drawing
from habitue.web.reports.writing import Writer
from habitue.web.sheet import MOST_ROWS, Sheet

_NUMERIC = frozenset({"number", "decimal", "money", "share", "change", "points", "people", "days"})


def pdf(title: str, about: str, outcome: Outcome, writer: Writer) -> bytes:
    """The report as PDF; `about` names the business and the day."""
    sheet = Sheet()
    sheet.text(about, size=8.5, ink="ink-3")
    sheet.text(title, size=19, weight="bold", gap=4)
    sheet.text(writer.say(outcome.says), size=12, gap=4)
    for warning in outcome.warnings:
        sheet.text(writer.say(warning), size=9, ink="brass")
    for section in outcome.sections:
        _section(sheet, section, writer)
    return sheet.pdf()


def _section(sheet: Sheet, section: Section, writer: Writer) -> None:
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
    rows = [[writer.cell(row, column) for column in section.columns] for row in section.rows[: MOST_ROWS + 1]]
    numeric = [column.kind in _NUMERIC for column in section.columns]
    sheet.table(writer.headings(section), rows, numeric)
