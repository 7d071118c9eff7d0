"""Routes that declare who may use them; one that does not cannot be written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import URLPattern, path
from django_htmx.http import HttpResponseClientRedirect

from habitue.access.policy import VERBS, require
from habitue.kernel.rereading import again

PUBLIC = "public"
SIGNED_IN = "signed_in"

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Route:
    """A page: its path inside the area, its view, its name, and the verb of `access.policy` it needs."""

    path: str
    view: View
    name: str
    permission: str


def route(path: str, view: View, *, name: str, permission: str) -> Route:
    """A route; `permission` is a verb, PUBLIC or SIGNED_IN, else ValueError."""
    if permission not in (PUBLIC, SIGNED_IN) and permission not in VERBS:
        raise ValueError(f"route {name!r}: {permission!r} is no verb of habitue.access.policy")
    return Route(path=path, view=view, name=name, permission=permission)


def pattern(entry: Route) -> URLPattern:
    """Django's pattern of a route, with the check in front of its view."""
    return path(entry.path, guarded(entry), name=entry.name)


def guarded(entry: Route) -> View:
    """The view of a route behind its permission; the attribute `permission` tells which."""

    @wraps(entry.view)
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if entry.permission != PUBLIC:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if entry.permission != SIGNED_IN:
                require(request.ws.actor, entry.permission)
        return _answered(entry.view, request, *args, **kwargs)

    view.permission = entry.permission  # type: ignore[attr-defined]  # read by the test of all routes
    return view


def _answered(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The answer of a view; a page that only shows is read again when its files were taken away meanwhile."""
    if request.method in ("GET", "HEAD"):
        return again(lambda: view(request, *args, **kwargs))
    return view(request, *args, **kwargs)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back here afterwards; a fragment takes the whole page along."""
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url("account:sign_in"))
    query = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{resolve_url('account:sign_in')}?{query}")
