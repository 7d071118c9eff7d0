"""The page of one person: every value has its why, and what people decide can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

HTMX = {"HTTP_HX_REQUEST": "true"}


def test_every_value_says_its_source_and_what_else_was_told(owner: Client, marlene: str) -> None:
    text = owner.get(f"/people/{marlene}/").content.decode()
    assert "From Contacts" in text
    assert "Berlin" in text
    assert "Leipzig" in text
    assert "The newest value wins." in text


def test_consents_show_the_answer_and_the_words_that_were_agreed_to(owner: Client, marlene: str, jonas: str) -> None:
    text = owner.get(f"/people/{marlene}/").content.decode()
    assert "Newsletter by e-mail" in text
    assert "Yes, write to me" in text
    assert "not asked" in text
    assert ">no<" in owner.get(f"/people/{jonas}/").content.decode()


def test_the_timeline_tells_orders_with_their_articles(owner: Client, marlene: str) -> None:
    text = owner.get(f"/people/{marlene}/").content.decode()
    assert "129.00" in text
    assert "Handschuhe" in text
    assert "Details told" not in text
    assert "Details told" in owner.get(f"/people/{marlene}/timeline/?kind=records", **HTMX).content.decode()


def test_a_kind_that_never_happened_says_so(owner: Client, marlene: str) -> None:
    text = owner.get(f"/people/{marlene}/timeline/?kind=service", **HTMX).content.decode()
    assert "Nothing of this kind" in text


def test_the_timeline_goes_on_where_it_stopped(owner: Client, marlene: str) -> None:
    answer = owner.get(f"/people/{marlene}/timeline/?before=2026-03-01T00:00:00%2B00:00~999999", **HTMX)
    text = answer.content.decode()
    assert "129.00" in text
    assert "12.00" not in text
    assert owner.get(f"/people/{marlene}/timeline/?before=nonsense").status_code == 200


def test_the_figures_add_up_the_orders(owner: Client, marlene: str) -> None:
    text = owner.get(f"/people/{marlene}/figures/", **HTMX).content.decode()
    assert "141.00" in text
    assert "2 orders" in text
    assert "70.50" in text


def test_somebody_without_orders_has_no_figures_and_no_error(owner: Client, ws: Workspace, shop: Workspace) -> None:
    nobody = owner.get("/people/00000000000000000000000000000000/")
    assert nobody.status_code == 404


def test_a_shared_telephone_names_the_other_person_and_why_they_are_apart(owner: Client, jonas: str) -> None:
    text = owner.get(f"/people/{jonas}/").content.decode()
    assert "but another name" in text
    assert "Marlene Hoffmann" in text


def test_separating_shows_the_parts_and_can_be_undone(owner: Client, shop: Workspace, marlene: str) -> None:
    before = [row.profile_id for row in shop.people.search("marlene")]
    known = shop.people.identities(marlene).identifiers
    number = next(item for item in known if item.namespace.startswith("customer_number:contacts"))
    sent = {"identifier": number.identifier_id, "reason": "her sister"}
    answer = owner.post(f"/people/{marlene}/separate/", sent, follow=True)
    text = answer.content.decode()
    assert "Separated into 3 people" in text
    ids = [row.profile_id for row in answer.context["rows"]]
    back = owner.post("/people/rejoin/", {"id": ids}, follow=True).content.decode()
    assert "They are one person again." in back
    assert [row.profile_id for row in shop.people.search("marlene")] == before


def test_an_identifier_of_somebody_else_cannot_be_separated(owner: Client, marlene: str, jonas: str) -> None:
    answer = owner.post(f"/people/{marlene}/separate/", {"identifier": "999999"}, follow=True)
    assert "Nothing changed" in answer.content.decode()


def test_two_people_are_joined_the_old_address_still_leads_there_and_it_can_be_taken_back(
    owner: Client, shop: Workspace, marlene: str, jonas: str
) -> None:
    found = owner.get(f"/people/{marlene}/join/?q=jonas", **HTMX).content.decode()
    assert jonas in found
    joined = owner.post(f"/people/{marlene}/join/", {"other": jonas}, follow=True)
    today = joined.context["row"].profile_id
    assert "Take the joining back" in joined.content.decode()
    for former in {marlene, jonas} - {today}:
        assert owner.get(f"/people/{former}/").headers["Location"] == f"/people/{today}/"
    tie = next(tie for item in joined.context["identities"] for tie in item.ties if tie.is_decision)
    apart = owner.post(f"/people/{today}/undo-join/", {"a": tie.a, "b": tie.b}, follow=True)
    assert {row.profile_id for row in apart.context["rows"]} == {marlene, jonas}


def test_nobody_is_joined_with_themselves(owner: Client, marlene: str) -> None:
    answer = owner.post(f"/people/{marlene}/join/", {"other": marlene}, follow=True)
    assert "same person already" in answer.content.decode()


def test_erasing_asks_with_numbers_and_then_nothing_is_left(owner: Client, shop: Workspace, marlene: str) -> None:
    asked = owner.get(f"/people/{marlene}/erase/").content.decode()
    assert "cannot be undone" in asked
    assert "Nothing was erased" in owner.post(f"/people/{marlene}/erase/", {}).content.decode()
    done = owner.post(f"/people/{marlene}/erase/", {"sure": "yes"}, follow=True).content.decode()
    assert "Erased for good" in done
    assert owner.get(f"/people/{marlene}/").status_code == 404
    assert not shop.people.search("marlene")


def test_the_page_speaks_german_and_russian(owner: Client, marlene: str) -> None:
    for language in ("de", "ru"):
        owner.post("/appearance/", {"language": language, "next": "/people/"})
        assert owner.get(f"/people/{marlene}/").status_code == 200
        assert owner.get(f"/people/{marlene}/figures/").status_code == 200
        assert owner.get("/people/").status_code == 200
