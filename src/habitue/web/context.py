"""What every template of the shell needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from habitue.access.policy import allowed
from habitue.web import binding, languages
from habitue.web.areas import areas
from habitue.web.navigation import NavSection, sections

SEARCH = "people:list"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Workspace, user, navigation, search, language and theme."""
    user = getattr(request, "user", None)
    return {
        "workspace": binding.workspace().config.workspace,
        "user": user if user is not None and user.is_authenticated else None,
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "search_url": SimpleLazyObject(lambda: _search_url(request)),
        "theme": getattr(request, "theme", "system"),
        "language": get_language() or "en",
        "languages": languages.NAMES,
    }


def _navigation(request: HttpRequest) -> list[NavSection]:
    entries = [entry for area in areas() for entry in area.navigation]
    return list(sections(entries, request.ws, request.path))


def _search_url(request: HttpRequest) -> str:
    if not allowed(request.ws.actor, "people.read"):
        return ""
    try:
        return reverse(SEARCH)
    except NoReverseMatch:
        return ""
