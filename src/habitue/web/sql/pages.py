"""The page where analysts ask the tables in SQL: a query, its answer as table, chart and file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from habitue.access.masks import sees_contacts
from habitue.activation.console import run as console
from habitue.activation.console.errors import QueryFailed
from habitue.activation.console.offers import listed, offers
from habitue.activation.console.run import Answer
from habitue.kernel.text import gettext_noop as _
from habitue.web import errors, formats
from habitue.web.attachments import CSV, attachment
from habitue.web.navigation import NavEntry
from habitue.web.routing import route
from habitue.web.sql import saved
from habitue.web.sql.picture import picture
from habitue.web.sql.running import running, stop
from habitue.web.sql.shown import shown_page
from habitue.web.templatetags.show import locale

LONGEST_CELL = 300
KINDS: Mapping[str, str] = {
    "text": _("text"),
    "number": _("number"),
    "money": _("money"),
    "yes/no": _("yes or no"),
    "day": _("day"),
    "time": _("time"),
    "list": _("list"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is shown."""

    text: str
    is_number: bool


def overview(request: HttpRequest) -> HttpResponse:
    """The page; with a query (`?query=`, or a saved one) in its field, and its answer after it was sent."""
    is_sent = request.method == "POST"
    opened = saved.opened(request)
    query = (request.POST if is_sent else request.GET).get("query", "") or (opened.query if opened else "")
    told = _answered(request, query) if is_sent and query.strip() else {}
    if request.htmx:
        return render(request, "sql/answer.html", told)
    status = 422 if "problem" in told else 200
    return shown_page(request, query, {**saved.told(request, opened), **told}, status=status)


def tables(request: HttpRequest) -> HttpResponse:
    """The tables with their columns, as a fragment."""
    ws = request.ws.context
    offered = offers(ws)
    found = listed(ws, offered, is_masked=not sees_contacts(ws.actor))
    shown = [
        (table, [(column.name, gettext(KINDS[column.kind])) for column in table.columns], _example(table.name))
        for table in found
    ]
    return render(request, "sql/tables.html", {"tables": shown, "events_left_out": offered.events_left_out})


@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    """Stop the query that was asked from this page."""
    stop(request.ws.actor.actor_id, request.POST.get("run_id", ""))
    return HttpResponse(status=204)


@require_POST
def download(request: HttpRequest) -> HttpResponse:
    """The whole answer as CSV, names and contact data hidden; stands in the ledger."""
    ws = request.ws.context
    with running(ws.actor.actor_id, request.POST.get("run_id", "")) as stopped:
        made = console.download(ws, request.POST.get("query", ""), is_stopped=stopped.is_set)
    return attachment(made.content, CSV, "query.csv")


def _answered(request: HttpRequest, query: str) -> dict[str, Any]:
    ws = request.ws.context
    try:
        with running(ws.actor.actor_id, request.POST.get("run_id", "")) as stopped:
            answer = console.run(ws, query, is_stopped=stopped.is_set)
    except QueryFailed as problem:
        return {"problem": errors.told(problem)}
    headings = list(zip(answer.columns, _numeric(answer), strict=True))
    return {"answer": answer, "rows": _rows(answer), "chart": _chart(answer), "headings": headings}


def _rows(answer: Answer) -> Sequence[Sequence[Cell]]:
    numeric = _numeric(answer)
    return [[Cell(_written(v)[:LONGEST_CELL], n) for v, n in zip(row, numeric, strict=True)] for row in answer.rows]


def _numeric(answer: Answer) -> Sequence[bool]:
    """Which columns hold numbers."""
    found = []
    for place in range(len(answer.columns)):
        values = [row[place] for row in answer.rows if row[place] is not None]
        found.append(
            bool(values) and all(isinstance(v, int | float | Decimal) and not isinstance(v, bool) for v in values)
        )
    return found


def _chart(answer: Answer) -> Any:
    if len(answer.columns) != 2 or answer.is_cut:
        return None
    title = gettext("%(value)s by %(name)s") % {"value": answer.columns[1], "name": answer.columns[0]}
    return picture(answer.columns, answer.rows, _written, title=title)


def _written(value: Any) -> str:
    """A value as the reader writes it; numbers without separators, so that they can be copied."""
    if value is None:
        return formats.NOTHING
    if isinstance(value, bool):
        return pgettext("answer", "yes") if value else pgettext("answer", "no")
    if isinstance(value, datetime):
        from habitue.web.templatetags import show

        return show.datetime(value) if value.tzinfo else value.isoformat(sep=" ")
    if isinstance(value, date):
        return formats.day(value, locale(), ZoneInfo("UTC"))
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _example(name: str) -> str:
    return f"SELECT *\nFROM {name}\nLIMIT 100"


ROUTES = (
    route("", overview, name="ask", permission="sql.run"),
    route("tables/", tables, name="tables", permission="sql.run"),
    route("stop/", cancel, name="stop", permission="sql.run"),
    route("save/", saved.save, name="save", permission="sql.run"),
    route("remove/<str:query_id>/", saved.remove, name="remove", permission="sql.run"),
    route("file/", download, name="file", permission="sql.run"),
)
NAVIGATION = NavEntry(
    section="understand", label=_("SQL"), url_name="sql:ask", icon="screen", permission="sql.run", order=9
)
