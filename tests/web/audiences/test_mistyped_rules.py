"""Mistyped rules: told while they are written and when they are taken over, never with an error of ours."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from habitue.audiences.rule import InAudience, Trait
from habitue.web.audiences.draft import Draft
from habitue.web.audiences.senseless import senseless
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

IS_RULE = "This text is a rule."


def _plain(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def _hints(client: Client, text: str) -> str:
    answer = client.post("/audiences/hints/", {"rule_text": text})
    assert answer.status_code == 200
    return _plain(answer.content.decode())


def _taken(client: Client, text: str) -> str:
    answer = client.post("/audiences/build/", {"do": "text", "rule_text": text}, HTTP_HX_REQUEST="true")
    assert answer.status_code == 200
    return _plain(answer.content.decode())


@pytest.mark.parametrize("day", ["2026-13-01", "0000-01-01"])
def test_a_day_that_is_none_is_told_while_writing_and_on_taking_over(anna: Client, day: str) -> None:
    for told in (_hints, _taken):
        assert f"“{day}” is not a value that fits here." in told(anna, f'did "Order Completed" from {day}')
        assert f"“{day}” is not a value that fits here." in told(anna, f"birth_date after {day}")


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ('contry is "DE"', "Nobody has a field “contry”. Did you mean country?"),
        ('country is "Germoney"', "Nobody has “Germoney” in the field “Country”."),
        ('did "Order Complete"', "Nobody here has done “Order Complete” so far. Did you mean “Order Completed”?"),
        ("age between 35 and 20", "Nothing lies between 35 and 20."),
        ('did "Order Completed" at least 0 times', "“At least 0 times” holds for everybody."),
    ],
)
def test_what_nobody_has_and_what_says_nothing_is_told_while_writing(anna: Client, text: str, remark: str) -> None:
    hints = _hints(anna, text)
    assert remark in hints
    assert IS_RULE not in hints
    assert remark in _taken(anna, text)


def test_a_plain_rule_is_told_to_be_one(anna: Client) -> None:
    assert IS_RULE in _hints(
        anna, 'country is "DE" and did "Order Completed" at least 1 time and age between 20 and 35'
    )


def test_an_audience_that_does_not_exist_is_told_while_writing_and_on_taking_over(
    anna: Client, shop: Workspace
) -> None:
    shop.audiences.create("Regulars", Trait("country", "is", "DE"))
    for told in (_hints, _taken):
        assert "There is no audience “Nope”." in told(anna, 'in audience "Nope"')
        assert "Did you mean “Regulars”?" in told(anna, 'in audience "Reglars"')
        assert "There is no audience" not in told(anna, 'in audience "regulars"')


@pytest.mark.parametrize(
    ("node", "code"),
    [
        (Draft("trait", {"op": ("between",), "value": ("35", "20")}), "span_upside_down"),
        (Draft("trait", {"op": ("between",), "value": ("9", "10")}), None),
        (Draft("trait", {"op": ("between",), "value": ("2026-02-01", "2026-01-31")}), "span_upside_down"),
        (Draft("insight", {"op": ("between",), "value": ("12,5 %", "12 %")}), "span_upside_down"),
        (Draft("property", {"op": ("between",), "value": ("b", "a")}), None),
        (Draft("event_count", {"op": ("at_least",), "count": ("0",)}), "count_always"),
        (Draft("event_count", {"op": ("at_least",), "count": ("0",), "negate": ("yes",)}), "count_never"),
        (Draft("event_count", {"op": ("at_most",), "count": ("0",)}), None),
        (Draft("event_count", {"op": ("at_least",), "count": ("",)}), None),
    ],
)
def test_conditions_that_say_nothing(node: Draft, code: str | None) -> None:
    found = senseless(node)
    assert (found.code if found else None) == code


def test_a_warning_calls_an_event_what_the_sentence_calls_it(anna: Client) -> None:
    page = _taken(anna, 'did "Product Viewed"')
    assert "Nobody here has done “Looked at a product” so far." in page
    assert "Nobody here has done “Product Viewed”" not in page


def test_an_audience_in_its_own_rule_is_called_by_its_name_and_not_offered(anna: Client, shop: Workspace) -> None:
    own = shop.audiences.create("Regulars", Trait("country", "is", "DE")).audience_id
    other = shop.audiences.create("Guests", InAudience(own)).audience_id
    form = {"do": "text", "rule_text": 'in audience "Regulars"', "audience": own}
    page = anna.post("/audiences/build/", form).content.decode()
    assert f'<option value="{own}" selected>Regulars</option>' in page
    assert f">{own}<" not in page
    without = anna.post("/audiences/build/", {**form, "rule_text": 'in audience "Guests"'}).content.decode()
    assert f'value="{other}" selected' in without
    assert f'<option value="{own}"' not in without
    offers = anna.post("/audiences/hints/", {"rule_text": "in audience ", "audience": own}).content.decode()
    assert ("Guests" in offers, "Regulars" in offers) == (True, False)
