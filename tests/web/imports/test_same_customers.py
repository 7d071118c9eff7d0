"""Two files that speak of the same customers: the page asks, and one answer joins them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.web.imports.test_bringing_files_in import _start

from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

PURCHASES = "household_id,basket_id,day,sales_value\n" + "".join(
    f"{number},{900 + number},2026-03-{number:02},12.50\n" for number in range(1, 13)
)
DEMOGRAPHY = "household_id,age,marital_status\n" + "".join(f"{number},45-54,Married\n" for number in range(1, 11))
QUESTION = "Are these the same customers?"
Send = Callable[..., str]
Finish = Callable[[str], None]


def test_one_answer_joins_what_is_known_of_customers_to_their_purchases(
    owner: Client, send: Send, finish: Finish, ws: Workspace
) -> None:
    finish(_start(owner, send(("purchases.csv", PURCHASES))))
    page = send(("demography.csv", DEMOGRAPHY))
    text = owner.get(page).content.decode()
    assert QUESTION in text
    assert "10 of 10 customer numbers in these rows are known from “Purchases”" in text

    columns = owner.get(page).context["reading"].columns
    sent = {"source_name": ["Demography", "Purchases"], "target": [column.target for column in columns]}
    text = owner.post(page, sent, HTTP_HX_REQUEST="true").content.decode()
    assert QUESTION not in text
    assert 'value="Purchases"' in text

    finish(_start(owner, page))
    assert ws.people.count() == 12
    assert [source.name for source in ws.sources.listing()] == ["Purchases"]


def test_a_list_of_a_part_of_the_buyers_is_asked_about_too(owner: Client, send: Send, finish: Finish) -> None:
    finish(_start(owner, send(("demography.csv", DEMOGRAPHY))))
    purchases = "household_id,basket_id,day,sales_value\n" + "".join(
        f"{number},{900 + number},2026-03-01,12.50\n" for number in range(1, 61)
    )
    text = owner.get(send(("purchases.csv", purchases))).content.decode()
    assert QUESTION in text
    assert "10 of 60 customer numbers in these rows are known from “Demography”" in text


def test_numbers_that_nobody_knows_and_lists_without_numbers_are_no_question(
    owner: Client, send: Send, finish: Finish
) -> None:
    finish(_start(owner, send(("purchases.csv", PURCHASES))))
    others = DEMOGRAPHY.replace("\n", "\n77")[:-2]
    assert QUESTION not in owner.get(send(("others.csv", others))).content.decode()
    newsletter = "E-Mail\nanna@kranich.example\nivan@kranich.example\n"
    assert QUESTION not in owner.get(send(("newsletter.csv", newsletter))).content.decode()


def test_a_source_that_knows_its_own_numbers_is_not_asked_about(owner: Client, send: Send, finish: Finish) -> None:
    finish(_start(owner, send(("purchases.csv", PURCHASES))))
    assert QUESTION not in owner.get(send(("purchases.csv", PURCHASES))).content.decode()
