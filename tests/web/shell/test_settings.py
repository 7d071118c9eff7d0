from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from habitue.web import accounts
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

BEN = {"name": "Ben Roggen", "email": "Ben@krume.example", "roles": ["marketer"]}


def _invited(owner: Client) -> str:
    link = owner.post("/settings/users/add/", BEN).context["link"]
    return str(link).removeprefix("http://localhost:8321")


def test_an_added_user_chooses_a_password_and_is_in(owner: Client) -> None:
    from django.test import Client

    link = _invited(owner)
    ben = Client(HTTP_HOST="localhost:8321", HTTP_ACCEPT_LANGUAGE="en")
    assert ben.get(link).status_code == 200
    assert ben.post(link, {"password": "Vier Brote am Abend"}).status_code == 302
    assert ben.get("/settings/").context["user"].email == "ben@krume.example"


def test_an_invitation_works_once(owner: Client) -> None:
    from django.test import Client

    link = _invited(owner)
    Client(HTTP_HOST="localhost:8321").post(link, {"password": "Vier Brote am Abend"})
    again = Client(HTTP_HOST="localhost:8321").post(link, {"password": "Fünf Brote am Abend"})
    assert again.status_code == 410


def test_opening_an_invitation_changes_nothing(owner: Client) -> None:
    from django.test import Client

    link = _invited(owner)
    for _ in range(2):
        assert Client(HTTP_HOST="localhost:8321").get(link).status_code == 200


def test_an_address_is_used_once(owner: Client) -> None:
    owner.post("/settings/users/add/", BEN)
    response = owner.post("/settings/users/add/", {**BEN, "email": "ben@KRUME.example"})
    assert response.context["form"].errors["email"]


def test_a_user_without_a_role_or_with_an_unknown_one_is_refused(owner: Client, ws: Workspace) -> None:
    assert owner.post("/settings/users/add/", {**BEN, "roles": []}).context["form"].errors["roles"]
    assert owner.post("/settings/users/add/", {**BEN, "roles": ["system"]}).context["form"].errors["roles"]
    with pytest.raises(accounts.UserInvalid):
        accounts.invite(ws, email="x@krume.example", name="X", roles=["system"])


def test_a_user_switched_off_is_out_at_once_and_can_come_back(owner: Client, colleague: Callable[..., Client]) -> None:
    ben = colleague("marketer")
    user_id = ben.get("/settings/").context["user"].user_id
    owner.post(f"/settings/users/{user_id}/switch/")
    assert ben.get("/settings/").status_code == 302
    owner.post(f"/settings/users/{user_id}/switch/")
    assert ben.get("/settings/").status_code == 200


def test_the_last_owner_stays(owner: Client, owner_id: str) -> None:
    assert "last_owner" in owner.post(f"/settings/users/{owner_id}/switch/").content.decode()
    response = owner.post(f"/settings/users/{owner_id}/", {"name": "Anna", "roles": ["agent"]})
    assert "last_owner" in response.content.decode()
    assert owner.get("/settings/").context["user"].roles == ["owner"]


def test_nobody_gives_or_takes_over_powers_that_they_do_not_have(
    owner: Client, owner_id: str, colleague: Callable[..., Client]
) -> None:
    admin = colleague("admin")
    added = admin.post("/settings/users/add/", {**BEN, "email": "c@krume.example", "roles": ["owner"]})
    assert added.context["form"].errors["roles"]
    assert admin.post(f"/settings/users/{owner_id}/", {"name": "A", "roles": ["owner"]}).status_code == 403
    assert admin.post(f"/settings/users/{owner_id}/invite/").status_code == 403
    assert admin.post(f"/settings/users/{owner_id}/switch/").status_code == 403


def test_users_are_found_by_name_and_by_address(owner: Client, colleague: Callable[..., Client]) -> None:
    colleague("agent")
    assert [user.name for user in owner.get("/settings/users/?q=rogg").context["users"]] == ["Ben Roggen"]
    assert [user.name for user in owner.get("/settings/users/?q=anna@").context["users"]] == ["Anna Krume"]
    nobody = owner.get("/settings/users/?q=zzz", HTTP_HX_REQUEST="true").content.decode()
    assert "Nobody found" in nobody
    assert "<html" not in nobody


def test_users_are_sorted_both_ways(owner: Client, colleague: Callable[..., Client]) -> None:
    colleague("agent")
    names = [user.name for user in owner.get("/settings/users/?sort=-name").context["users"]]
    assert names == ["Ben Roggen", "Anna Krume"]


@pytest.mark.parametrize(("choice", "shown"), [("dark", 'data-theme="dark"'), ("purple", 'data-theme="system"')])
def test_the_look_is_kept_for_the_user(owner: Client, choice: str, shown: str) -> None:
    owner.post("/appearance/", {"theme": choice, "next": "/settings/"})
    assert shown in owner.get("/settings/").content.decode()


def test_the_language_is_kept_for_the_user_and_in_the_browser(owner: Client) -> None:
    owner.post("/appearance/", {"language": "ru", "next": "/settings/"})
    assert "Настройки" in owner.get("/settings/").content.decode()
    owner.post("/sign-out/")
    assert "Войти" in owner.get("/sign-in/").content.decode()


def test_what_a_role_may_not_see_is_left_out(owner: Client, colleague: Callable[..., Client]) -> None:
    assert "habitue.toml" in owner.get("/settings/").content.decode()
    assert "habitue.toml" not in colleague("agent").get("/settings/").content.decode()
