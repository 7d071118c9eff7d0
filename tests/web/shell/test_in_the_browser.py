from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import uvicorn
from playwright.sync_api import Page, expect, sync_playwright

from habitue import asgi
from habitue.audiences.rule import EVERYBODY
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SECONDS = 20


@pytest.fixture
def address(ws: Workspace) -> Iterator[str]:
    """The pages, answering on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(asgi.application(ws), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    until = time.monotonic() + SECONDS
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    yield f"http://localhost:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(SECONDS)


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven from here."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def _is_wider_than_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def _set_up(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    page.fill("[name=name]", "Anna Krume")
    page.fill("[name=email]", "anna@krume.example")
    page.fill("[name=password]", "Drei Brote am Morgen")
    page.click("main .btn.pri")
    page.goto(f"{address}/settings/")


def test_an_owner_sets_up_adds_a_colleague_and_finds_her_by_keyboard(address: str, chromium: Browser) -> None:
    page = chromium.new_context(locale="en-GB").new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    _set_up(page, address)
    page.goto(f"{address}/settings/users/add/")
    page.fill("[name=name]", "Zoë Weizen")
    page.fill("[name=email]", "zoe@krume.example")
    page.check("[value=agent]")
    page.click("main .btn.pri")
    assert "/welcome/" in page.input_value("#link")
    page.goto(f"{address}/settings/users/")
    page.fill("[data-search-here]", "weiz")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("[data-search-here]").blur()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Zoë Weizen')")
    assert refused == []


@pytest.mark.parametrize("width", [360, 1440])
def test_no_page_is_wider_than_the_screen_in_any_language(address: str, chromium: Browser, width: int) -> None:
    page = chromium.new_context(viewport={"width": width, "height": 740}, locale="en-GB").new_page()
    _set_up(page, address)
    for language in ("en", "de", "ru"):
        page.goto(f"{address}/settings/")
        page.check(f"main [name=language][value={language}]")
        page.click("main .btn.pri")
        for path in ("/settings/", "/settings/users/", "/settings/users/add/", "/password/", "/nowhere/"):
            page.goto(f"{address}{path}")
            assert not _is_wider_than_the_screen(page), (language, path)


def test_the_look_follows_the_choice_of_the_reader(address: str, chromium: Browser) -> None:
    page = chromium.new_context(color_scheme="light", locale="en-GB").new_page()
    _set_up(page, address)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click(".user-menu summary")
    page.click(".user-menu [name=theme][value=dark]")
    page.wait_for_selector("html[data-theme=dark]")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


def test_a_whole_page_that_answers_for_a_part_is_told_in_a_toast(address: str, chromium: Browser) -> None:
    page = chromium.new_context(locale="en-GB").new_page()
    _set_up(page, address)
    page.goto(f"{address}/audiences/new/")
    before = page.locator("#tree").inner_text()
    whole = "<!doctype html><html><body><h1>Broken</h1></body></html>"
    page.route("**/audiences/build/**", lambda route: route.fulfill(status=500, content_type="text/html", body=whole))
    for _ in range(2):
        page.locator("#tree > fieldset > .adders > button").first.click()
        expect(page.locator("#toasts [role=alert]")).to_have_count(1)
    expect(page.locator("#toasts [role=alert]")).to_contain_text("The page stays as it is")
    assert page.locator("h1", has_text="Broken").count() == 0
    assert page.locator("#tree").inner_text() == before


def test_a_long_name_without_a_space_does_not_widen_the_list(address: str, ws: Workspace, chromium: Browser) -> None:
    ws.audiences.create("W" * 120, EVERYBODY)
    page = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB").new_page()
    _set_up(page, address)
    page.goto(f"{address}/audiences/")
    expect(page.locator("[data-row-link]")).to_have_text("W" * 120)
    assert page.evaluate("[...document.querySelectorAll('.scroll')].every((it) => it.scrollWidth <= it.clientWidth)")
