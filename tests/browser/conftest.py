"""A real browser before the real thing: the example shop, and a workspace that nobody has used yet."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error, sync_playwright

from tests.browser.serving import command, english, free_port, running
from tests.browser.steps import Watched, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, StorageState

PEOPLE = 400
PASSWORD = "Drei Kannen am Morgen"
_LOGIN = re.compile(r"Sign in as (\S+) with the password (\S+) ")
_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class Served:
    """A workspace whose pages answer at `url`; `email` and `password` are those of its owner, empty before the first
    set-up."""

    url: str
    folder: Path
    email: str = ""
    password: str = ""


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser, started once."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program, args=_SWITCHES)
        except Error as problem:
            pytest.fail(f"Chromium does not start: {problem.message}")
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The example shop as `habitue demo` leaves it: generated, imported, served."""
    here = tmp_path_factory.mktemp("demo")
    folder = here / "shop"
    wanted = ("demo", folder, "--people", str(PEOPLE), "--bind", f"127.0.0.1:{free_port()}")
    with running(here / "demo.log", *wanted) as (url, said):
        login = _LOGIN.search(said)
        assert login, said
        yield Served(url, folder, login[1], login[2])


@pytest.fixture(scope="package")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A workspace that nobody has opened yet."""
    here = tmp_path_factory.mktemp("fresh")
    folder = here / "krume"
    subprocess.run(command("init", folder, "--name", "Bäckerei Krume"), check=True, capture_output=True, env=english())
    with running(here / "serve.log", "serve", "-w", folder, "--bind", f"127.0.0.1:{free_port()}") as (url, _said):
        yield Served(url, folder)


OpenPage = Callable[..., "Page"]


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Opens pages of a visitor; at the end nothing may have gone wrong in any of them."""
    contexts, watched = [], []

    def make(
        *, width: int = 1440, height: int = 900, state: StorageState | None = None, expected: tuple[int, ...] = ()
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale="en-GB",
            timezone_id="Europe/Berlin",
            storage_state=state,
            reduced_motion="reduce",
            accept_downloads=True,
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        watched.append(Watched(page))
        watched[-1].expected.update(expected)
        return page

    yield make
    for context in contexts:
        context.close()
    complaints = [complaint for each in watched for complaint in each.complaints]
    assert complaints == []


@pytest.fixture(scope="package")
def owner_state(chromium: Browser, shop: Served) -> StorageState:
    """The cookies of the owner of the shop, signed in once."""
    context = chromium.new_context(locale="en-GB")
    sign_in(context.new_page(), shop)
    state = context.storage_state()
    context.close()
    return state
