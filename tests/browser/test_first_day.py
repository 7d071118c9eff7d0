"""The first day with Habitué, as somebody lives it: from a dropped file to a list that opens in Excel."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import openpyxl
import pytest
from playwright.sync_api import expect

from habitue.audiences.rule import EventCount, Group, Trait, Window
from habitue.workspace import open_workspace
from tests.browser.steps import (
    add_condition,
    choose,
    choose_language,
    drop_file,
    figure,
    fill,
    number_in,
    run_import,
    settled,
    sign_in,
)

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import OpenPage, Served

ASLEEP = Group(
    rules=(
        Trait(field="country", op="is", value="DE"),
        EventCount(event="Order Completed", op="at_least", count=2, window=Window(kind="last_year")),
        EventCount(
            event="Order Completed", op="at_least", count=1, window=Window(kind="last_days", count=90), negate=True
        ),
    )
)
NAME = "Asleep in Germany"
SENTENCE = "People in Germany who ordered at least twice in the last year and have not ordered in the last 90 days."
HEADINGS = ("E-Mail", "Vorname", "Nachname", "Einwilligung", "Einwilligung am", "Double-Opt-in am", "Einwilligungstext")
CONSENT = ("ja", "2026-01-14T09:30:00Z", "2026-01-14T09:41:12Z", "Ja, ich möchte den Newsletter erhalten.")
NEW = (
    ("yrsa.feldhoff@kranich.example", "Yrsa", "Feldhoff", *CONSENT),
    ("quirin.ostwald@kranich.example", "Quirin", "Ostwald", *CONSENT),
    ("zoya.belova@kranich.example", "Zoya", "Belova", *CONSENT),
)
BROKEN = ("hedda.at.kranich.example", "", "", *CONSENT)

pytestmark = pytest.mark.browser


def newsletter(known: list[str]) -> str:
    """A list as a newsletter tool gives it: readers that the shop knows, new ones, one that cannot be read."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows([email, "", "", *CONSENT] for email in known)
    writer.writerows([*NEW, BROKEN])
    return text.getvalue()


def asleep(shop: Served) -> int:
    """How many people the library finds."""
    with open_workspace(shop.folder, environ={}) as ws:
        return ws.audiences.count(ASLEEP).people


def addresses_of_the_shop(shop: Served) -> list[str]:
    """Addresses of people whom the audience will hold, and whom the newsletter does not know yet."""
    with open_workspace(shop.folder, environ={}) as ws:
        members = ws.audiences.members(ASLEEP, limit=50)
        people = [ws.people.get(member.profile_id) for member in members]
        # Some give an address that is known to belong to another member of the household.
        known = [
            person.row.email
            for person in people
            if person.row.email and not person.consents and len(ws.people.search(person.row.email)) == 1
        ]
    assert len(known) >= 2
    return known[:2]


