"""A workspace that Django serves, and browsers that Django's test client plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connections
from django.test.utils import setup_test_environment
from tests.conftest import with_tables

from habitue.kernel.config import WorkspaceSettings
from habitue.web import accounts, project
from habitue.workspace import Workspace, create_workspace

if TYPE_CHECKING:
    from django.test import Client

project.start()
setup_test_environment()
# A password is meant to be slow to try: the same function takes a thousandth of the time here.
ScryptPasswordHasher.work_factor = 2**4
PASSWORD = "Drei Brote am Morgen"


@pytest.fixture(scope="session")
def pages_file(tmp_path_factory: pytest.TempPathFactory, register_file: Path) -> Path:
    """That register with the tables of the pages, to be copied."""
    folder = tmp_path_factory.mktemp("pages")
    with_tables(folder, register_file)
    with create_workspace(folder, environ={}) as made:
        project.configure(made)
        project.migrate()
        connections.close_all()
        made.register.forget_deleted()
    return folder / "register.db"


@pytest.fixture
def ws(tmp_path: Path, pages_file: Path) -> Iterator[Workspace]:
    """A workspace on SQLite, served by the pages."""
    settings = WorkspaceSettings(name="Bäckerei Krume")
    with_tables(tmp_path / "shop", pages_file)
    with create_workspace(tmp_path / "shop", workspace=settings, environ={}) as made:
        project.configure(made)
        yield made


@pytest.fixture
def owner_id(ws: Workspace) -> str:
    """The user id of the owner, Anna."""
    return accounts.create_owner(ws, "Anna@krume.example", "Anna Krume", PASSWORD)


@pytest.fixture
def browser(ws: Workspace) -> Client:
    """Nobody signed in, on this machine."""
    from django.test import Client

    return Client(HTTP_HOST="localhost:8321", HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def owner(browser: Client, owner_id: str) -> Client:
    """The owner, signed in."""
    browser.post("/sign-in/", {"email": "anna@krume.example", "password": PASSWORD})
    return browser


@pytest.fixture
def colleague(ws: Workspace, owner_id: str) -> Callable[..., Client]:
    """Makes a signed-in colleague with the given roles."""
    from django.test import Client

    def make(*roles: str, name: str = "Ben Roggen") -> Client:
        user = accounts.invite(ws, email=f"{name.split()[0].lower()}@krume.example", name=name, roles=roles)
        accounts.choose_password(ws, user=user, password=PASSWORD)
        client = Client(HTTP_HOST="localhost:8321", HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(user)
        return client

    return make
