"""Writing a rule: what can come at the cursor is listed, and a problem shows its word."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client
from tests.sending import send

from habitue.access.actor import Actor
from habitue.access.policy import PermissionMissing
from habitue.audiences.fields import property_suggestions, suggestions
from habitue.workspace import Workspace


def offered(client: Client, text: str, at: int | None = None) -> list[str]:
    shown = client.post("/audiences/hints/", {"rule_text": text, "at": len(text) if at is None else at})
    return [html.unescape(found) for found in re.findall(r'data-text="([^"]*)"', shown.content.decode())]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("coun", "country"),
        ('city is "Lei', '"Leipzig"'),
        ('country is "Ger', '"DE"'),
        ('did "Ord', '"Order Completed"'),
        ("did bestel", ""),
        ('did "Order Completed" where (products.cat', "category"),
        ('did "Order Completed" in las', "last"),
        ("consent news", "newsletter"),
        ("consent newsletter by e", "email"),
        ("insight r", "rfm"),
        ("insight rfm.rfm_g", "rfm_group"),
        ('insight rfm.rfm_group is "At ri', '"at_risk"'),
    ],
)
def test_what_fits_at_the_cursor_is_offered(anna: Client, shop: Workspace, text: str, first: str) -> None:
    assert offered(anna, text)[:1] == ([first] if first else [])


def test_names_are_found_in_the_language_of_the_reader(seen_by: Callable[..., Client]) -> None:
    german = seen_by("marketer", "analyst", language="de")
    assert offered(german, "gebur")[0] == "birth_date"


def test_the_rest_of_the_text_stays(anna: Client) -> None:
    shown = anna.post("/audiences/hints/", {"rule_text": 'coun is "DE"', "at": 2}).content.decode()
    assert 'data-start="0" data-end="4"' in shown


def test_values_of_properties_are_offered_and_those_about_people_only_to_who_may_see_them(shop: Workspace) -> None:
    ws = shop.context
    assert property_suggestions(ws, "Order Completed", "order_id")
    blind = shop.as_actor(Actor("a", "Ben", frozenset({"auditor"}))).context
    assert suggestions(ws, "email")
    with pytest.raises(PermissionMissing):
        suggestions(blind, "email")


@pytest.mark.parametrize(
    ("language", "text", "word", "said"),
    [
        ("en", 'country is "DE" andd age > 3', "andd", "does not fit here"),
        ("de", 'country is "DE" and age > "alt"', "alt", "passt hier nicht als Wert"),
        ("ru", 'country is "DE"\nand insight rfm.nothing is 3', "rfm.nothing", "rfm.nothing"),
        ("de", 'did "A" at least', "…", "eine Zahl"),
    ],
)
def test_a_problem_shows_its_word_in_the_language_of_the_reader(
    seen_by: Callable[..., Client], language: str, text: str, word: str, said: str
) -> None:
    client = seen_by("marketer", language=language)
    shown = html.unescape(client.post("/audiences/hints/", {"rule_text": text, "at": 0}).content.decode())
    assert f"<mark>{word}</mark>" in shown
    assert said in shown
    if language == "ru":
        assert "There is nothing" not in shown
    assert "data-go-to=" in shown


def test_the_list_of_events_follows_the_data(anna: Client, shop: Workspace) -> None:
    from habitue import flow

    form = {"r:match": "all", "r.0:kind": "event_count", "r.0:event": "Order Completed", "r.0:count": "1"}
    assert "Tea Tasted" not in anna.post("/audiences/build/", form).content.decode()
    send(shop, {"type": "track", "userId": "u1", "event": "Tea Tasted", "timestamp": "2026-05-01T10:00:00Z"})
    flow.refresh(shop.context)
    assert "Tea Tasted" in anna.post("/audiences/build/", form).content.decode()
    assert offered(anna, 'did "tea')[0] == '"Tea Tasted"'
