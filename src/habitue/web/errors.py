"""Errors for people: what happened, that nothing was lost, what to do; in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from habitue.access.policy import VERBS
from habitue.kernel.errors import HabitueError, Words
from habitue.kernel.text import shortened

STATUS: Mapping[str, int] = {"not_found": 404, "permission_missing": 403, "role_too_high": 403}
TRANSLATED = frozenset({"what", "problem", "reason", "verb"})


@dataclass(frozen=True, slots=True)
class Told:
    """An error as it is shown."""

    code: str
    message: str
    next_step: str
    retry_helps: bool


def told(error: HabitueError) -> Told:
    """The error in the active language; parameters that are words are translated too."""
    params = {key: _param(key, value) for key, value in error.params.items()}
    return Told(
        code=error.code,
        message=_filled(error.message, params),
        next_step=_filled(error.next_step, params),
        retry_helps=error.retry_helps,
    )


def status(error: HabitueError) -> int:
    """The HTTP status: 404, 403, 503 when a retry helps, else 422."""
    return STATUS.get(error.code, 503 if error.retry_helps else 422)


def page(request: HttpRequest, error: HabitueError) -> HttpResponse:
    """The page of an error, or for htmx a toast that leaves the page as it is."""
    if request.htmx:
        return toast(request, told(error), status=status(error))
    return render(request, "errors/told.html", {"error": told(error)}, status=status(error))


def toast(request: HttpRequest, error: Told, *, status: int) -> HttpResponse:
    """A fragment that is added to the toasts of the page."""
    response = render(request, "parts/toast_error.html", {"error": error}, status=status)
    response["HX-Retarget"] = "#toasts"
    response["HX-Reswap"] = "beforeend"
    return response


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 for what Django itself refuses."""
    return _plain(
        request,
        Told(
            "forbidden",
            gettext("You may not open this page."),
            gettext("Ask the owner of the workspace for a role that allows it."),
            False,
        ),
        403,
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page."""
    return _plain(
        request,
        Told(
            "page_not_found",
            gettext("There is no such page."),
            gettext("Check the address, or go on from the start page."),
            False,
        ),
        404,
    )


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was sent without this browser's token."""
    return _plain(
        request,
        Told(
            "form_too_old",
            gettext("This form is too old or came from somewhere else. Nothing was changed."),
            gettext("Go back, reload the page and send it again."),
            True,
        ),
        403,
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault; shown without the shell, for the shell may be what broke."""
    if getattr(request, "htmx", False):
        return toast(request, _our_fault(), status=500)
    shown = {"theme": getattr(request, "theme", "system")}
    return HttpResponse(render_to_string("errors/broken.html", shown), status=500)


def _our_fault() -> Told:
    return Told(
        "internal",
        gettext("Something went wrong on our side."),
        gettext("The page stays as it is, nothing in it is lost. Try again."),
        True,
    )


def _plain(request: HttpRequest, error: Told, status: int) -> HttpResponse:
    if getattr(request, "htmx", False):
        return toast(request, error, status=status)
    return render(request, "errors/told.html", {"error": error}, status=status)


def _param(key: str, value: object) -> object:
    if key == "verb":
        return gettext(VERBS.get(str(value), str(value)))
    if isinstance(value, HabitueError):
        return told(value).message
    if isinstance(value, Words):
        return ", ".join(gettext(word) for word in value)
    if not isinstance(value, str):
        return value
    return gettext(value) if key in TRANSLATED and value else shortened(value)


def _filled(text: str, params: Mapping[str, object]) -> str:
    if not text:
        return ""
    return gettext(text) % params if params else gettext(text)
