"""What happens around every page: who reads it, first set-up, errors in plain words, safe cookies."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from habitue.access.actor import Actor
from habitue.kernel.errors import HabitueError
from habitue.web import accounts, binding, errors, languages

Next = Callable[[HttpRequest], HttpResponse]
NOBODY = Actor(actor_id="nobody", name="", roles=frozenset())
BEFORE_SETUP = frozenset({"account:setup", "account:appearance"})


class SecureCookies:
    """Marks cookies as secure on encrypted connections; plain ones stay usable on the own machine."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The response with its cookies marked."""
        response = self.get_response(request)
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response


class Reader:
    """Puts `request.ws`, bound to the user, on the request, and speaks the reader's language."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The response in the reader's language; pages of signed-in readers are kept by no cache."""
        ws = binding.workspace()
        signed_in = request.user.is_authenticated
        request.ws = ws.as_actor(request.user.actor if signed_in else NOBODY)
        request.theme = languages.theme(
            user=request.user.theme if signed_in else "",
            cookie=request.COOKIES.get(languages.THEME_COOKIE, ""),
        )
        language = languages.chosen(
            user=request.user.language if signed_in else "",
            cookie=request.COOKIES.get(languages.COOKIE, ""),
            accept=request.headers.get("Accept-Language", ""),
            offered=ws.config.workspace.languages,
        )
        request.LANGUAGE_CODE = language
        with translation.override(language), timezone.override(ZoneInfo(ws.config.workspace.timezone)):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Cookie", "Accept-Language"))
        if signed_in and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


class FirstRun:
    """Leads every page to the set-up until there is an owner."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, or the way to the set-up."""
        if accounts.has_users() or _name(request.path_info) in BEFORE_SETUP:
            return self.get_response(request)
        return redirect("account:setup")


class Errors:
    """Turns the library's errors into readable pages and fragments."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The response as it is."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for a HabitueError; nothing for other exceptions."""
        return errors.page(request, exception) if isinstance(exception, HabitueError) else None


def _name(path: str) -> str:
    try:
        return str(resolve(path).view_name)
    except Resolver404:
        return ""
