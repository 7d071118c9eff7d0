"""A real workspace in a folder of its own, and browsers that Django's test client plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test.utils import setup_test_environment

from habitue.access.actor import OWNER_BY_FOLDER
from habitue.kernel import config, keys
from habitue.kernel.clock import SystemClock
from habitue.kernel.context import ActorLike, Context
from habitue.kernel.ids import Uuid7
from habitue.kernel.lake import Lake
from habitue.kernel.register import Register, metadata
from habitue.web import accounts, project

if TYPE_CHECKING:
    from django.test import Client

project.start()
setup_test_environment()
PASSWORD = "Drei Brote am Morgen"


class World:
    """What the shell asks of a workspace."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.folder, self.config, self.register = context.folder, context.config, context.register
        self.clock, self.actor, self.secret = context.clock, context.actor, context.secret

    def as_actor(self, actor: ActorLike) -> World:
        return World(self.context.as_actor(actor))


def workspace(folder: Path) -> World:
    """A workspace in `folder`, with its key and tables."""
    keys.create(folder)
    (folder / config.FILE_NAME).write_text(config.text(config.WorkspaceSettings(name="Bäckerei Krume")))
    register = Register(f"sqlite:///{folder / 'register.db'}")
    metadata.create_all(register.engine)
    context = Context(
        folder=folder,
        config=config.load(folder, {}),
        register=register,
        lake=Lake(register, folder / "lake", Uuid7()),
        clock=SystemClock(),
        ids=Uuid7(),
        actor=OWNER_BY_FOLDER,
        master_key=keys.load(folder, {}),
    )
    return World(context)


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[World]:
    made = workspace(tmp_path)
    project.configure(made)
    project.migrate()
    yield made
    made.register.close()


@pytest.fixture
def owner_id(ws: Context) -> str:
    return accounts.create_owner(ws, "Anna@krume.example", "Anna Krume", PASSWORD)


@pytest.fixture
def browser(ws: Context) -> Client:
    """Nobody signed in, on this machine."""
    from django.test import Client

    return Client(HTTP_HOST="localhost:8321", HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def owner(browser: Client, owner_id: str) -> Client:
    """The owner, signed in."""
    browser.post("/sign-in/", {"email": "anna@krume.example", "password": PASSWORD})
    return browser


@pytest.fixture
def colleague(ws: Context, owner_id: str) -> Callable[..., Client]:
    """Makes a signed-in colleague with the given roles."""
    from django.test import Client

    def make(*roles: str, name: str = "Ben Roggen") -> Client:
        user = accounts.invite(ws, email=f"{name.split()[0].lower()}@krume.example", name=name, roles=roles)
        accounts.choose_password(ws, user=user, password=PASSWORD)
        client = Client(HTTP_HOST="localhost:8321", HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(user)
        return client

    return make
