"""The ledger: every entry with who, what and when, and whether the chain is whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from habitue.audit import ledger
from habitue.audit.ledger import Entry
from habitue.kernel.text import gettext_noop as _
from habitue.web import paging
from habitue.web.ledger.details import Details, details
from habitue.web.navigation import NavEntry
from habitue.web.routing import route
from habitue.web.rule_links import page_url

VERBS: Mapping[str, str] = {
    "audience.archived": _("put an audience away"),
    "audience.changed": _("changed an audience"),
    "audience.draft_discarded": _("threw the draft of an audience away"),
    "audience.drafted": _("kept a draft of an audience"),
    "audience.created": _("made an audience"),
    "proposal.taken": _("took up a proposal"),
    "audience.likened": _("looked for people like those of an audience"),
    "audience.people_added": _("put people on a list"),
    "audience.people_removed": _("took people off a list"),
    "audience.restored": _("took an audience back"),
    "export.deleted": _("deleted the file of an export"),
    "export.downloaded": _("downloaded a list"),
    "export.made": _("made a list of people"),
    "identity.day_undone": _("took back what somebody had decided on a day"),
    "identity.decision_undone": _("took a decision about people back"),
    "identity.joined": _("joined two people"),
    "identity.rules_changed": _("changed the rules of identity"),
    "identity.separated": _("separated people"),
    "identity.value_allowed": _("said that a value links people"),
    "identity.value_blocked": _("said that a value links nobody"),
    "matching.started": _("compared everybody"),
    "matching.undone": _("took a matching run back"),
    "matching.stopped": _("stopped a matching run"),
    "pair.different": _("decided: different people"),
    "pair.same": _("decided: the same person"),
    "pair.undone": _("took an answer back"),
    "import.started": _("started an import"),
    "import.undone": _("took an import back"),
    "person.erased": _("erased a person"),
    "source.created": _("added a source"),
    "key.created": _("made a key for a source"),
    "key.rotated": _("replaced a key of a source"),
    "key.changed": _("changed where a key may be used"),
    "source.rules_changed": _("changed the rules of a source"),
    "quarantine.replayed": _("replayed what waited in quarantine"),
    "frames.replayed": _("tried again what was set aside of the journal"),
    "quarantine.corrected": _("put a message in quarantine right"),
    "quarantine.discarded": _("put a message in quarantine aside for good"),
    "key.paused": _("paused a key of a source"),
    "key.resumed": _("resumed a key of a source"),
    "key.revoked": _("revoked a key of a source"),
    "lake.opened": _("began to write the tables as files"),
    "lake.read": _("read the tables in a notebook"),
    "lake.written": _("wrote the tables as files"),
    "report.mailed": _("sent a report by mail"),
    "report.subscribed": _("asked for a report every month"),
    "report.unsubscribed": _("ended a monthly report"),
    "query.saved": _("saved a query in SQL"),
    "query.removed": _("removed a saved query in SQL"),
    "sql.answered": _("saw the answer of a query with names or contact data"),
    "sql.downloaded": _("downloaded the answer of a query"),
    "user.added": _("added a user"),
    "user.changed": _("changed a user"),
    "user.invited": _("made a link to choose a password"),
    "user.password_changed": _("chose a new password"),
}
_PAGES: Mapping[str, str] = {
    "audience": "audiences:show",
    "export": "exports:show",
    "import": "imports:run",
    "person": "people:person",
    "user": "settings:user_edit",
}


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry in words; `url` leads to what it is about, empty where there is no page."""

    entry: Entry
    told: str
    url: str
    details: Details


def overview(request: HttpRequest) -> HttpResponse:
    """Entries, the newest first; of one kind or about one thing when asked for."""
    ws = request.ws.context
    verb, subject = request.GET.get("verb", ""), request.GET.get("subject", "")
    number = paging.wanted(request.GET.get("page"))
    with ws.register.read() as conn:
        total = ledger.count(conn)
        page = _page(number, total, is_narrowed=bool(verb or subject))
        found = ledger.listing(
            conn, verb=verb or None, subject_id=subject or None, offset=page.offset, limit=page.size + 1
        )
    if page.total is None:
        page = paging.Page(page.number, page.size, None, has_next=len(found) > page.size)
    shown = {
        "rows": [_row(entry) for entry in found[: page.size]],
        "page": page,
        "total": total,
        "verb": verb,
        "subject": subject,
        "verbs": sorted(((code, gettext(label)) for code, label in VERBS.items()), key=lambda item: item[1]),
    }
    return render(request, "ledger/overview.html", shown)


def check(request: HttpRequest) -> HttpResponse:
    """Whether every entry still fits the one before it, as a fragment; reads the whole ledger."""
    ws = request.ws.context
    with ws.register.read() as conn:
        total, broken = ledger.count(conn), ledger.first_broken(conn)
    return render(request, "ledger/check.html", {"total": total, "broken": broken, "at": ws.clock.now()})


def _page(number: int, total: int, *, is_narrowed: bool) -> paging.Page:
    if is_narrowed:
        return paging.Page(number, paging.SIZE, None, has_next=False)
    return paging.page(number, total)


def _row(entry: Entry) -> EntryRow:
    name = _PAGES.get(entry.subject_kind, "")
    url = page_url(name, entry.subject_id) if name and entry.subject_id else ""
    return EntryRow(entry, gettext(VERBS.get(entry.verb, entry.verb)), url, details(entry.details))


ROUTES = (
    route("", overview, name="list", permission="ledger.read"),
    route("check/", check, name="check", permission="ledger.read"),
)
NAVIGATION = NavEntry(
    section="trust", label=_("Ledger"), url_name="ledger:list", icon="ledger", permission="ledger.read", order=9
)
