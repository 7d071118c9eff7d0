"""The help on rules: from the builder to the page, from an example back into the builder, and what each counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from habitue.audiences import guide, reading
from habitue.audiences.text import read
from habitue.workspace import open_workspace
from tests.browser.steps import number_in, open_text, settled

if TYPE_CHECKING:
    from playwright.sync_api import StorageState

    from tests.browser.conftest import OpenPage, Served

ABSENT = ("Email Opened", "Product Viewed", "Cart Viewed", "Ticket Opened")
"""Events that the example shop does not have."""
EMPTY = {"nobody", 'near region ("Bayern", "Sachsen")', "contract_end within next 30 days"}
"""Examples that nobody in the example shop fulfils: it has no regions and no contracts."""
RIGHT_AFTER_THE_IMPORT = ("was in audience", "left audience", "newsletter_reader")
TRIED = 'average(total) of "Order Completed" between 20 and 40'

pytestmark = pytest.mark.browser


def test_the_help_opens_beside_the_builder_and_an_example_opens_in_it(
    shop: Served, owner_state: StorageState, open_page: OpenPage
) -> None:
    page = open_page(state=owner_state)
    open_text(page, shop)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="How rules are written").click()
    help_page = opened.value
    help_page.wait_for_load_state()
    expect(help_page.get_by_role("heading", level=1)).to_have_text("How rules are written")
    help_page.get_by_role("link", name="What somebody did", exact=True).click()
    example = help_page.get_by_role("listitem").filter(has=help_page.get_by_text(TRIED, exact=True))
    example.get_by_role("link", name="Try it").click()
    help_page.wait_for_load_state()
    settled(help_page)
    expect(help_page.locator("#tree .condition.event_value")).to_have_count(1)
    assert help_page.locator("#rule-text").input_value() == TRIED
    with open_workspace(shop.folder) as ws:
        counted = ws.audiences.count(read(TRIED)).people
    assert counted > 0
    assert number_in(help_page.locator("#counted b").inner_text()) == counted


def test_every_example_counts_people_where_the_shop_has_them(shop: Served) -> None:
    with open_workspace(shop.folder) as ws:
        names = guide.names_of(ws.context)
        ids = {name: key for key, name in reading.names(ws.context).items()}
        texts = [text for chapter in guide.chapters() for form in chapter.forms for text in form.examples]
        usable = [found.text for text in texts if (found := guide.example(text, names)).is_usable]
        counted = {text: ws.audiences.count(read(text, audience_ids=ids)).people for text in usable}
    assert len(usable) >= len(texts) - 1
    empty = {text for text, people in counted.items() if not people} - EMPTY
    assert [text for text in empty if not any(name in text for name in (*ABSENT, *RIGHT_AFTER_THE_IMPORT))] == []
