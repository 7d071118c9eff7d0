"""Pages of the settings: the workspace, the reader's look and language, the users."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from habitue.access.policy import ROLE_LABELS
from habitue.kernel.errors import NotFound
from habitue.kernel.text import gettext_noop as _
from habitue.web import accounts, paging
from habitue.web.forms import add_told
from habitue.web.models import User
from habitue.web.navigation import NavEntry
from habitue.web.routing import SIGNED_IN, route
from habitue.web.settings.forms import AddUserForm, UserForm

SORTS = {"name": "name", "email": "email", "last_seen": "last_login"}


def overview(request: HttpRequest) -> HttpResponse:
    """The workspace, and how the reader wants to see it."""
    return render(request, "settings/overview.html", {"active_users": User.objects.filter(is_active=True).count()})


def users(request: HttpRequest) -> HttpResponse:
    """Everybody who works here; searched by name or address."""
    query = request.GET.get("q", "").strip()
    found = User.objects.all()
    if query:
        found = found.filter(Q(name__icontains=query) | Q(email__icontains=query))
    page = paging.page(paging.wanted(request.GET.get("page")), found.count())
    rows = found.order_by(_order(request.GET.get("sort", "name")), "user_id")
    shown = {"users": rows[page.offset : page.offset + page.size], "page": page, "query": query}
    template = "settings/users_list.html" if request.htmx else "settings/users.html"
    return render(request, template, {**shown, "default_sort": "name"})


def user_add(request: HttpRequest) -> HttpResponse:
    """A new user, and the link with which they choose a password."""
    form = AddUserForm(request.POST or None, roles=accounts.assignable(request.ws))
    if request.method == "POST" and form.is_valid():
        try:
            user = accounts.invite(request.ws, **form.cleaned_data)
        except accounts.EmailTaken as error:
            add_told(form, error, "email")
        else:
            return _invited(request, user)
    return render(request, "settings/user_add.html", {"form": form})


def user_edit(request: HttpRequest, user_id: str) -> HttpResponse:
    """Name and roles of a user."""
    user = _user(user_id)
    offered = [role for role in ROLE_LABELS if role in {*accounts.assignable(request.ws), *user.roles}]
    form = UserForm(request.POST or None, roles=offered, initial={"name": user.name, "roles": user.roles})
    if request.method == "POST" and form.is_valid():
        accounts.change(request.ws, user_id=user_id, is_active=user.is_active, **form.cleaned_data)
        messages.success(request, gettext("Saved."))
        return redirect("settings:users")
    return render(request, "settings/user_edit.html", {"form": form, "subject": user})


@require_POST
def user_switch(request: HttpRequest, user_id: str) -> HttpResponse:
    """Switch an account off, or on again."""
    user = _user(user_id)
    accounts.change(request.ws, user_id=user_id, name=user.name, roles=user.roles, is_active=not user.is_active)
    text = gettext("%(name)s may no longer sign in.") if user.is_active else gettext("%(name)s may sign in again.")
    messages.success(request, text % {"name": user.name})
    return redirect("settings:user_edit", user_id=user_id)


@require_POST
def user_invite(request: HttpRequest, user_id: str) -> HttpResponse:
    """A new link with which the user chooses a password."""
    return _invited(request, _user(user_id))


def _invited(request: HttpRequest, user: User) -> HttpResponse:
    token = accounts.invitation(request.ws, user_id=user.user_id)
    link = request.build_absolute_uri(reverse("account:welcome", args=(user.user_id, token)))
    return render(request, "settings/user_invited.html", {"subject": user, "link": link})


def _user(user_id: str) -> User:
    user = User.objects.filter(user_id=user_id).first()
    if user is None:
        raise NotFound(what=_("user"), key=user_id)
    return user


def _order(sort: str) -> str:
    column = SORTS.get(sort.removeprefix("-"), "name")
    return f"-{column}" if sort.startswith("-") else column


ROUTES = (
    route("", overview, name="overview", permission=SIGNED_IN),
    route("users/", users, name="users", permission="users.edit"),
    route("users/add/", user_add, name="user_add", permission="users.edit"),
    route("users/<str:user_id>/", user_edit, name="user_edit", permission="users.edit"),
    route("users/<str:user_id>/switch/", user_switch, name="user_switch", permission="users.edit"),
    route("users/<str:user_id>/invite/", user_invite, name="user_invite", permission="users.edit"),
)
NAVIGATION = NavEntry(
    section="end",
    label=_("Settings"),
    url_name="settings:overview",
    icon="settings",
    permission=SIGNED_IN,
)
