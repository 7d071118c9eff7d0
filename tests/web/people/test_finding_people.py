"""The list, the search and the caller look-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

HTMX = {"HTTP_HX_REQUEST": "true"}


def test_a_stranger_is_led_to_the_sign_in_page(browser: Client, owner_id: str) -> None:
    for path in ("/people/", "/people/search/", "/companies/", "/people/by-phone/?number=1"):
        answer = browser.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in/")


def test_an_empty_workspace_offers_an_import(owner: Client) -> None:
    text = owner.get("/people/").content.decode()
    assert "Nobody here yet" in text
    assert 'href="/imports/"' in text


def test_the_list_names_everybody_once_and_links_to_them(owner: Client, shop: Workspace, marlene: str) -> None:
    text = owner.get("/people/?sort=name").content.decode()
    assert text.count("<b>Marlene Hoffmann</b>") == 1
    assert f"/people/{marlene}/" in text
    assert "+49 341 555" in text


def test_hostile_names_are_shown_and_never_run(owner: Client, shop: Workspace) -> None:
    text = owner.get("/people/").content.decode()
    assert "<script>alert(1)" not in text
    evil = shop.people.search("evil@posteo.example")[0].profile_id
    assert "<script>alert(1)" not in owner.get(f"/people/{evil}/").content.decode()


def test_a_filter_by_country_keeps_the_others_out(owner: Client, shop: Workspace) -> None:
    text = owner.get("/people/?country=AT").content.decode()
    assert "evil@posteo.example" in text
    assert "jonas@posteo.example" not in text


def test_words_in_the_address_that_mean_nothing_are_ignored(owner: Client, shop: Workspace) -> None:
    answer = owner.get("/people/?sort=;drop&page=-3&country=%27%27&which=x")
    assert answer.status_code == 200


def test_searching_answers_with_rows_only(owner: Client, shop: Workspace) -> None:
    text = owner.get("/people/?q=marl", **HTMX).content.decode()
    assert "Marlene Hoffmann" in text
    assert "<html" not in text
    assert "Nobody found" in owner.get("/people/?q=zzzzzz", **HTMX).content.decode()


def test_the_search_everywhere_is_a_fragment_or_the_whole_list(owner: Client, shop: Workspace, marlene: str) -> None:
    fragment = owner.get("/people/search/?q=marlene", **HTMX).content.decode()
    assert f"/people/{marlene}/" in fragment
    assert "<html" not in fragment
    assert "<html" in owner.get("/people/search/?q=marlene").content.decode()


def test_a_caller_with_a_number_of_one_person_opens_that_person(owner: Client, shop: Workspace) -> None:
    evil = shop.people.search("evil@posteo.example")[0].profile_id
    for number in ("+433514440101", "%2B433514440101", "0043351/4440101"):
        answer = owner.get(f"/people/by-phone/?number={number}")
        assert answer.headers["Location"] == f"/people/{evil}/"


def test_a_number_that_a_household_shares_shows_the_choice(owner: Client, shop: Workspace) -> None:
    text = owner.get("/people/by-phone/?number=03415550142").content.decode()
    assert "Marlene Hoffmann" in text
    assert "Jonas Hoffmann" in text


def test_an_unknown_caller_is_offered_a_search_with_the_number(owner: Client, shop: Workspace) -> None:
    text = owner.get("/people/by-phone/?number=+4930999888").content.decode()
    assert "Nobody has this number" in text
    assert 'value="+4930999888"' in text


def test_a_support_agent_sees_people_and_cannot_erase_them(colleague: Callable[..., Client], marlene: str) -> None:
    agent = colleague("agent")
    text = agent.get(f"/people/{marlene}/").content.decode()
    assert "Marlene Hoffmann" in text
    assert "/erase/" not in text
    assert agent.get(f"/people/{marlene}/figures/").status_code == 200
    assert agent.get(f"/people/{marlene}/erase/").status_code == 403
    assert agent.post(f"/people/{marlene}/join/", {"other": marlene}).status_code == 403


def test_without_companies_the_list_says_what_to_do(owner: Client, shop: Workspace) -> None:
    assert "No company yet" in owner.get("/companies/").content.decode()
