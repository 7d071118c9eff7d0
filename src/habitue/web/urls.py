"""All addresses: those of the areas, and the front door."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path

from habitue.web.areas import Area, areas
from habitue.web.navigation import visible
from habitue.web.routing import SIGNED_IN, pattern, route

handler403 = "habitue.web.errors.forbidden"
handler404 = "habitue.web.errors.not_found"
handler500 = "habitue.web.errors.broken"


def front_door(request: HttpRequest) -> HttpResponse:
    """To the first page of the navigation that the reader may open."""
    entries = [entry for area in areas() for entry in area.navigation]
    return redirect(visible(entries, request.ws.actor)[0].url_name)


def _resolver(area: Area) -> URLResolver:
    return path(area.prefix, include(([pattern(entry) for entry in area.routes], area.name)))


def _patterns() -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = [_resolver(area) for area in areas()]
    return [*found, pattern(route("", front_door, name="front_door", permission=SIGNED_IN))]


urlpatterns = _patterns()
