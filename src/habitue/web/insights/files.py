"""What a reader can take along from the page of an insight: its charts as tables and pictures, and all of it as PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext

from habitue.insights import report as rfm_report
from habitue.insights import store
from habitue.insights.card import Card
from habitue.insights.listing import kinds
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.web import cards, formats
from habitue.web.attachments import attachment, spreadsheet
from habitue.web.drawing import Drawing
from habitue.web.insights.figures import group_chart, pareto_chart
from habitue.web.insights.personas import persona_rows
from habitue.web.sheet import Sheet, picture
from habitue.web.templatetags.show import locale


def charts(ws: Context, name: str) -> Mapping[str, Drawing]:
    """The charts on the page of an insight, by the names of their files."""
    if name == "rfm":
        report = rfm_report.report(ws)
        return {"groups": group_chart(report), "pareto": pareto_chart(report)} if report.people else {}
    kept = store.card(ws, name)
    return {"tests": cards.chart(kept.card)} if kept is not None and kept.card.parts else {}


def table(request: HttpRequest, name: str, chart: str) -> HttpResponse:
    """The table of a chart for spreadsheets."""
    drawing = _chart(request, name, chart)
    return spreadsheet([drawing.columns, *drawing.rows], f"{name}-{chart}.csv")


def image(request: HttpRequest, name: str, chart: str) -> HttpResponse:
    """A chart as a picture."""
    return attachment(picture(_chart(request, name, chart)), "image/png", f"{name}-{chart}.png")


def printed(request: HttpRequest, name: str) -> HttpResponse:
    """What the page of an insight says of everybody together, as PDF; it names nobody."""
    ws = request.ws.context
    insight = store.insight_of(name)
    zone = ws.config.workspace.timezone
    day = formats.day(day_in(ws.clock.now(), zone), locale(), ZoneInfo(zone))
    sheet = Sheet()
    sheet.text(f"{ws.config.workspace.name} · {day}", size=8.5, ink="ink-3")
    sheet.text(gettext(insight.label), size=19, weight="bold", gap=4)
    sheet.text(gettext(insight.question), size=12, gap=4)
    kept = store.card(ws, name)
    if kept is not None:
        for sentence in kept.card.sentences:
            sheet.text(cards.said(sentence), size=10, gap=3)
        _analysts(sheet, kept.card)
        if name == "personas" and kept.card.is_shown:
            _personas(sheet, ws)
    for drawing in charts(ws, name).values():
        sheet.y += 16
        sheet.rule()
        sheet.text(drawing.title, size=13, weight="bold", gap=1)
        sheet.picture(drawing)
        if drawing.note:
            sheet.text(drawing.note, size=8, ink="ink-3", gap=4)
        sheet.table(drawing.columns, drawing.rows, _numeric(drawing.columns))
    return attachment(sheet.pdf(), "application/pdf", f"{name}.pdf")


def _analysts(sheet: Sheet, card: Card) -> None:
    """Figures and terms of art, apart from the plain words above them."""
    rows = cards.figures(card)
    if not rows and not card.details:
        return
    sheet.y += 8
    sheet.text(gettext("For analysts"), size=11, weight="bold", gap=2)
    for sentence in card.details:
        sheet.text(cards.said(sentence), size=9, gap=2)
    if rows:
        baseline = gettext(card.baseline_label) if card.baseline_label else gettext("Needed")
        headings = [gettext("Figure"), gettext(card.method_label), baseline]
        sheet.table(headings, [[row.label, row.value, row.baseline] for row in rows], _numeric(headings))


def _personas(sheet: Sheet, ws: Context) -> None:
    found = persona_rows(kinds(ws))
    for row in found:
        sheet.y += 8
        sheet.text(f"{row.kind.code} · {row.traits}", size=11, weight="bold")
        for label, value in row.facts:
            sheet.text(f"{label}: {value}", size=9)


def _numeric(columns: Sequence[str]) -> list[bool]:
    return [place > 0 for place in range(len(columns))]


def _chart(request: HttpRequest, name: str, chart: str) -> Drawing:
    found = charts(request.ws.context, name).get(chart)
    if found is None:
        raise Http404
    return found
