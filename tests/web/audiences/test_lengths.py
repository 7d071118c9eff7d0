from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from habitue.audiences.rule import EventCount, Group, Window, encode
from habitue.audiences.text import read
from habitue.web.audiences.draft import Draft
from habitue.web.audiences.lengths import followed
from habitue.web.rule_links import builder_url

if TYPE_CHECKING:
    from django.test import Client

FORM = {
    "r:kind": "group",
    "r.0:kind": "event_count",
    "r.0:event": "Order Completed",
    "r.0:op": "at_least",
    "r.0:count": "1",
    "r.0:window_kind": "last_months",
    "r.0:window_count": "365",
    "r.0:window_was": "last_days 365",
}
CHANGED = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TRIGGER_NAME": "r.0:window_kind"}


def _window(kind: str, count: str, was: str, *, name: str = "") -> str:
    node = Draft("event_count", {"window_kind": (kind,), "window_count": (count,), "window_was": (was,)})
    (found,) = followed(Draft("group", {}, (node,)), name).rules
    return found.one("window_count")


@pytest.mark.parametrize(
    ("kind", "count", "was", "expected"),
    [
        ("last_months", "365", "last_days 365", "12"),
        ("last_months", "30", "last_days 30", "1"),
        ("last_months", "7", "last_days 7", "1"),
        ("last_months", "180", "last_days 180", "6"),
        ("last_days", "12", "last_months 12", "365"),
        ("last_days", "3", "last_months 3", "90"),
        ("last_days", "18", "last_months 18", "545"),
        ("last_hours", "2", "last_days 2", "48"),
        ("last_days", "48", "last_hours 48", "2"),
        ("last_days", "5", "last_hours 5", "1"),
        ("last_months", "", "last_year", "12"),
        ("last_days", "", "last_year", "365"),
        ("last_days", "365", "last_days 365", "365"),
        ("last_months", "many", "last_days many", "many"),
        ("between", "365", "last_days 365", "365"),
        ("last_months", "365", "", "365"),
    ],
)
def test_a_number_follows_its_unit(kind: str, count: str, was: str, expected: str) -> None:
    assert _window(kind, count, was) == expected


@pytest.mark.parametrize("days", ["30", "60", "90", "120", "180", "330", "365", "730"])
def test_days_become_months_and_the_same_days_again(days: str) -> None:
    months = _window("last_months", days, f"last_days {days}")
    assert _window("last_days", months, f"last_months {months}") == days


def test_a_number_typed_together_with_another_unit_is_meant_for_that_unit() -> None:
    assert _window("last_months", "6", "last_days 365") == "6"
    assert _window("last_months", "400", "last_days 365", name="r.0:window_kind") == "13", "typed before the unit"


def test_the_time_to_the_next_step_follows_its_unit_too() -> None:
    values = {"within_unit": ("weeks",), "within_count": ("14",), "within_was": ("days 14",)}
    tree = Draft("group", {}, (Draft("sequence", {}, (Draft("step"), Draft("step", values))),))
    assert followed(tree, "").rules[0].rules[1].one("within_count") == "2"


def test_days_that_become_months_in_the_builder_are_shown_and_meant_as_months(anna: Client) -> None:
    page = anna.post("/audiences/build/", FORM, **CHANGED)
    shown = page.content.decode()
    assert 'value="12" aria-label="How many"' in shown
    assert 'value="last_months 12"' in shown
    year = EventCount("Order Completed", window=Window("last_months", 12))
    assert page.context["rule"] == encode(Group(rules=(year,)))


def test_what_is_typed_or_saved_means_what_the_page_shows(anna: Client) -> None:
    typed = anna.post("/audiences/build/?part=said", FORM, HTTP_HX_REQUEST="true")
    assert '"count":365' in typed.context["rule"].replace(" ", "")
    saved = anna.post("/audiences/new/", {**FORM, "do": "save", "name": "Long"}, follow=True).content.decode()
    assert "last 365 months" in saved.replace("<b>", "").replace("</b>", "")


def test_seven_days_of_a_template_are_seven_days_in_the_form_and_in_words(anna: Client) -> None:
    rule = read('sequence ("Product Viewed", not within 7 days "Order Completed")')
    page = anna.get(builder_url(rule)).content.decode()
    assert '<option value="days" selected>' in page
    assert '<option value="weeks" selected>' not in page
    assert "7 days" in page.partition('id="said"')[2].partition("</p>")[0]
    assert "within 7 days" in page.partition('id="rule-text"')[2].partition("</textarea>")[0]
