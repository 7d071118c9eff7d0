from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from django.test import Client

from habitue.web import accounts, project
from habitue.workspace import Workspace, create_workspace

PASSWORD = "Drei Brote am Morgen"


def test_the_pages_work_on_both_registers(make_workspace: Callable[..., Workspace]) -> None:
    ws = make_workspace()
    accounts.create_owner(ws, "anna@krume.example", "Anna", PASSWORD)
    project.migrate()
    browser = Client(HTTP_HOST="localhost:8321")
    browser.post("/sign-in/", {"email": "anna@krume.example", "password": "wrong"})
    browser.post("/sign-in/", {"email": "anna@krume.example", "password": PASSWORD})
    assert browser.get("/settings/users/?q=ANNA").status_code == 200
    names = set(sa.inspect(ws.register.engine).get_table_names())
    assert {"web_users", "web_sessions", "web_migrations"} <= names
    assert not [name for name in names if name.startswith(("django_", "auth_"))]


def test_the_pages_turn_from_one_workspace_to_another(tmp_path: Path) -> None:
    first, second = (create_workspace(tmp_path / name, environ={}) for name in ("first", "second"))
    accounts.create_owner(first, "anna@krume.example", "Anna", PASSWORD)
    browser = Client(HTTP_HOST="localhost:8321")
    browser.post("/sign-in/", {"email": "anna@krume.example", "password": PASSWORD})
    assert browser.get("/settings/").status_code == 200
    project.configure(second)
    project.migrate()
    assert browser.get("/settings/").headers["Location"] == "/setup/"
    project.configure(first)
    assert browser.get("/settings/").status_code == 200
    first.close()
    second.close()