def test_from_a_dropped_file_to_a_list_for_excel(shop: Served, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    sign_in(page, shop)
    known = addresses_of_the_shop(shop)
    import_newsletter(page, known)
    see_who_joined(page, shop, known[0])
    speak_german_for_a_while(page, shop)
    number = build_the_audience(page, shop)
    assert number == asleep(shop) > 0
    included = export_for_the_newsletter(page)
    assert 0 < included <= number
    rows = download(page, tmp_path)
    assert len(rows) - 1 == included
    emails = {str(cell.value) for row in rows[1:] for cell in row}
    assert set(known) <= emails
    assert not any(cell.data_type == "f" for row in rows for cell in row)


def import_newsletter(page: Page, known: list[str]) -> None:
    page.locator("nav").get_by_role("link", name="Import").click()
    drop_file(page, "newsletter.csv", newsletter(known))
    expect(page.get_by_role("heading", level=1)).to_have_text("newsletter.csv")
    assert number_in(figure(page, "Rows in the file").inner_text()) == len(known) + len(NEW) + 1
    expect(page.locator("table.mapping tbody tr")).to_have_count(len(HEADINGS))
    expect(page.locator("#target-0 option:checked")).to_have_text("E-mail")
    expect(page.get_by_text(BROKEN[0]).first).to_be_visible()
    page.get_by_label("Source", exact=True).fill("Spring fair")
    with page.expect_response("**/imports/files/**"):
        page.get_by_label("Source", exact=True).press("Tab")
    settled(page)
    run_import(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("newsletter.csv")
    assert number_in(figure(page, "People new").inner_text()) == len(NEW)
    assert number_in(figure(page, "People updated").inner_text()) == len(known)
    expect(page.locator("main")).to_contain_text(f"“{BROKEN[0]}” is not an e-mail address.")


def see_who_joined(page: Page, shop: Served, email: str) -> None:
    """One who is new, and one whom the shop knew: both sources stand on the page."""
    open_by_search(page, NEW[0][0])
    expect(page.get_by_role("heading", level=1)).to_contain_text("Yrsa Feldhoff")
    open_by_search(page, email)
    known_from = page.locator("section").filter(has=page.get_by_role("heading", name="Known from"))
    expect(known_from).to_contain_text("Spring fair")
    assert known_from.locator(".tag").count() >= 2


def open_by_search(page: Page, query: str) -> None:
    search = page.locator("#search-everywhere")
    search.fill(query)
    search.press("Enter")
    page.wait_for_load_state()
    page.locator("#people [data-row-link]").first.click()
    page.wait_for_url("**/people/*/")
    expect(page.locator("main")).to_contain_text(query)


def speak_german_for_a_while(page: Page, shop: Served) -> None:
    page.goto(shop.url)
    choose_language(page, "Deutsch")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("nav[aria-label=Hauptmenü], nav").first).to_contain_text("Zielgruppen")
    expect(page.locator("main")).to_contain_text("Was heute zu tun ist")
    choose_language(page, "English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("main")).to_contain_text("What to do today")


def build_the_audience(page: Page, shop: Served) -> int:
    """From an empty rule, choice by choice; returns the number that stands there at the end."""
    page.goto(f"{shop.url}audiences/")
    page.get_by_role("link", name="New audience").click()
    expect(page.locator(".rule.condition")).to_have_count(0)

    def last() -> Locator:
        return page.locator(".rule.condition").last

    add_condition(page, "Trait")
    choose(page, last, "Trait", "Country")
    choose(page, last, "Value", "Germany")
    add_condition(page, "Behaviour")
    choose(page, last, "Event", "Order")
    fill(page, last, "Times", "2")
    choose(page, last, "When", "in the last year")
    add_condition(page, "Behaviour")
    choose(page, last, "Event", "Order")
    choose(page, last, "Did or did not", "did not have")
    fill(page, last, "How many", "90")
    settled(page)
    expect(page.locator("#said .say")).to_have_text(SENTENCE)
    expect(page.locator(".unfinished")).to_have_count(0)
    shown = number_in(page.locator("#counted b").inner_text())
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_role("button", name="Save and publish", exact=True).click()
    page.wait_for_url(re.compile(r"/audiences/[0-9a-f]{32}/"))
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(page.locator("main .kpi b").first).to_have_text(f"{shown:,}")
    return shown


def export_for_the_newsletter(page: Page) -> int:
    page.get_by_role("link", name="Export", exact=True).click()
    with page.expect_response("**/exports/new/"):
        page.get_by_label("Newsletter by e-mail").check()
    settled(page)
    expect(page.locator("#target-xlsx")).to_be_checked()
    included = number_in(figure(page, "People in the list").inner_text())
    page.get_by_role("button", name="Make the list").click()
    page.wait_for_url(re.compile(r"/exports/[0-9a-f]{32}/"))
    return included


def download(page: Page, folder: Path) -> list[tuple[openpyxl.cell.Cell, ...]]:
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download").first.click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    assert path.suffix == ".xlsx"
    book = openpyxl.load_workbook(path)
    return list(book.active.iter_rows())
