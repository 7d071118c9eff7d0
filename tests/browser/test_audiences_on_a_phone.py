"""The pages of an audience on a telephone: tables stay in their own boxes, which the keyboard reaches and scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from habitue.audiences.rule import encode
from habitue.audiences.text import read
from habitue.workspace import open_workspace
from tests.browser import checks
from tests.browser.steps import rebuilt, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page, StorageState

    from tests.browser.conftest import OpenPage, Served

PHONE = 390
RULE = (
    'country is "DE" and did "Order Completed" at least 2 times in last year and insight rfm.frequency >= 2 '
    "and email is known"
)
_LOST = """() => {
  const width = document.documentElement.clientWidth;
  const box = (e) => e.closest(".scroll, .chart-drawing");
  const shown = (e) => e.checkVisibility({ visibilityProperty: true });
  const tables = [...document.querySelectorAll("main table")].filter(shown);
  const outside = tables.filter((e) => e.getBoundingClientRect().right > width && !box(e));
  const boxes = [...document.querySelectorAll("main .scroll")].filter((e) => e.scrollWidth > e.clientWidth);
  const unreached = boxes.filter((e) => e.tabIndex < 0 || !e.getAttribute("aria-label"));
  const cut = boxes.filter((e) => e.getBoundingClientRect().right > width);
  return [...outside, ...unreached, ...cut].map((e) => e.outerHTML.replace(/\\s+/g, " ").slice(0, 160));
}"""

pytestmark = pytest.mark.browser


def _faults(page: Page) -> list[str]:
    settled(page)
    return [*checks.too_wide(page), *(f"{page.url}: {each}" for each in page.evaluate(_LOST))]


def test_on_a_phone_no_table_of_an_audience_leaves_the_screen(
    shop: Served, owner_state: StorageState, open_page: OpenPage
) -> None:
    page = open_page(state=owner_state, width=PHONE, height=844)
    with open_workspace(shop.folder) as ws:
        made = ws.audiences.create("On a phone", read(RULE), purpose="newsletter")
        person = ws.audiences.members(made.rule, limit=1)[0].profile_id
    of_it = f"audiences/{made.audience_id}/"
    built = f"audiences/new/?rule={quote(encode(made.rule))}"
    exported = f"exports/new/?audience={made.audience_id}"
    faults: list[str] = []
    for path in ("audiences/", of_it, f"{of_it}history/", f"{of_it}why/{person}/", f"{of_it}alike/", built, exported):
        page.goto(f"{shop.url}{path}")
        faults += _faults(page)
    assert faults == []
    page.goto(f"{shop.url}{of_it}")
    expect(page.locator(".reach")).to_contain_text("can lawfully be reached")
    with open_workspace(shop.folder) as ws:
        ws.audiences.archive(made.audience_id)


def test_a_number_follows_its_unit_under_the_eyes_of_who_changes_it(
    shop: Served, owner_state: StorageState, open_page: OpenPage
) -> None:
    page, rule = open_page(state=owner_state), encode(read('did "Order Completed" in last 365 days'))
    page.goto(f"{shop.url}audiences/new/?rule={quote(rule)}")
    condition = page.locator(".condition.event_count")
    number, said = condition.get_by_label("How many", exact=True), page.locator("#said")
    for kind, value, words in (("last_months", "12", "last year"), ("last_days", "365", "last 365 days")):
        with rebuilt(page):
            condition.get_by_label("When", exact=True).select_option(kind)
        expect(number).to_have_value(value)
        expect(said).to_contain_text(words)
    with rebuilt(page):
        number.fill("40")
    expect(said).to_contain_text("last 40 days")
    with rebuilt(page):
        condition.get_by_label("When", exact=True).select_option("last_hours")
    expect(number).to_have_value("960")
    expect(said).to_contain_text("last 960 hours")
