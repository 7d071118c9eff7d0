"""The pages of the example shop and how to get to each, as somebody clicks there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from habitue.audiences.rule import encode
from habitue.audiences.text import read
from tests.browser.steps import settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Served

RULE = read(
    'sum(total) of "Order Completed" >= 20 in last year where (products.category contains "tee") '
    'and sequence ("Order Completed", then within 90 days "Order Completed" same (payment_method), '
    'not within 1 week "Order Refunded") and any of household (country is "DE") and near country "DE" '
    'and may use newsletter and sample "half" 0 % to 50 %'
)
LISTS = {
    "home": "home/",
    "people": "people/",
    "people-found": "people/?q=an",
    "people-nobody": "people/?q=zzzzzz",
    "by-phone": "people/by-phone/?number=030",
    "refused": "home/refused/",
    "companies": "companies/",
    "imports": "imports/",
    "audiences": "audiences/",
    "builder": "audiences/new/",
    "builder-rule": f"audiences/new/?{urlencode({'rule': encode(RULE)})}",
    "rules-help": "audiences/help/",
    "list-new": "audiences/lists/new/",
    "insights": "insights/",
    "rfm": "insights/rfm/",
    "at-risk": "insights/rfm/at-risk/",
    "insight-lifetime": "insights/lifetime/",
    "insight-churn": "insights/churn/",
    "insight-next-order": "insights/next_order/",
    "insight-second-purchase": "insights/second_purchase/",
    "insight-affinity": "insights/affinity/",
    "insight-personas": "insights/personas/",
    "insight-engagement": "insights/engagement/",
    "insight-uplift": "insights/uplift/",
    "reports": "reports/",
    "reports-of-service": "reports/for/service/",
    "report-movements": "reports/movements/",
    "report-forecast": "reports/forecast/",
    "report-places": "reports/places/",
    "report-problems": "reports/problems/",
    "report-missing": "reports/competitors/",
    "exports": "exports/",
    "export-choose": "exports/new/",
    "ledger": "ledger/",
    "review": "review/",
    "review-standing": "review/standing/",
    "review-shared": "review/shared/",
    "review-rules": "review/rules/",
    "sources": "sources/",
    "source-new": "sources/new/",
    "sql": "sql/",
    "settings": "settings/",
    "users": "settings/users/",
    "user-add": "settings/users/add/",
    "password": "password/",
}
FIRST_OF = {
    "person": "people/?sort=-events",
    "import-result": "imports/",
    "audience": "audiences/",
    "source": "sources/",
}
Visit = Callable[["Page", str], None]


def every_page(page: Page, shop: Served) -> Iterator[str]:
    """Goes from page to page and gives the name of each when it stands there."""
    for name, path in LISTS.items():
        page.goto(f"{shop.url}{path}")
        settled(page)
        yield name
    for name, path in FIRST_OF.items():
        page.goto(f"{shop.url}{path}")
        settled(page)
        page.locator("main [data-row-link]").first.click()
        page.wait_for_load_state()
        settled(page)
        yield name
        yield from _around(page, name)


def _around(page: Page, name: str) -> Iterator[str]:
    """What can be reached only from the page that is open."""
    if name == "person":
        where = page.url
        for act in ("erase", "join"):
            page.goto(f"{where}{act}/")
            settled(page)
            yield act
    if name == "source":
        where = page.url
        for act, path in (("source-key", "keys/new/"), ("source-quarantine", "quarantine/")):
            page.goto(f"{where}{path}")
            settled(page)
            yield act
    if name == "audience":
        where = page.url
        page.goto(f"{where}alike/")
        settled(page)
        yield "audience-alike"
        page.goto(f"{where}edit/")
        settled(page)
        yield "builder-full"
        page.goto(f"{where}history/")
        settled(page)
        yield "audience-history"
        page.goto(where)
        settled(page)
        page.get_by_role("link", name="Why?").first.click()
        page.wait_for_load_state()
        settled(page)
        yield "audience-why"
        page.goto(where)
        page.get_by_role("link", name="Export", exact=True).click()
        page.wait_for_load_state()
        page.locator("#purpose-service").check()
        settled(page)
        yield "export"
        page.locator("#make").click()
        page.wait_for_url("**/exports/*/")
        settled(page)
        yield "export-made"
