"""What is known of one person or company, and what happened, ready for the templates."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from habitue.profiles.reading import Person
from habitue.web.profile_parts import facts, identities, may_we, moments
from habitue.web.profile_parts.around import around
from habitue.web.profile_parts.origins import source_names


def card(request: HttpRequest, found: Person) -> dict[str, Any]:
    """What is known of a person or company, for its page."""
    ws = request.ws
    sources = source_names(ws)
    explanation = ws.people.identities(found.row.profile_id)
    others = ws.people.rows_of([refused.profile_id for refused in explanation.refused])
    names = {row.profile_id: row.name or row.email or row.phone or "" for row in others}
    told = {value.source_id for golden in found.golden.values() for value in (golden.winner, *golden.others)}
    known_by = {sources.get(source_id, source_id) for source_id in told | identities.source_ids(explanation)}
    return {
        "person": found,
        "row": found.row,
        "initials": facts.initials(found.row.name),
        "who": facts.who(found, sources),
        "permissions": may_we.permissions(ws.purposes.listing(), found.consents, found.traits, sources),
        "identities": identities.identities(explanation, sources),
        "around": around(ws, found.row),
        "network": identities.network(explanation),
        "refusals": identities.refusals(explanation, names),
        "sources": sorted(known_by),
    }


def timeline_of(request: HttpRequest, profile_id: str) -> dict[str, Any]:
    """The moments that the address asks for, and where to go on."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in moments.KINDS else ""
    before = moments.wanted_position(request.GET.get("before"))
    found = moments.read(request.ws, profile_id, names=moments.KINDS[kind][1] if kind else (), before=before)
    zone = ZoneInfo(request.ws.config.workspace.timezone)
    shown_before = before[0] if before else None
    return {
        "profile_id": profile_id,
        "days": moments.days(found.moments, source_names(request.ws), zone, after=shown_before),
        "kind": kind,
        "kinds": [(name, label) for name, (label, _names) in moments.KINDS.items()],
        "next": moments.position(found.last) if found.last else "",
    }
