"""Pages of the reader's own account."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from habitue.kernel.errors import HabitueError
from habitue.web import accounts, languages, setup_code, throttle
from habitue.web.account.forms import (
    AppearanceForm,
    ChangePasswordForm,
    ChoosePasswordForm,
    SetupForm,
    SignInForm,
)
from habitue.web.forms import add_told
from habitue.web.routing import PUBLIC, SIGNED_IN, route
from habitue.web.sessions import SessionStore

YEAR_SECONDS = 365 * 24 * 3600


@sensitive_post_parameters()
@never_cache
def setup(request: HttpRequest) -> HttpResponse:
    """The first owner; closed as soon as there is one."""
    if accounts.has_users():
        return redirect("account:sign_in")
    needs_code = not setup_code.is_local(
        address=request.META.get("REMOTE_ADDR", ""),
        host=request.get_host().rpartition(":")[0] or request.get_host(),
        headers=request.headers,
    )
    language = request.LANGUAGE_CODE
    form = SetupForm(request.POST or None, needs_code=needs_code, initial={"language": language})
    if request.method == "POST" and form.is_valid() and _create_owner(request, form):
        return redirect("/")
    return render(request, "account/setup.html", {"form": form})


def _create_owner(request: HttpRequest, form: forms.Form) -> bool:
    data = form.cleaned_data
    if "code" in form.fields and not setup_code.is_right(data["code"]):
        form.add_error("code", gettext("This is not the code that was printed last."))
        return False
    try:
        user = accounts.add_first(
            request.ws,
            email=data["email"],
            name=data["name"],
            password=data["password"],
            language=data["language"],
        )
    except HabitueError as error:
        add_told(form, error, "password" if isinstance(error, accounts.UserInvalid) else None)
        return False
    login(request, user)
    return True


@sensitive_post_parameters()
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Address and password; the same answer for unknown accounts and wrong passwords."""
    if request.user.is_authenticated:
        return redirect(_next(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _signed_in(request, form):
        return redirect(_next(request))
    return render(request, "account/sign_in.html", {"form": form, "next": request.GET.get("next", "")})


def _signed_in(request: HttpRequest, form: forms.Form) -> bool:
    email, address = form.cleaned_data["email"].lower(), request.META.get("REMOTE_ADDR", "")
    pause = throttle.waiting(request.ws, email=email, address=address)
    if pause:
        form.add_error(None, _too_many(pause))
        return False
    user = authenticate(request, username=email, password=form.cleaned_data["password"])
    if user is None:
        throttle.failed(request.ws, email=email, address=address)
        form.add_error(None, gettext("This e-mail and password do not belong together."))
        return False
    throttle.succeeded(request.ws, email=email)
    SessionStore.clear_expired()
    login(request, user)
    return True


def _too_many(pause: timedelta) -> str:
    seconds = ceil(pause.total_seconds())
    if seconds < 60:
        return ngettext(
            "Too many tries. Please wait %(count)d second.",
            "Too many tries. Please wait %(count)d seconds.",
            seconds,
        ) % {"count": seconds}
    minutes = ceil(seconds / 60)
    return ngettext(
        "Too many tries. Please wait %(count)d minute.",
        "Too many tries. Please wait %(count)d minutes.",
        minutes,
    ) % {"count": minutes}


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    logout(request)
    return redirect("account:sign_in")


@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """Another password; all other sessions of the user end."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed_password(request, form):
        messages.success(request, gettext("Your password was changed. You were signed out everywhere else."))
        return redirect("settings:overview")
    return render(request, "account/password.html", {"form": form})


def _changed_password(request: HttpRequest, form: forms.Form) -> bool:
    email, address = request.user.email, request.META.get("REMOTE_ADDR", "")
    pause = throttle.waiting(request.ws, email=email, address=address)
    if pause:
        form.add_error(None, _too_many(pause))
        return False
    if not request.user.check_password(form.cleaned_data["old_password"]):
        throttle.failed(request.ws, email=email, address=address)
        form.add_error("old_password", gettext("This is not your present password."))
        return False
    try:
        accounts.choose_password(request.ws, user=request.user, password=form.cleaned_data["password"])
    except accounts.UserInvalid as error:
        add_told(form, error, "password")
        return False
    update_session_auth_hash(request, request.user)
    return True


@sensitive_post_parameters()
@never_cache
def welcome(request: HttpRequest, user_id: str, token: str) -> HttpResponse:
    """An invited user chooses a password; opening the link alone changes nothing."""
    user = accounts.invited(user_id, token)
    if user is None:
        return render(request, "account/link_spent.html", status=410)
    form = ChoosePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ws = request.ws.as_actor(user.actor)
            accounts.choose_password(ws, user=user, password=form.cleaned_data["password"])
        except accounts.UserInvalid as error:
            add_told(form, error, "password")
        else:
            login(request, user)
            return redirect("/")
    return render(request, "account/welcome.html", {"form": form, "invited": user})


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Language and look, kept for the user and in this browser."""
    form = AppearanceForm(request.POST)
    response = redirect(_next(request))
    if not form.is_valid():
        return response
    language, theme = form.cleaned_data["language"], form.cleaned_data["theme"]
    for name, value in ((languages.COOKIE, language), (languages.THEME_COOKIE, theme)):
        if value:
            response.set_cookie(name, value, max_age=YEAR_SECONDS, httponly=True, samesite="Lax")
    if request.user.is_authenticated:
        request.user.language = language or request.user.language
        request.user.theme = theme or request.user.theme
        request.user.save(update_fields=["language", "theme"])
    return response


def _next(request: HttpRequest) -> str:
    wish = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wish, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wish if is_ours else "/"


PREFIX = ""
ROUTES = (
    route("setup/", setup, name="setup", permission=PUBLIC),
    route("sign-in/", sign_in, name="sign_in", permission=PUBLIC),
    route("sign-out/", sign_out, name="sign_out", permission=PUBLIC),
    route("welcome/<str:user_id>/<str:token>/", welcome, name="welcome", permission=PUBLIC),
    route("appearance/", appearance, name="appearance", permission=PUBLIC),
    route("password/", password, name="password", permission=SIGNED_IN),
)
