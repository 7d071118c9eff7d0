"""How many people of an audience may be reached for its purpose, and why not the others."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from habitue.audiences import reading
from habitue.audiences.membership import matching
from habitue.privacy import purposes
from habitue.privacy.basis import reach

CHANNELS = ("email", "phone", "post")


def fragment(request: HttpRequest, audience_id: str) -> HttpResponse:
    """The count that an export would give, as a fragment; nothing for an audience whose purpose reaches nobody."""
    ws = request.ws.context
    audience = reading.get(ws, audience_id)
    if audience.purpose is None:
        return HttpResponse()
    with ws.register.read() as conn:
        purpose = purposes.get(conn, audience.purpose)
    if purpose.channel not in CHANNELS:
        return HttpResponse()
    found = reach(ws, matching(ws, audience.rule), purpose.purpose_id)
    return render(request, "audiences/reach.html", {"reach": found, "purpose": purpose, "audience": audience})
