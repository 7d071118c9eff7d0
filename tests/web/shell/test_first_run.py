from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from habitue.web import accounts, setup_code
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

ANNA = {
    "name": "Anna Krume",
    "email": "anna@krume.example",
    "password": "Drei Brote am Morgen",
    "language": "de",
}


@pytest.mark.parametrize("path", ["/", "/settings/", "/sign-in/", "/nowhere/", "/settings/users/"])
def test_every_page_leads_to_the_set_up_until_there_is_an_owner(browser: Client, path: str) -> None:
    response = browser.get(path)
    assert (response.status_code, response.headers["Location"]) == (302, "/setup/")


def test_the_first_one_on_this_machine_becomes_the_owner_without_a_code(browser: Client, ws: Workspace) -> None:
    response = browser.post("/setup/", ANNA)
    assert response.headers["Location"] == "/"
    page = browser.get("/settings/")
    assert page.context["user"].roles == ["owner"]
    assert "Einstellungen" in page.content.decode()


def test_from_elsewhere_the_printed_code_is_wanted(browser: Client, ws: Workspace) -> None:
    code = setup_code.issue(ws)
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert browser.post("/setup/", ANNA, **elsewhere).context["form"].errors["code"]
    wrong = browser.post("/setup/", {**ANNA, "code": "AAAA-BBBB-CCCC"}, **elsewhere)
    assert "code" in wrong.context["form"].errors
    assert not accounts.has_users()
    assert browser.post("/setup/", {**ANNA, "code": str(code).lower()}, **elsewhere).status_code == 302
    assert accounts.has_users()


@pytest.mark.parametrize(
    ("address", "host", "headers", "local"),
    [
        ("127.0.0.1", "localhost", {}, True),
        ("::1", "[::1]", {}, True),
        ("127.0.0.1", "shop.example", {}, False),
        ("127.0.0.1", "localhost", {"X-Forwarded-For": "192.0.2.7"}, False),
        ("192.0.2.7", "localhost", {}, False),
        ("", "localhost", {}, False),
    ],
)
def test_only_this_machine_without_a_proxy_is_local(
    ws: Workspace, address: str, host: str, headers: dict[str, str], local: bool
) -> None:
    assert setup_code.is_local(address=address, host=host, headers=headers) is local


def test_a_second_owner_cannot_be_set_up(owner_id: str, browser: Client, ws: Workspace) -> None:
    assert browser.post("/setup/", ANNA).headers["Location"] == "/sign-in/"
    with pytest.raises(accounts.OwnerExists):
        accounts.create_owner(ws, "eve@krume.example", "Eve", ANNA["password"])
    assert setup_code.issue(ws) is None


def test_the_code_is_kept_only_as_a_hash(ws: Workspace) -> None:
    code = str(setup_code.issue(ws))
    with ws.register.read() as conn:
        stored = conn.scalar(sa.text("SELECT code_hash FROM web_setup_codes"))
    assert code.replace("-", "") not in str(stored)


@pytest.mark.parametrize("password", ["short", "1234567890123", "password1234", "anna@krume.example"])
def test_a_weak_password_is_refused_in_words(browser: Client, password: str) -> None:
    response = browser.post("/setup/", {**ANNA, "password": password})
    assert response.status_code == 200
    assert response.context["form"].errors["password"]
    assert not accounts.has_users()


def test_every_table_of_django_has_the_prefix_web(ws: Workspace) -> None:
    names = set(sa.inspect(ws.register.engine).get_table_names())
    assert {"web_users", "web_sessions", "web_login_attempts", "web_setup_codes", "web_migrations"} <= names
    assert not [name for name in names if name.startswith(("django_", "auth_"))]
