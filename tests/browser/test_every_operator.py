"""Every comparison that the builder offers, chosen and filled in: the tree means it and counts as the library."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from habitue.audiences.rule import (
    Consent,
    EventCount,
    EventSum,
    EventValue,
    Group,
    InAudience,
    InsightIs,
    MayUse,
    Place,
    PropertyTest,
    Related,
    Rule,
    Sample,
    Sequence,
    Step,
    Trait,
    Window,
    decode,
    encode,
)
from habitue.audiences.rule_parts import MEASURES
from habitue.workspace import open_workspace
from tests.browser.steps import fill, number_in, settled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence as Several

    from playwright.sync_api import Locator, Page, Route, StorageState

    from habitue.workspace import Workspace
    from tests.browser.conftest import OpenPage, Served

ORDER = "Order Completed"
NEVER = "at any time"
CONDITIONS = "#tree > fieldset > .condition"
VALUES = {"number": ("2", "90"), "date": ("1980-01-01", "2026-06-01"), "text": ("a", "e")}
NAMED = {
    "Days ago, later end": "30", "Days ago, earlier end": "90", "How many": "40",
    "region": "Sachsen", "city": "Berlin", "postcode beginning with": "10",
}  # fmt: skip
DRAWN = {"From per cent": "10", "To per cent": "60", "Name of the draw": "spring"}
NAMES = {
    "Comparison": "op", "How often": "op", "How much": "op", "Measure": "measure", "Purpose": "purpose",
    "Channel": "channel", "State": "state", "How many of them": "match", "Around whom": "by", "Country": "country",
}  # fmt: skip
_EMPTY = """() => [...document.querySelectorAll("#tree > fieldset > .condition")].flatMap((condition) => {
  const fields = [...condition.querySelectorAll("input:not([type=hidden]), select")];
  const values = fields.filter((field) => field.ariaLabel === "Value");
  const wanted = fields.filter((field) => field.ariaLabel !== "Country");
  const empty = wanted.filter((field) => !field.value && (values.indexOf(field) < 2));
  return empty.map((field) => [field.id, field.ariaLabel, field.type, Math.max(0, values.indexOf(field))]);
})"""
_LISTS = """(labels) => [...document.querySelectorAll("#tree > fieldset > .condition")].map((condition, number) => {
  const list = [...condition.querySelectorAll("select")].find((each) => each.ariaLabel === labels[number]);
  return [list.id, list.value];
})"""
AT_ONCE = 6
BUILD = "**/audiences/build/**"
DELAY = 500
"""Milliseconds after which the builder asks for what was typed."""
AUDIENCE = "the first audience"
WITHIN = {"any": "0", "minutes": "1440", "hours": "1440", "days": "1440", "weeks": "10080"}
"""Minutes that a step of a day has in each unit: the number follows, and there is no less than a week of weeks."""

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Bench:
    """A condition to begin with, and the list of which every option is chosen, each in a condition of its own.

    Of a list of everything that there is, such as countries, only the first ones are: `most`.
    """

    name: str
    rule: Rule
    label: str = "Comparison"
    most: int | None = None


@pytest.fixture(scope="module")
def library(shop: Served) -> Iterator[Workspace]:
    with open_workspace(shop.folder) as ws:
        yield ws


def _where(name: str, op: Any = "is_known") -> EventCount:
    return EventCount(ORDER, where=(PropertyTest(name, op),))


BENCHES = (
    Bench("a text", Trait("first_name", "is_known")),
    Bench("a choice", Trait("country", "is_known")),
    Bench("languages", Trait("language", "is_known")),
    Bench("the age", Trait("age", "is_known")),
    Bench("an own number", Trait("referred_by", "is_known")),
    Bench("a day", Trait("birth_date", "is", "1980-01-01")),
    Bench("an instant", Trait("last_seen_at", "in_last_days", "30")),
    Bench("a group of an insight", InsightIs("rfm", "rfm_group", "is_known")),
    Bench("a number of an insight", InsightIs("rfm", "recency_days", "is_known")),
    Bench("money of an insight", InsightIs("lifetime", "expected_value", "is_known")),
    Bench("yes or no of an insight", InsightIs("rfm", "is_valuable", "is_known")),
    Bench("how often", EventCount(ORDER), "How often"),
    Bench("did or did not", EventCount(ORDER), "Did or did not"),
    Bench("spans of time", EventCount(ORDER), "When"),
    Bench("how much", EventSum(ORDER, "at_least", 50), "How much"),  # type: ignore[arg-type]  # a whole number will do
    Bench("measures", EventValue("sum", ORDER, "total", "is_known"), "Measure"),
    *(Bench(f"the {measure} of money", EventValue(measure, ORDER, "total", "is_known")) for measure in MEASURES),  # type: ignore[arg-type]  # one of them
    Bench("the last text", EventValue("last", ORDER, "payment_method", "is_known")),
    Bench("the first of products", EventValue("first", ORDER, "products.category", "is_known")),
    Bench("a text of an event", _where("payment_method")),
    Bench("money of an event", _where("total")),
    Bench("a text of products", _where("products.category")),
    Bench("a number of products", _where("products.price")),
    Bench("a property nobody described", _where("whatever")),
    Bench("purposes", Consent("newsletter"), "Purpose"),
    Bench("channels", Consent("newsletter"), "Channel"),
    Bench("states of a consent", Consent("newsletter"), "State"),
    Bench("may or may not", MayUse("newsletter"), "May or may not"),
    Bench("purposes that may be used for", MayUse("newsletter"), "Purpose"),
    Bench("history of an audience", InAudience(AUDIENCE), "Belongs or not"),
    Bench("spans of that history", InAudience(AUDIENCE, state="was"), "When"),
    Bench("how many around", Related("household", "any", Trait("country", "is", "DE")), "How many of them"),
    Bench("around whom", Related("household", "any", Trait("country", "is", "DE")), "Around whom"),
    Bench("then or not", Sequence((Step(ORDER), Step(ORDER, within_minutes=1440))), "Then or not"),
    Bench("how soon", Sequence((Step(ORDER), Step(ORDER, within_minutes=1440))), "How soon"),
    Bench("spans of sequences", Sequence((Step(ORDER), Step(ORDER))), "When"),
    Bench("where they live", Place("DE"), "Country", most=3),
)


def _of_shop(rule: Rule, ws: Workspace) -> Rule:
    if isinstance(rule, InAudience):
        return InAudience(ws.audiences.listing()[0].audience_id, rule.negate, rule.state, rule.window)
    return rule


def _open(page: Page, shop: Served, rules: Several[Rule]) -> None:
    page.goto(f"{shop.url}audiences/new/?{urlencode({'rule': encode(Group('any', tuple(rules)))})}")
    settled(page)


def _list(condition: Locator, label: str) -> Locator:
    return condition.get_by_label(label, exact=True).first


@contextmanager
def _slow_line(page: Page) -> Iterator[None]:
    """What is done inside is done before the first answer of the builder comes."""
    held: list[Route] = []
    page.route(BUILD, lambda route: held.append(route))
    yield
    page.unroute(BUILD)
    for route in held:
        route.continue_()
    settled(page)


def _choose_all(page: Page, chosen: Several[tuple[str, str]]) -> None:
    """A list and its option in each condition, one click after the other without waiting."""
    wanted = [option for _label, option in chosen]
    labels = [label for label, _option in chosen]
    with _slow_line(page):
        for (ident, value), option in zip(page.evaluate(_LISTS, labels), wanted, strict=True):
            if value != option:
                page.locator(f"#{ident}").select_option(option)
    assert [value for _ident, value in page.evaluate(_LISTS, labels)] == wanted


def _fill_all(page: Page) -> None:
    """Types into every field that is still empty, and chooses where there is a list of values."""
    with _slow_line(page):
        for ident, label, kind, place in page.evaluate(_EMPTY):
            field = page.locator(f"#{ident}")
            if kind == "select-one":
                field.select_option(index=1 + place)
            else:
                field.fill(NAMED.get(label) or VALUES[kind][place])
        page.evaluate("() => document.activeElement.blur()")
        page.wait_for_timeout(DELAY)


def _rules(page: Page) -> tuple[Rule, ...]:
    built = decode(page.locator("#json code").text_content() or "")
    assert isinstance(built, Group)
    inner = built.rules[0] if len(built.rules) == 1 and isinstance(built.rules[0], Group) else built
    return inner.rules


def _meant(rule: Rule, label: str) -> str:
    """What the list of a condition stands at, read from its rule."""
    window = getattr(rule, "window", Window())
    if label == "When":
        period = {"this": f"this_{window.unit}", "last": f"previous_{window.unit}"}
        return period.get(window.kind, window.kind)
    if isinstance(rule, EventCount) and rule.where:
        return rule.where[0].op
    if isinstance(rule, InAudience):
        return f"{'not_' if rule.negate else ''}{rule.state}"
    if isinstance(rule, Sequence):
        step = rule.steps[1]
        if label == "Then or not":
            return "yes" if step.negate else "no"
        return str(step.within_minutes)
    if label in NAMES:
        return str(getattr(rule, NAMES[label]))
    return "yes" if getattr(rule, "negate", False) else "no"


@pytest.mark.parametrize("benches", [BENCHES[place : place + AT_ONCE] for place in range(0, len(BENCHES), AT_ONCE)],
                         ids=lambda benches: benches[0].name.replace(" ", "-"))  # fmt: skip
def test_every_option_is_chosen_meant_and_counted(
    shop: Served, library: Workspace, owner_state: StorageState, open_page: OpenPage, benches: Several[Bench]
) -> None:
    page = open_page(state=owner_state)
    for beside in ("facts", "values"):  # what stands beside the count, and what is suggested, is not asked here
        page.route(f"**/audiences/{beside}/**", lambda route: route.fulfill(status=204))
    rules = [_of_shop(bench.rule, library) for bench in benches]
    _open(page, shop, rules)
    lists = [_list(page.locator(CONDITIONS).nth(number), bench.label) for number, bench in enumerate(benches)]
    named = [each.evaluate("list => [...list.options].map(option => option.value)") for each in lists]
    options = [several[: bench.most] for bench, several in zip(benches, named, strict=True)]
    assert min(map(len, options)) >= 2
    chosen = [(bench.label, option) for bench, several in zip(benches, options, strict=True) for option in several]
    _open(page, shop, [rule for rule, several in zip(rules, options, strict=True) for _option in several])
    _choose_all(page, chosen)
    _counts_as(library, page)
    _fill_all(page)
    assert page.locator("#tree .unfinished, #tree .lacking").all_inner_texts() == []
    found = _counts_as(library, page)
    wanted = [(label, WITHIN[option] if label == "How soon" else option) for label, option in chosen]
    assert [(label, _meant(each, label)) for each, (label, _option) in zip(found, chosen, strict=True)] == wanted
    places = [(each.regions, each.cities, each.postcodes) for each in found if isinstance(each, Place)]
    assert set(places) <= {(("Sachsen",), ("Berlin",), ("10",))}


def test_a_part_of_everybody_is_drawn_and_counted(
    shop: Served, library: Workspace, owner_state: StorageState, open_page: OpenPage
) -> None:
    page = open_page(state=owner_state)
    _open(page, shop, [Sample("autumn", 0, 5_000)])
    for label, text in DRAWN.items():
        fill(page, lambda: page.locator(CONDITIONS), label, text)
    assert _counts_as(library, page) == (Sample("spring", 1_000, 6_000),)


def _counts_as(library: Workspace, page: Page) -> tuple[Rule, ...]:
    """The finished conditions of the page, whose number is the one of the library."""
    found = _rules(page)
    counted = library.audiences.count(Group("any", found)).people
    assert number_in(page.locator("#counted b").inner_text()) == counted
    return found
