"""Pages of the reports: the index by question, what each department needs, one report, and its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext

from habitue.access.policy import allowed
from habitue.insights.reports import store
from habitue.insights.reports.catalogue import Report, reports
from habitue.insights.reports.segments import DEPARTMENTS
from habitue.insights.reports.shape import Column, Outcome, Row, Section
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.web import formats
from habitue.web.attachments import attachment, spreadsheet
from habitue.web.drawing import Drawing
from habitue.web.navigation import NavEntry
from habitue.web.reports import by_mail, paper
from habitue.web.reports.behind import links
from habitue.web.reports.drawings import drawing
from habitue.web.reports.writing import Writer, in_reading_order, plain_rows
from habitue.web.routing import route
from habitue.web.rule_links import page_url
from habitue.web.sheet import picture as picture_of
from habitue.web.templatetags.show import locale

FIRST_ROWS = 8
THEMES = {
    "customers": _("Customers"),
    "money": _("Money"),
    "products": _("Products"),
    "places": _("Places and channels"),
    "opinions": _("Opinions and problems"),
    "departments": _("Departments"),
}
NUMERIC = frozenset({"number", "decimal", "money", "share", "change", "points", "people"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A report in the list; `says` is its sentence where it is known already."""

    report: Report
    says: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; `url` opens the people behind it."""

    text: str
    is_number: bool
    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table, with the way to an audience of its people."""

    cells: Sequence[Cell]
    audience_url: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section as the page shows it; `lines` are the first rows, `more` the others."""

    section: Section
    says: str
    note: str
    chart: Drawing | None
    headings: Sequence[tuple[str, bool]]
    lines: Sequence[Line]
    more: Sequence[Line]
    has_audiences: bool


def index(request: HttpRequest) -> HttpResponse:
    """Every report by its question."""
    ws = request.ws.context
    found = {theme: [_entry(ws, report) for report in reports().values() if report.theme == theme] for theme in THEMES}
    shown = [(label, found[theme]) for theme, label in THEMES.items() if found[theme]]
    return render(request, "reports/index.html", {"themes": shown, "departments": DEPARTMENTS.items()})


def department(request: HttpRequest, name: str) -> HttpResponse:
    """What one department needs, each report with its sentence."""
    if name not in DEPARTMENTS:
        raise Http404
    ws = request.ws.context
    entries = [_entry(ws, report) for report in reports().values() if name in report.departments]
    label = next(text for code, text in DEPARTMENTS.items() if code == name)
    shown = {"name": name, "label": label, "entries": entries, "departments": DEPARTMENTS.items()}
    return render(request, "reports/department.html", shown)


def says(request: HttpRequest, name: str) -> HttpResponse:
    """The sentence of a report, as a fragment."""
    ws = request.ws.context
    return render(request, "reports/says.html", {"says": writer(ws).say(store.outcome(ws, name).says)})


def show(request: HttpRequest, name: str) -> HttpResponse:
    """One report; what is not known yet arrives as a fragment."""
    ws = request.ws.context
    report = store.report(name)
    known = store.kept(ws, name)
    return render(
        request,
        "reports/report.html",
        {"report": report, **by_mail.shown(request, name), **(_shown(ws, report, known) if known else {})},
    )


def body(request: HttpRequest, name: str) -> HttpResponse:
    """What a report says, as a fragment."""
    ws = request.ws.context
    return render(request, "reports/body.html", _shown(ws, store.report(name), store.outcome(ws, name)))


def table(request: HttpRequest, name: str, section: str) -> HttpResponse:
    """The table of a section as a file for spreadsheets."""
    ws = request.ws.context
    rows = plain_rows(writer(ws), _section(store.outcome(ws, name), section))
    return spreadsheet(rows, f"{name}-{section}.csv")


def picture(request: HttpRequest, name: str, section: str) -> HttpResponse:
    """The chart of a section as a picture."""
    ws = request.ws.context
    chart = drawing(_section(store.outcome(ws, name), section), writer(ws))
    if chart is None:
        raise Http404
    return attachment(picture_of(chart), "image/png", f"{name}-{section}.png")


def printed(request: HttpRequest, name: str) -> HttpResponse:
    """The whole report as PDF."""
    ws = request.ws.context
    report, made = store.report(name), store.outcome(ws, name)
    written = writer(ws)
    day = formats.day(day_in(ws.clock.now(), written.timezone), written.locale, ZoneInfo(written.timezone))
    about = f"{ws.config.workspace.name} · {day}"
    return attachment(paper.pdf(gettext(report.label), about, made, written), "application/pdf", f"{name}.pdf")


def writer(ws: Context) -> Writer:
    """How the reader of this page writes."""
    settings = ws.config.workspace
    return Writer(gettext, locale(), settings.currency, settings.timezone)


def _entry(ws: Context, report: Report) -> Entry:
    known = store.kept(ws, report.name)
    return Entry(report, writer(ws).say(known.says) if known else "")


def _shown(ws: Context, report: Report, made: Outcome) -> dict[str, object]:
    written = writer(ws)
    may_list, may_edit = allowed(ws.actor, "audiences.read"), allowed(ws.actor, "audiences.edit")
    may_import = allowed(ws.actor, "imports.run")
    return {
        "report": report,
        "outcome": made,
        "says": written.say(made.says),
        "warnings": [written.say(warning) for warning in made.warnings],
        "parts": [_part(section, written, report, may_list, may_edit) for section in made.sections],
        "import_url": page_url("imports:list") if may_import else "",
        "language": get_language(),
        "past": store.past_day(ws),
    }


def _part(section: Section, written: Writer, report: Report, may_list: bool, may_edit: bool) -> Part:
    lines = [_line(section, row, written, report, may_list) for row in in_reading_order(section)]
    kept = lines if may_edit else [Line(line.cells, "") for line in lines]
    return Part(
        section=section,
        says=written.say(section.says),
        note=written.say(section.note) if section.note else "",
        chart=drawing(section, written),
        headings=[(gettext(column.label), column.kind in NUMERIC) for column in section.columns],
        lines=kept[:FIRST_ROWS],
        more=kept[FIRST_ROWS:],
        has_audiences=any(line.audience_url for line in kept),
    )


def _line(section: Section, row: Row, written: Writer, report: Report, may_list: bool) -> Line:
    told = [written.cell(row, column) for column in section.columns]
    people_url, audience_url = ("", "")
    if may_list:
        people_url, audience_url = links(section, row, name=f"{gettext(report.label)}: {told[0]}")
    counted = next((column.name for column in section.columns if column.kind == "people"), "")
    cells = [
        Cell(text, column.kind in NUMERIC, gettext(column.label), people_url if column.name == counted else "")
        for text, column in zip(told, section.columns, strict=True)
    ]
    return Line(cells, audience_url if _is_some(row, section.columns) else "")


def _is_some(row: Row, columns: Sequence[Column]) -> bool:
    return all(row.get(column.name) for column in columns if column.kind == "people")


def _section(made: Outcome, name: str) -> Section:
    found = next((section for section in made.sections if section.name == name), None)
    if found is None:
        raise Http404
    return found


ROUTES = (
    route("", index, name="list", permission="insights.read"),
    route("for/<slug:name>/", department, name="department", permission="insights.read"),
    route("<slug:name>/", show, name="show", permission="insights.read"),
    route("<slug:name>/mail/", by_mail.change, name="mail", permission="insights.read"),
    route("<slug:name>/mail/now/", by_mail.send_now, name="mail_now", permission="insights.read"),
    route("<slug:name>/says/", says, name="says", permission="insights.read"),
    route("<slug:name>/body/", body, name="body", permission="insights.read"),
    route("<slug:name>/report.pdf", printed, name="pdf", permission="insights.read"),
    route("<slug:name>/<slug:section>.csv", table, name="csv", permission="insights.read"),
    route("<slug:name>/<slug:section>.png", picture, name="png", permission="insights.read"),
)
NAVIGATION = NavEntry(
    section="understand",
    label=_("Reports"),
    url_name="reports:list",
    icon="report",
    permission="insights.read",
    order=1,
)
