"""The pages in German and Russian: nothing that they say themselves is left in English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from habitue.audiences.templates import known_of
from habitue.workspace import open_workspace
from tests.browser import checks
from tests.browser.steps import choose_language, settled
from tests.browser.test_first_day import NAME

if TYPE_CHECKING:
    from playwright.sync_api import Page, StorageState

    from tests.browser.conftest import OpenPage, Served

PATHS = (
    "home/",
    "people/",
    "companies/",
    "imports/",
    "audiences/",
    "audiences/new/",
    "audiences/help/",
    "insights/",
    "insights/rfm/",
    "insights/rfm/at-risk/",
    "exports/",
    "ledger/",
    "settings/",
    "settings/users/",
    "settings/users/add/",
    "password/",
)
NAMES = {NAME, "Kessel & Kanne", "Ada Kessel", "English", "Deutsch", "Русский", "SQL"}
THE_SAME = {"de": {"Import", "Name", "Person", "Personas", "Code", "Administrator", "Analyst"}, "ru": set()}
_FILE = re.compile(r"[\w ()-]+\.(csv|xlsx|jsonl)")

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.untouched]


def of_the_shop(shop: Served) -> set[str]:
    """What templates are filled with: words of the data, of which the most frequent ones change with the days."""
    with open_workspace(shop.folder) as ws:
        found = known_of(ws.context)
    return {found.city, *found.categories}


def said(page: Page, shop: Served) -> dict[str, list[str]]:
    """What every page says, by its path."""
    found = {}
    for path in PATHS:
        page.goto(f"{shop.url}{path}")
        settled(page)
        found[path] = checks.texts(page)
    return found


@pytest.mark.parametrize(("code", "name"), [("de", "Deutsch"), ("ru", "Русский")])
def test_no_english_is_left(shop: Served, owner_state: StorageState, open_page: OpenPage, code: str, name: str) -> None:
    page = open_page(state=owner_state)
    page.goto(f"{shop.url}settings/")
    english = said(page, shop)
    choose_language(page, name)
    try:
        assert page.locator("html").get_attribute("lang") == code
        foreign = said(page, shop)
    finally:
        choose_language(page, "English")
    left = {path: [each for each in texts if each in english[path]] for path, texts in foreign.items()}
    known_words = of_the_shop(shop)
    ours = {path: [each for each in texts if is_ours(each, code, known_words)] for path, texts in left.items()}
    assert {path: found for path, found in ours.items() if found} == {}


def is_ours(text: str, code: str, of_the_shop: set[str]) -> bool:
    """Whether a text is one of the pages and ought to differ, not a name, a file, or a word of both languages."""
    return text.removeprefix(": ") not in NAMES | of_the_shop | THE_SAME[code] and not _FILE.fullmatch(text)
