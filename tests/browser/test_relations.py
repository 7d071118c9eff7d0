"""Relations as conditions in the builder: who is counted for somebody's household or company."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from habitue.audiences.rule import Group, Related, decode
from habitue.workspace import open_workspace
from tests.browser.steps import choose, number_in, rebuilt, settled

if TYPE_CHECKING:
    from playwright.sync_api import StorageState

    from tests.browser.conftest import OpenPage, Served

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("label", "by"),
    [
        ("of their household", "household"),
        ("of their company", "company"),
        ("who recommended them or whom they recommended", "referral"),
    ],
)
def test_a_relation_is_a_condition_that_counts_whom_the_library_counts(
    shop: Served, owner_state: StorageState, open_page: OpenPage, label: str, by: str
) -> None:
    page = open_page(state=owner_state)
    page.goto(f"{shop.url}audiences/new/")
    settled(page)
    page.locator("#tree > fieldset > .adders > .more > summary").click()
    with rebuilt(page):
        page.locator("#tree > fieldset > .adders").get_by_role("button", name="Company, household or referral").click()
    condition = page.locator("#tree > fieldset > .condition.related")
    if by != "company":
        choose(page, lambda: condition, "Around whom", label)
    choose(page, lambda: condition, "Value", "Germany")
    built = decode(page.locator("#json code").text_content() or "")
    assert isinstance(built, Group)
    (rule,) = built.rules
    assert isinstance(rule, Related)
    assert (rule.by, rule.match) == (by, "any")
    with open_workspace(shop.folder) as ws:
        counted = ws.audiences.count(built).people
    assert counted > 0
    assert number_in(page.locator("#counted b").inner_text()) == counted
    expect(page.locator("#said .say")).to_contain_text("recommended" if by == "referral" else by)
