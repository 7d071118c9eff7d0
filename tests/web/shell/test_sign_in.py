from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from habitue.audit import ledger
from habitue.web import accounts, throttle
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

PASSWORD = "Drei Brote am Morgen"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _errors(response: object) -> list[str]:
    return list(response.context["form"].non_field_errors())  # type: ignore[attr-defined]  # Django's test response


def test_an_unknown_account_and_a_wrong_password_get_the_same_answer(browser: Client, owner_id: str) -> None:
    unknown = browser.post("/sign-in/", {"email": "nobody@krume.example", "password": PASSWORD})
    wrong = browser.post("/sign-in/", {"email": "anna@krume.example", "password": "no"})
    assert _errors(unknown) == _errors(wrong) != []


def test_the_case_of_the_address_does_not_matter(browser: Client, owner_id: str) -> None:
    response = browser.post("/sign-in/", {"email": "ANNA@krume.EXAMPLE", "password": PASSWORD})
    assert response.status_code == 302


@pytest.mark.parametrize(
    ("wish", "leads_to"),
    [
        ("/settings/users/", "/settings/users/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_back_to_own_pages_only(browser: Client, owner_id: str, wish: str, leads_to: str) -> None:
    data = {"email": "anna@krume.example", "password": PASSWORD, "next": wish}
    assert browser.post("/sign-in/", data).headers["Location"] == leads_to


def test_after_too_many_tries_even_the_right_password_waits(browser: Client, owner_id: str) -> None:
    for _ in range(throttle.PER_ACCOUNT.free + 2):
        browser.post("/sign-in/", {"email": "anna@krume.example", "password": "no"})
    response = browser.post("/sign-in/", {"email": "anna@krume.example", "password": PASSWORD})
    assert "Too many tries" in _errors(response)[0]


def test_an_unknown_account_is_slowed_down_in_the_same_way(browser: Client, owner_id: str) -> None:
    for _ in range(throttle.PER_ACCOUNT.free + 2):
        browser.post("/sign-in/", {"email": "nobody@krume.example", "password": "no"})
    response = browser.post("/sign-in/", {"email": "nobody@krume.example", "password": PASSWORD})
    assert "Too many tries" in _errors(response)[0]


@pytest.mark.parametrize(("count", "seconds"), [(0, 0), (4, 0), (5, 1), (8, 8), (60, 900)])
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(ws: Workspace, count: int, seconds: int) -> None:
    pause = throttle.wait([NOW] * count, limit=throttle.PER_ACCOUNT, now=NOW)
    assert pause == timedelta(seconds=seconds)


def test_the_table_of_tries_holds_no_address_in_clear(browser: Client, owner_id: str, ws: Workspace) -> None:
    browser.post("/sign-in/", {"email": "secret-typo@krume.example", "password": "no"})
    with ws.register.read() as conn:
        rows = conn.execute(sa.text("SELECT account FROM web_login_attempts")).all()
    assert len(rows) == 1
    assert "secret-typo" not in str(rows)


def test_signing_out_ends_the_session(owner: Client) -> None:
    assert owner.get("/settings/").status_code == 200
    assert owner.get("/sign-out/").status_code == 405
    owner.post("/sign-out/")
    assert owner.get("/settings/").headers["Location"].startswith("/sign-in/?next=")


def test_a_changed_password_ends_all_other_sessions(
    owner: Client, colleague: Callable[..., Client], ws: Workspace, owner_id: str
) -> None:
    from django.test import Client

    other = Client(HTTP_HOST="localhost:8321")
    other.post("/sign-in/", {"email": "anna@krume.example", "password": PASSWORD})
    assert other.get("/settings/").status_code == 200
    changed = owner.post("/password/", {"old_password": PASSWORD, "password": "Vier Brote am Abend"})
    assert changed.status_code == 302
    assert owner.get("/settings/").status_code == 200
    assert other.get("/settings/").status_code == 302


def test_changed_roles_end_the_sessions_of_the_user(colleague: Callable[..., Client], ws: Workspace) -> None:
    from habitue.web.models import User

    ben = colleague("admin")
    assert ben.get("/settings/users/").status_code == 200
    user = User.objects.get(name="Ben Roggen")
    accounts.change(ws, user_id=user.user_id, name=user.name, roles=["agent"], is_active=True)
    assert ben.get("/settings/users/").status_code == 302


def test_a_wrong_present_password_changes_nothing(owner: Client) -> None:
    response = owner.post("/password/", {"old_password": "no", "password": "Vier Brote am Abend"})
    assert response.context["form"].errors["old_password"]


def test_what_happens_to_users_stands_in_the_ledger(owner: Client, ws: Workspace) -> None:
    owner.post("/password/", {"old_password": PASSWORD, "password": "Vier Brote am Abend"})
    with ws.register.read() as conn:
        told = [entry.verb for entry in ledger.listing(conn)]
    assert told == ["user.password_changed", "user.added"]
