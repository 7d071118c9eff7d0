from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from habitue.access.policy import ROLES, VERBS
from habitue.web.areas import areas, names
from habitue.web.navigation import NavEntry, visible
from habitue.web.routing import PUBLIC, SIGNED_IN, route
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

PUBLIC_PAGES = {"account:setup", "account:sign_in", "account:sign_out", "account:welcome", "account:appearance"}


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry)
        else:
            yield entry


def test_every_route_of_the_project_declares_its_permission(ws: Workspace) -> None:
    patterns = list(_patterns(get_resolver()))
    assert patterns
    assert not [
        pattern.name
        for pattern in patterns
        if getattr(pattern.callback, "permission", None) not in {PUBLIC, SIGNED_IN, *VERBS}
    ]


def test_only_the_doors_are_public(ws: Workspace) -> None:
    public = {f"{area.name}:{entry.name}" for area in areas() for entry in area.routes if entry.permission == PUBLIC}
    assert public == PUBLIC_PAGES


def test_a_route_without_a_known_permission_cannot_be_written() -> None:
    with pytest.raises(TypeError):
        route("x/", lambda request: None, name="x")  # type: ignore[call-arg]  # what the test is about
    with pytest.raises(ValueError, match="no verb"):
        route("x/", lambda request: None, name="x", permission="people.raed")


def test_every_folder_with_pages_is_an_area(ws: Workspace) -> None:
    assert {area.name for area in areas()} == set(names()) >= {"account", "settings"}


def test_every_entry_of_the_navigation_leads_somewhere(ws: Workspace, owner: Client) -> None:
    for area in areas():
        for entry in area.navigation:
            routes = {f"{area.name}:{page.name}": page.permission for page in area.routes}
            assert routes[entry.url_name] == entry.permission


@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_navigation_shows_what_the_role_may_open(role: str) -> None:
    class Actor:
        name, roles = "A", frozenset({role})

    entries = [NavEntry("customers", verb, "x:y", "people", verb) for verb in VERBS]
    assert {entry.permission for entry in visible(entries, Actor())} == set(ROLES[role])


@pytest.mark.parametrize(
    ("path", "owner_sees", "agent_sees", "stranger_sees"),
    [
        ("/settings/", 200, 200, 302),
        ("/settings/users/", 200, 403, 302),
        ("/settings/users/add/", 200, 403, 302),
        ("/password/", 200, 200, 302),
        ("/nowhere/", 404, 404, 404),
    ],
)
def test_owner_colleague_and_stranger_see_what_they_may(
    owner: Client,
    colleague: Callable[..., Client],
    path: str,
    owner_sees: int,
    agent_sees: int,
    stranger_sees: int,
) -> None:
    from django.test import Client

    stranger = Client(HTTP_HOST="localhost:8321")
    seen = [client.get(path).status_code for client in (owner, colleague("agent"), stranger)]
    assert seen == [owner_sees, agent_sees, stranger_sees]


def test_a_fragment_for_a_stranger_takes_the_page_to_the_sign_in(browser: Client, owner_id: str) -> None:
    response = browser.get("/settings/users/", HTTP_HX_REQUEST="true")
    assert response.headers["HX-Redirect"] == "/sign-in/"


def test_the_front_door_leads_to_the_first_page_of_the_navigation(owner: Client) -> None:
    assert owner.get("/").status_code in {200, 302}
