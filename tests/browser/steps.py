"""What somebody does with the pages, as steps that tests are told in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Locator, Page, Response

    from tests.browser.conftest import Served

_CARRY = """([name, text]) => {
  const bag = new DataTransfer();
  bag.items.add(new File([text], name, { type: "text/csv" }));
  return bag;
}"""
_IS_QUIET = """() => {
  const busy = document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling");
  window.quietSince = busy ? undefined : (window.quietSince ?? performance.now());
  return performance.now() - window.quietSince > 100;
}"""
IMPORT_MILLISECONDS = 60_000


class Watched:
    """What the browser complained about on a page: errors of scripts, refused by the policy, answers of 400 and up."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self.expected: set[int] = set()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        is_answer = "Failed to load resource" in message.text
        if message.type in ("error", "warning") and not is_answer:
            self.complaints.append(f"{message.location['url']}: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.url} answered {response.status}")


def sign_in(page: Page, served: Served) -> None:
    """With the login that was printed."""
    page.goto(f"{served.url}sign-in/")
    page.get_by_label("E-mail").fill(served.email)
    page.get_by_label("Password").fill(served.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/home/")


def settled(page: Page) -> None:
    """Waits until the page has fetched what it wants."""
    page.wait_for_load_state()
    page.wait_for_function(_IS_QUIET)


def choose_language(page: Page, name: str) -> None:
    """By the menu of the user."""
    page.locator(".user-menu > summary").click()
    page.locator(".user-menu").get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def open_text(page: Page, shop: Served) -> None:
    """A new audience, with the box open in which its rule is written as text."""
    page.goto(f"{shop.url}audiences/new/")
    page.locator("#as-text > summary").click()


def drop_file(page: Page, name: str, text: str) -> None:
    """Carries a file over the zone, lets it go there, and waits for its preview."""
    zone = page.locator("[data-drop][data-ready]")
    bag = page.evaluate_handle(_CARRY, [name, text])
    zone.dispatch_event("dragover", {"dataTransfer": bag})
    assert "over" in (zone.get_attribute("class") or "").split()
    zone.dispatch_event("drop", {"dataTransfer": bag})
    page.wait_for_url("**/imports/files/**")


def run_import(page: Page) -> None:
    """From the preview to the page of the result."""
    page.get_by_role("button", name="Import", exact=False).filter(has_text="row").click()
    page.wait_for_function(
        "() => document.querySelector('.figures .kpi') && location.pathname.match(/imports\\/[^/]+\\/$/)",
        timeout=IMPORT_MILLISECONDS,
    )


@contextmanager
def rebuilt(page: Page) -> Iterator[None]:
    """A change in the builder: waits until the tree, the sentence and the number are drawn anew."""
    with page.expect_response(lambda response: urlsplit(response.url).path == "/audiences/build/"):
        yield
    page.wait_for_function(_IS_QUIET)


def add_condition(page: Page, kind: str) -> Locator:
    """Adds a condition at the end of the rule."""
    with rebuilt(page):
        page.locator(".adders").last.get_by_role("button", name=kind, exact=True).click()
    return page.locator(".rule.condition").last


def choose(page: Page, condition: Callable[[], Locator], label: str, option: str) -> None:
    """Chooses in a list of a condition."""
    with rebuilt(page):
        condition().get_by_label(label, exact=True).select_option(label=option)


def fill(page: Page, condition: Callable[[], Locator], label: str, text: str) -> None:
    """Types into a field of a condition and goes on."""
    with rebuilt(page):
        field = condition().get_by_label(label, exact=True)
        field.click()
        field.press("ControlOrMeta+a")
        field.press_sequentially(text)
        field.press("Tab")


def number_in(text: str) -> int:
    """The number that a figure of the page shows, in English."""
    return int(text.replace(",", ""))


def figure(page: Page, label: str) -> Locator:
    """The big number of the card with this label."""
    card = page.locator(".kpi").filter(has=page.get_by_text(label, exact=True))
    expect(card).to_have_count(1)
    return card.locator("b")
