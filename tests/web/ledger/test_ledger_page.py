from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.small_shop import HOSTILE

from habitue.audiences.rule import EVERYBODY
from habitue.audit.ledger import entries
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client


@pytest.mark.parametrize("path", ["/ledger/", "/ledger/check/"])
def test_owner_colleagues_and_stranger_see_what_they_may(seen_by: Callable[..., Client], path: str) -> None:
    clients = [seen_by("owner"), seen_by("auditor"), seen_by("marketer"), seen_by()]
    assert [client.get(path).status_code for client in clients] == [200, 200, 403, 302]


def test_the_ledger_tells_who_did_what_and_hostile_names_are_text(anna: Client, shop: Workspace) -> None:
    shop.audiences.create(HOSTILE, EVERYBODY)
    page = anna.get("/ledger/").content.decode()
    assert "made an audience" in page
    assert "<script>alert" not in page


def test_only_one_kind_of_entry_is_shown_when_asked_for(anna: Client, shop: Workspace) -> None:
    shop.audiences.create("Everybody", EVERYBODY)
    page = anna.get("/ledger/?verb=audience.created").content.decode()
    assert "<b>made an audience</b>" in page
    assert "<b>added a user</b>" not in page


def test_a_whole_chain_is_told_as_whole(anna: Client) -> None:
    assert "The chain is whole" in anna.get("/ledger/check/").content.decode()


def test_a_changed_entry_is_found(anna: Client, shop: Workspace) -> None:
    with shop.register.write() as conn:
        conn.execute(sa.update(entries).where(entries.c.entry_no == 1).values(actor_id="somebody else"))
    assert "Entry 1 does not fit" in anna.get("/ledger/check/").content.decode()


def test_the_ledger_is_turned_over_page_by_page(anna: Client, shop: Workspace) -> None:
    for number in range(60):
        shop.audiences.create(f"Audience {number}", EVERYBODY)
    assert "Audience 59" in anna.get("/ledger/").content.decode()
    assert "Name: Audience 1<" in anna.get("/ledger/?page=2").content.decode()
    assert 'rel="prev"' in anna.get("/ledger/?verb=audience.created&page=2").content.decode()
