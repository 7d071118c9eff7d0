"""Browser SDKs that others wrote, on a page of another site, and a server that is killed under them."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from bench.crash.serving import Served

from habitue.workspace import Workspace
from tests.clients.site import site
from tests.door.arrivals import arrived, url_of, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# A browser keeps some hundred messages for a server that is away (localStorage, one request a message).
BURST = 80
FIRST_VISIT = """
  sdk.page("Shop", "Home");
  sdk.track("Product Viewed", { sku: "T1" });
  sdk.identify("u1", { email: "anna@web.example", firstName: "Anna", lastName: "Bérg 💚" });
  sdk.group("g1", { name: "Kontor GmbH" });
  sdk.alias("u1", "old-1");
  sdk.track("Order Completed", { order_id: "O1", total: "12.50", currency: "EUR" });
"""
SOME = "([first, last]) => { for (let n = first; n < last; n++) sdk.track('Seen', { number: n }); }"


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(
    ("make_workspace", "sdk"), [("sqlite", "rudder"), ("postgres", "segment")], indirect=["make_workspace"]
)
def test_a_browser_client_and_a_killed_server_lose_and_double_nothing(
    ws: Workspace, chromium: Browser, sdk: str
) -> None:
    key = ws.sources.create_key("Website").text
    server = Served(ws.folder, register_url=url_of(ws))
    server.start()
    begun = datetime.now(UTC)
    context = chromium.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
    try:
        with site() as address:
            page = context.new_page()
            page.goto(f"{address}/{sdk}.html?key={key}&door={server.url}")
            page.wait_for_function("document.title === 'ready'")
            _visit(page, server)
            wait_for(lambda: len(arrived(ws)) >= BURST + 9, seconds=90)
            own = {urlsplit(address).netloc, urlsplit(server.url).netloc}
    finally:
        context.close()
        server.stop()
    found = arrived(ws)
    assert set(asked) == own
    assert len({each.message_id for each in found}) == len(found)
    assert Counter(each.name for each in found) == {
        "Page Viewed": 2,
        "Product Viewed": 1,
        "identify": 2,  # the second one: whose company it is
        "group": 1,
        "alias": 1,
        "Order Completed": 1,
        "Seen": BURST,
        "After": 1,
    }
    assert all(begun - timedelta(seconds=1) <= each.at <= datetime.now(UTC) for each in found)
    (anna,) = ws.people.search("anna@web.example")
    told = Counter(moment.name for moment in ws.people.timeline(anna.profile_id, limit=200))
    assert (told["Page Viewed"], told["Product Viewed"], told["Order Completed"], told["Seen"]) == (1, 1, 1, BURST)
    assert anna.company_name == "Kontor GmbH"
    # Whoever comes after the reset is somebody else.
    assert ws.people.count() == 2


def _visit(page: Page, server: Served) -> None:
    page.evaluate(FIRST_VISIT)
    page.evaluate(SOME, [0, BURST // 2])
    server.kill()
    page.evaluate(SOME, [BURST // 2, BURST])
    time.sleep(0.5)
    server.start()
    # RudderStack's SDK gives the visitor a new id only when asked to.
    page.evaluate("() => { sdk.reset(true); }")
    page.wait_for_timeout(200)
    page.evaluate("() => { sdk.page('Shop', 'Again'); sdk.track('After', {}); }")
