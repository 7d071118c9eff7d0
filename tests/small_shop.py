"""A shop of sixty people for tests of pages: made once a session, copied for every test, seen by many roles."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from habitue.kernel.clock import FixedClock
from habitue.kernel.config import WorkspaceSettings
from habitue.web import accounts, project
from habitue.workspace import Workspace, create_workspace, open_workspace
from tests.sending import identify, order, send

if TYPE_CHECKING:
    from django.test import Client

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://evil.example")'
PEOPLE = 60


@dataclass(frozen=True, slots=True)
class Customer:
    """What is true of one person: country, how many days ago each order was, whether the newsletter is agreed to."""

    number: int
    country: str
    orders: tuple[int, ...]
    consent: str

    @property
    def email(self) -> str:
        """The address that nobody else has."""
        return f"person{self.number}@shop.example"


def customers() -> list[Customer]:
    """Everybody, by rules that give every kind of customer."""
    return [
        Customer(
            number=number,
            country="DE" if number % 3 else "AT",
            orders=tuple(7 + number * 5 + place * (20 + number % 7) for place in range(number % 6)),
            consent=("given", "withdrawn", "")[number % 3] if number % 2 else "",
        )
        for number in range(PEOPLE)
    ]


def messages() -> Iterator[dict[str, Any]]:
    """What the sources of the shop said."""
    for customer in customers():
        name = HOSTILE if customer.number == 5 else f"Vorname{customer.number}"
        city = FORMULA if customer.number == 11 else ("Leipzig", "Wien", "Berlin")[customer.number % 3]
        traits = {"email": customer.email, "first_name": name, "last_name": f"Name{customer.number}"}
        yield identify(f"u{customer.number}", **traits, city=city, country=customer.country)
        for place, days in enumerate(customer.orders):
            at = (NOW - timedelta(days=days)).isoformat().replace("+00:00", "Z")
            yield order(f"{customer.number}-{place}", f"{20 + customer.number}.50", at=at, email=customer.email)
        if customer.consent:
            event = "Consent Given" if customer.consent == "given" else "Consent Withdrawn"
            yield {
                "type": "track",
                "event": event,
                "properties": {"purpose": "newsletter", "channel": "email"},
                "context": {"traits": {"email": customer.email}},
                "timestamp": "2026-01-05T09:00:00Z",
            }


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop as it is before every test."""
    folder = tmp_path_factory.getbasetemp() / "small_shop"
    if folder.exists():
        return folder
    settings = WorkspaceSettings(name="Kessel & Kanne")
    with create_workspace(folder, workspace=settings, clock=FixedClock(NOW), environ={}) as made:
        send(made, *messages())
        made.refresh()
        project.configure(made)
        project.migrate()
        accounts.create_owner(made, "anna@krume.example", "Anna Krume", "Drei Brote am Morgen")
    return folder


@pytest.fixture
def shop(shop_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A shop of one's own, served by the pages."""
    folder = tmp_path / "shop"
    shutil.copytree(shop_folder, folder)
    with open_workspace(folder, clock=FixedClock(NOW), environ={}) as opened:
        project.configure(opened)
        yield opened


@pytest.fixture
def seen_by(shop: Workspace) -> Callable[..., Client]:
    """Makes a browser of somebody with these roles; without roles, of a stranger."""
    from django.test import Client

    from habitue.web.models import User

    def make(*roles: str, language: str = "en") -> Client:
        client = Client(HTTP_HOST="localhost:8321", HTTP_ACCEPT_LANGUAGE=language)
        if roles == ("owner",):
            client.force_login(User.objects.get(email="anna@krume.example"))
        elif roles:
            name = f"{roles[0]}@krume.example"
            client.force_login(accounts.invite(shop, email=name, name=name, roles=roles))
        return client

    return make


@pytest.fixture
def anna(seen_by: Callable[..., Client]) -> Client:
    """The owner, signed in."""
    return seen_by("owner")
