"""What is taken back on the pages: an import, a matching run, a reviewer's day. Everybody is as before, and so are the
audiences."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from habitue.audiences.rule import Group, Trait
from habitue.profiles.fingerprint import fingerprint
from habitue.workspace import open_workspace
from tests.browser.steps import drop_file, run_import, settled
from tests.browser.test_first_day import newsletter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page, StorageState

    from tests.browser.conftest import OpenPage, Served

SECONDS = 40

pytestmark = pytest.mark.browser


def seen(page: Page, shop: Served) -> tuple[str, str, str]:
    """(everything that is known, as a hash; the page of people; every audience with how many are in it)."""
    page.goto(f"{shop.url}people/")
    settled(page)
    # How long ago somebody was seen last goes on by itself.
    people = re.sub(r"\S+ \w+ ago", "", page.locator("main").inner_text())
    page.goto(f"{shop.url}audiences/")
    settled(page)
    rows = page.locator("main tbody").first.inner_text()
    audiences = "\n".join(line for line in rows.splitlines() if not line.endswith((" ago", "just now")))
    with open_workspace(shop.folder) as ws, ws.register.read() as conn:
        return fingerprint(conn), people, audiences


def becomes(page: Page, shop: Served, is_right: Callable[[tuple[str, str, str]], bool]) -> tuple[str, str, str]:
    """What is seen once it is as it should be, for the worker needs a moment; else what was seen last."""
    until = time.monotonic() + SECONDS
    while not is_right(now := seen(page, shop)) and time.monotonic() < until:
        time.sleep(0.5)
    return now


@pytest.fixture(scope="module", autouse=True)
def readers(shop: Served) -> Iterator[None]:
    """An audience that the file below brings people into."""
    with open_workspace(shop.folder) as ws:
        made = ws.audiences.create("With an address", Group(rules=(Trait("email", "is_known"),)))
        yield
        ws.audiences.archive(made.audience_id)


@pytest.fixture
def page(shop: Served, owner_state: StorageState, open_page: OpenPage) -> Page:
    """The owner's browser."""
    return open_page(state=owner_state)


def test_an_import_that_is_taken_back_leaves_people_and_audiences_as_before(shop: Served, page: Page) -> None:
    before = seen(page, shop)
    page.goto(f"{shop.url}imports/")
    drop_file(page, "newsletter.csv", newsletter([f"neu{number}@kranich.example" for number in range(3)]))
    run_import(page)
    result = page.url
    expect(page.get_by_text("Taking the import back removes its events.")).to_be_visible()
    after = becomes(page, shop, lambda now: now[2] != before[2])
    assert before[1] != after[1]
    assert before[2] != after[2]
    page.goto(result)
    page.get_by_role("button", name="Take the import back").click()
    expect(page.get_by_text("as if it had never happened")).to_be_visible()
    assert becomes(page, shop, before.__eq__) == before


def test_a_matching_run_that_is_taken_back_leaves_people_and_audiences_as_before(shop: Served, page: Page) -> None:
    before = seen(page, shop)
    page.goto(f"{shop.url}review/standing/")
    page.get_by_role("button", name="Compare everybody").click()
    run = page.locator("tr").filter(has_text="Everybody with everybody").first
    until = time.monotonic() + SECONDS
    while "done" not in run.inner_text() and time.monotonic() < until:
        page.reload()
    expect(page.get_by_text("Taking a run back removes the links that it made")).to_be_visible()
    after = becomes(page, shop, lambda now: now[1] != before[1])
    assert before[1] != after[1]
    page.goto(f"{shop.url}review/?kind=refusal")
    expect(page.get_by_role("heading", name="likely the same")).to_be_visible()
    page.goto(f"{shop.url}review/standing/")
    run.get_by_role("button", name="Take the run back").click()
    expect(page.get_by_text("as if they had never been made")).to_be_visible()
    expect(run).to_contain_text("taken back")
    assert becomes(page, shop, before.__eq__) == before


def test_a_reviewers_day_that_is_taken_back_leaves_people_and_audiences_as_before(shop: Served, page: Page) -> None:
    before = seen(page, shop)
    page.goto(f"{shop.url}review/?kind=refusal")
    for key in ("s", "d"):
        with page.expect_navigation():
            page.keyboard.press(key)
    assert becomes(page, shop, lambda now: now[1] != before[1])[1] != before[1]
    page.goto(f"{shop.url}review/standing/")
    expect(page.get_by_text("Taking a day back undoes what one person decided on it.")).to_be_visible()
    page.get_by_role("button", name="Take the day back").first.click()
    expect(page.get_by_text("Taken back: 2 decisions.")).to_be_visible()
    assert becomes(page, shop, before.__eq__) == before
