"""The builder with the mouse: measures, sequences, text and back, templates, lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from habitue.audiences.fixed_list import is_fixed
from habitue.audiences.rule import (
    EventCount,
    EventValue,
    Group,
    Place,
    PropertyTest,
    Related,
    Sequence,
    Step,
    Trait,
    Window,
    decode,
)
from habitue.audiences.templates import known_of, templates
from habitue.audiences.text import read
from habitue.workspace import open_workspace
from tests.browser.steps import choose, fill, number_in, open_text, rebuilt, settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page, Route, StorageState

    from tests.browser.conftest import OpenPage, Served

ORDER = "Order Completed"
SLOWLY = 700
"""Milliseconds that an answer of the builder takes on a slow line."""
RULE = Group(
    rules=(
        EventValue(
            "average", ORDER, "total", "more_than", "30", Window("last_year"),
            (PropertyTest("products.category", "contains", "tee"),),
        ),
        Sequence((Step(ORDER), Step(ORDER, within_minutes=60 * 24 * 60), Step("Order Refunded", negate=True))),
        Related("household", "any", Trait("country", "is", "DE")),
        Place("DE", (), ("Berlin", "Hamburg"), ()),
    )
)  # fmt: skip
WITHOUT_DATA = {"Weekly buyers silent for a month", "Visited, but did not buy", "Left a basket behind"}

pytestmark = pytest.mark.browser


def _add(page: Page, kind: str, label: str) -> Locator:
    """Opens what the root offers beyond the usual, and adds a condition of it."""
    page.locator("#tree > fieldset > .adders > .more > summary").click()
    with rebuilt(page):
        page.locator("#tree > fieldset > .adders").get_by_role("button", name=label, exact=True).click()
    return page.locator(f"#tree > fieldset > .condition.{kind}")


def _press(page: Page, place: Locator, label: str) -> None:
    with rebuilt(page):
        place.get_by_role("button", name=label, exact=True).click()


def test_measures_and_sequences_are_built_with_the_mouse(
    shop: Served, owner_state: StorageState, open_page: OpenPage
) -> None:
    page = open_page(state=owner_state)
    page.goto(f"{shop.url}audiences/new/")
    settled(page)

    value = _add(page, "event_value", "Figure or favourite")
    choose(page, lambda: value, "Measure", "the average")
    choose(page, lambda: value, "Comparison", "is more than")
    fill(page, lambda: value, "Value", "30")
    _press(page, value, "narrow down, for example to a category")
    test = value.locator(".condition.property")
    choose(page, lambda: test, "Property", "Product: Category")
    choose(page, lambda: test, "Comparison", "contains")
    fill(page, lambda: test, "Value", "tee")

    sequence = _add(page, "sequence", "Sequence of steps")
    choose(page, lambda: sequence.locator("> select, > .tools").first.locator(".."), "When", "at any time")
    steps = sequence.locator(".condition.step")
    choose(page, lambda: steps.nth(0), "Event", "Order")
    fill(page, lambda: steps.nth(1), "How many", "60")
    _press(page, sequence, "one more step")
    choose(page, lambda: steps.nth(2), "Then or not", "but not")
    choose(page, lambda: steps.nth(2), "Event", "Order refunded")

    related = _add(page, "related", "Company, household or referral")
    choose(page, lambda: related, "Around whom", "of their household")
    choose(page, lambda: related, "Value", "Germany")

    place = _add(page, "place", "Place")
    choose(page, lambda: place, "Country", "Germany")
    for number, city in enumerate(("Berlin", "Hamburg")):
        field = place.get_by_label("city", exact=True).nth(number)
        field.fill(city)
        settled(page)
        with rebuilt(page):
            field.press("Tab")

    built = decode(page.locator("#json code").text_content() or "")
    related_rule = built.rules[2]  # type: ignore[union-attr]  # a group, as the next line says
    assert isinstance(related_rule, Related)
    expected = Group(rules=tuple(Related("household", "any", related_rule.rule) if isinstance(rule, Related) else rule
                                 for rule in RULE.rules))  # fmt: skip
    assert built == expected
    with open_workspace(shop.folder) as ws:
        assert number_in(page.locator("#counted b").inner_text()) == ws.audiences.count(built).people
    expect(page.locator("#loss-r0")).to_contain_text("−")
    text = page.locator("#rule-text").input_value()
    assert read(text) == built


def test_a_text_becomes_controls_and_an_error_points_at_the_word(
    shop: Served, owner_state: StorageState, open_page: OpenPage
) -> None:
    page = open_page(state=owner_state)
    open_text(page, shop)
    page.locator("#rule-text").fill(f'did "{ORDER}" at least too')
    expect(page.locator("#hints")).to_contain_text("“too” does not fit here")
    page.locator("#rule-text").fill('country is "DE" and not sequence ("Order Completed", then "Order Refunded")')
    expect(page.locator("#hints")).to_contain_text("This text is a rule")
    with rebuilt(page):
        page.get_by_role("button", name="Take over this text").click()
    expect(page.locator(".condition.sequence.not .condition.step")).to_have_count(2)
    expect(page.locator("#said .say")).to_contain_text("Germany")
    before = page.locator("#counted b").inner_text()
    with rebuilt(page):
        page.locator(".condition.trait").get_by_label("Value", exact=True).select_option(label="Austria")
    expect(page.locator("#counted b")).not_to_have_text(before)


def test_a_rule_is_written_with_the_keyboard_alone_from_what_is_offered(
    shop: Served, owner_state: StorageState, open_page: OpenPage
) -> None:
    page = open_page(state=owner_state)
    page.goto(f"{shop.url}audiences/new/")
    page.locator("#as-text > summary").focus()
    page.keyboard.press("Enter")
    field = page.locator("#rule-text")
    field.focus()
    for typed, text in (
        ("coun", "country "),
        ('is "Germ', 'country is "DE" '),
        ('and did "order comp', 'country is "DE" and did "Order Completed" '),
        ("where (products.cat", 'country is "DE" and did "Order Completed" where (products.category '),
    ):
        page.keyboard.type(typed)
        expect(page.locator("#completions [role=option]").first).to_be_visible()
        settled(page)
        page.keyboard.press("ArrowDown")
        expect(page.locator("#completions [aria-selected=true]")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(field).to_have_value(text)
    page.keyboard.type("contains 3) andd age > 3")
    expect(page.locator(".pointed mark")).to_have_text("andd")
    page.locator("[data-go-to]").focus()
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    page.keyboard.type("and")
    expect(page.locator("#hints")).to_contain_text("This text is a rule")
    page.keyboard.press("Escape")
    expect(page.locator("#completions")).to_have_count(0)
    with rebuilt(page):
        page.get_by_role("button", name="Take over this text").click()
    expect(page.locator("#tree > fieldset > .condition")).to_have_count(3)
    expect(page.locator("#as-text")).to_have_attribute("open", "")


def test_what_is_offered_for_a_former_text_is_not_put_into_a_later_one(
    shop: Served, owner_state: StorageState, open_page: OpenPage
) -> None:
    page = open_page(state=owner_state)
    open_text(page, shop)
    held: list[Route] = []
    page.route("**/audiences/hints/", lambda route: held.append(route))
    page.locator("#rule-text").focus()
    page.keyboard.type("country ")
    with page.expect_response("**/audiences/hints/"):
        until(page, lambda: len(held) == 1)
        page.keyboard.type('is "Germ')
        held[0].continue_()
    until(page, lambda: len(held) == 2)
    expect(page.locator("#completions")).to_have_count(0)
    held[1].continue_()
    expect(page.locator("#completions [role=option]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#rule-text")).to_have_value('country is "DE" ')


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Waits while the page goes on, until that holds."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(50)
    pytest.fail("it did not come")


def test_every_template_gives_people_where_the_shop_has_them(shop: Served) -> None:
    with open_workspace(shop.folder) as ws:
        found = templates(known_of(ws.context))
        counted = {template.name: ws.audiences.count(template.rule) for template in found}
    assert len(counted) == len(found) >= 18
    empty = {name for name, count in counted.items() if not count.people}
    assert empty <= WITHOUT_DATA
    assert not [name for name, count in counted.items() if count.people == count.of]


def test_a_template_is_chosen_saved_and_frozen_into_a_list(
    shop: Served, owner_state: StorageState, open_page: OpenPage
) -> None:
    page = open_page(state=owner_state)
    page.goto(f"{shop.url}audiences/new/")
    page.get_by_role("link", name="One-time buyers").click()
    page.wait_for_load_state()
    settled(page)
    people = page.locator("#counted b").inner_text()
    assert number_in(people) > 0
    page.get_by_role("button", name="Save and publish").click()
    page.wait_for_url("**/audiences/*/")
    page.get_by_role("button", name="Freeze").click()
    page.wait_for_load_state()
    expect(page.get_by_text("fixed list", exact=True)).to_be_visible()
    expect(page.locator(".kpi b").first).to_have_text(people)
    page.get_by_role("button", name="Take off").first.click()
    page.wait_for_load_state()
    expect(page.locator(".kpi b").first).to_have_text(f"{number_in(people) - 1:,}")
    with open_workspace(shop.folder) as ws:
        for made in ws.audiences.listing():
            if made.name.startswith("One-time buyers"):
                assert is_fixed(made) == ("," in made.name)
                ws.audiences.archive(made.audience_id)


def test_fast_clicks_on_a_slow_line_are_all_done_and_what_was_typed_last_counts(
    shop: Served, owner_state: StorageState, open_page: OpenPage
) -> None:
    page = open_page(state=owner_state)
    page.goto(f"{shop.url}audiences/new/")
    settled(page)
    behaviour = page.locator("#tree > fieldset > .adders").get_by_role("button", name="Behaviour", exact=True)
    with rebuilt(page):
        behaviour.click()

    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": SLOWLY, "downloadThroughput": -1, "uploadThroughput": -1}
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", slow)
    page.locator("#tree .condition").first.get_by_label("Times", exact=True).fill("3")
    for _click in range(3):
        behaviour.click()
    page.locator("#tree .condition").first.get_by_label("Times", exact=True).fill("2")
    expect(page.locator("#tree > fieldset > .condition")).to_have_count(4, timeout=20_000)
    expect(page.locator("#tree .condition").first.get_by_label("Times", exact=True)).to_have_value("2")
    expect(page.locator("#said")).to_contain_text("at least twice", timeout=20_000)
    built = decode(page.locator("#json code").text_content() or "")
    assert isinstance(built, Group)
    assert [rule.count for rule in built.rules if isinstance(rule, EventCount)] == [2, 1, 1, 1]
