"""Every page, light and dark, wide and narrow: nothing breaks, everything has a name, and a picture is kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import checks, tour
from tests.browser.conftest import PASSWORD
from tests.browser.steps import drop_file, run_import, settled
from tests.browser.test_first_day import newsletter

if TYPE_CHECKING:
    from playwright.sync_api import Page, StorageState

    from tests.browser.conftest import OpenPage, Served

SCREENS = Path(__file__).parents[2] / "build" / "screens"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 780}
ALL = "HABITUE_SCREENS" in os.environ
EMPTY = ("home", "people", "companies", "imports", "audiences", "insights", "insights/rfm", "exports", "ledger")
FIRMS = (
    "Firma;Branche;Website;Telefon;E-Mail;Strasse;PLZ;Ort;Land\n"
    "Teehaus Wendt GmbH;Großhandel;https://teehaus-wendt.example;040 555 0101;kontor@teehaus-wendt.example;"
    "Sandtorkai 5;20457;Hamburg;DE\n"
    "Café Morgenrot KG;Gastronomie;https://cafe-morgenrot.example;030 555 0102;gruss@cafe-morgenrot.example;"
    "Kastanienallee 85;10435;Berlin;DE\n"
)

BOTH = ("light", "dark")
# A picture of a whole page takes most of the time: all of them are for whoever asks for pictures.
LOOKS = ((WIDE, "", BOTH), (NARROW, "-360", BOTH)) if ALL else ((WIDE, "", BOTH[:1]), (NARROW, "-360", BOTH[1:]))

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def shoot(page: Page, name: str) -> list[str]:
    """Keeps pictures of the page that is open, two or all four, and says what is wrong with it."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    found = checks.faults(page)
    for size, suffix, schemes in LOOKS:
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict is what it takes
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.screenshot(path=SCREENS / f"{name}-{scheme}{suffix}.png", full_page=True)
        found += checks.too_wide(page)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a plain dict is what it takes
    return found


def test_every_page_of_the_shop_is_sound(shop: Served, owner_state: StorageState, open_page: OpenPage) -> None:
    page = open_page(state=owner_state)
    found: list[str] = []
    for name in tour.every_page(page, shop):
        found += shoot(page, name)
    assert found == []


def test_the_pages_of_a_file_are_sound(shop: Served, owner_state: StorageState, open_page: OpenPage) -> None:
    page = open_page(state=owner_state, expected=(422,))
    page.goto(f"{shop.url}imports/")
    drop_file(page, "newsletter.csv", newsletter(["anna@kranich.example"]))
    settled(page)
    found = shoot(page, "import-preview")
    page.goto(f"{shop.url}imports/")
    drop_file(page, "firms.csv", FIRMS)
    run_import(page)
    for path, name in (("companies/", "companies"), ("people/", "people-after")):
        page.goto(f"{shop.url}{path}")
        settled(page)
        found += shoot(page, name)
    page.goto(f"{shop.url}companies/")
    page.locator("main [data-row-link]").first.click()
    page.wait_for_load_state()
    settled(page)
    found += shoot(page, "company")
    page.goto(f"{shop.url}imports/")
    drop_file(page, "empty.csv", "")
    settled(page)
    found += shoot(page, "import-unreadable")
    assert found == []


def test_a_page_that_does_not_exist_is_sound(shop: Served, owner_state: StorageState, open_page: OpenPage) -> None:
    page = open_page(state=owner_state, expected=(404,))
    page.goto(f"{shop.url}people/ffffffffffffffffffffffffffffffff/")
    assert shoot(page, "not-found") == []


def test_the_first_owner_sets_up_an_empty_workspace(fresh: Served, shop: Served, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(shop.url)
    found = shoot(page, "sign-in")
    page.goto(fresh.url)
    found += shoot(page, "setup")
    page.get_by_label("Your name").fill("Anna Krume")
    page.get_by_label("E-mail").fill("anna@krume.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    page.wait_for_url("**/home/")
    for name in (
        "home",
        "people",
        "companies",
        "imports",
        "audiences",
        "insights",
        "insights/rfm",
        "exports",
        "ledger",
    ):
        page.goto(f"{fresh.url}{name}/")
        settled(page)
        found += shoot(page, f"empty-{name.replace('/', '-')}")
    assert found == []


@pytest.mark.parametrize("look", ["Light", "Dark"])
def test_a_chosen_look_is_that_of_the_system(
    shop: Served, owner_state: StorageState, open_page: OpenPage, look: str
) -> None:
    page = open_page(state=owner_state)
    page.goto(f"{shop.url}settings/")
    background = "() => getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="dark" if look == "Dark" else "light")
    wanted = page.evaluate(background)
    page.emulate_media(color_scheme="light" if look == "Dark" else "dark")
    assert page.evaluate(background) != wanted
    page.locator(".user-menu > summary").click()
    page.get_by_role("button", name=look, exact=True).click()
    page.wait_for_load_state()
    assert page.evaluate(background) == wanted
    page.locator(".user-menu > summary").click()
    page.get_by_role("button", name="As the system", exact=True).click()
    page.wait_for_load_state()
    assert page.evaluate(background) != wanted
