"""Everything without a mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.steps import settled

if TYPE_CHECKING:
    from playwright.sync_api import Page, StorageState

    from tests.browser.conftest import OpenPage, Served

MANY = 120
_FOCUS = """() => {
  const e = document.activeElement;
  const box = e.getBoundingClientRect();
  const style = getComputedStyle(e);
  return {
    key: e.id || e.outerHTML.slice(0, 160),
    name: (e.getAttribute("aria-label") || e.textContent || "").trim().replace(/\\s+/g, " "),
    outlined: style.outlineStyle !== "none" || style.boxShadow !== "none" || e.matches("body") ||
      getComputedStyle(e.parentElement).outlineStyle !== "none",
    place: box.top + "," + box.left, isBody: e === document.body,
  };
}"""

pytestmark = pytest.mark.browser


def tab_to(page: Page, name: str) -> None:
    """Goes on with Tab until something of this name has the focus."""
    for _step in range(MANY):
        page.keyboard.press("Tab")
        if page.evaluate(_FOCUS)["name"] == name:
            return
    pytest.fail(f"Tab does not lead to {name}")


def test_somebody_signs_in_finds_a_person_and_opens_it(shop: Served, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(f"{shop.url}sign-in/")
    page.get_by_label("E-mail").focus()
    page.keyboard.type(shop.email)
    page.keyboard.press("Tab")
    page.keyboard.type(shop.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/home/")
    settled(page)
    page.keyboard.press("Control+k")
    expect(page.locator("#search-everywhere")).to_be_focused()
    page.keyboard.type("anna")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/?q=anna")
    page.keyboard.press("j")
    first = page.locator("main [data-row-link]").first
    expect(first).to_be_focused()
    name = first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/*/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_the_first_tab_leads_past_the_navigation(shop: Served, owner_state: StorageState, open_page: OpenPage) -> None:
    page = open_page(state=owner_state)
    page.goto(f"{shop.url}people/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_every_entry_of_the_side_bar_stands_above_the_menu_of_the_reader(
    shop: Served, owner_state: StorageState, open_page: OpenPage
) -> None:
    page = open_page(state=owner_state, height=720)
    page.goto(f"{shop.url}people/")
    entry = page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings").bounding_box()
    menu = page.locator(".user-menu").bounding_box()
    assert entry is not None
    assert menu is not None
    assert entry["y"] + entry["height"] <= menu["y"]
    assert menu["y"] + menu["height"] <= 720


@pytest.mark.parametrize("path", ["people/", "audiences/new/", "imports/"])
def test_tab_goes_through_the_page_and_leaves_it(
    shop: Served, owner_state: StorageState, open_page: OpenPage, path: str
) -> None:
    page = open_page(state=owner_state)
    page.goto(f"{shop.url}{path}")
    settled(page)
    seen: list[str] = []
    for _step in range(3 * MANY):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        if focus["isBody"] and seen:
            break
        assert focus["outlined"], focus["key"]
        stood = f"{focus['key']} {focus['place']}"
        if seen and stood == seen[0]:
            break
        assert stood not in seen, f"Tab runs in a circle at {stood}"
        seen.append(stood)
    else:
        pytest.fail("Tab does not come to an end")
    assert len(seen) > 10


def test_an_audience_is_built_with_the_keyboard_alone(
    shop: Served, owner_state: StorageState, open_page: OpenPage
) -> None:
    page = open_page(state=owner_state)
    page.goto(f"{shop.url}audiences/")
    tab_to(page, "New audience")
    page.keyboard.press("Enter")
    page.wait_for_url("**/audiences/new/")
    tab_to(page, "Trait")
    page.keyboard.press("Enter")
    expect(page.locator(".rule.condition")).to_have_count(1)
    settled(page)
    expect(page.locator(".rule.condition select").first).to_be_focused()
    before = page.locator("#counted b").inner_text()
    tab_to(page, "Comparison")
    page.keyboard.press("Tab")
    page.keyboard.type("Germany")
    settled(page)
    expect(page.locator("#said .say")).to_contain_text("Germany")
    expect(page.locator("#counted b")).not_to_have_text(before)
