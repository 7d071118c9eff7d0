from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest
from tests.small_shop import PEOPLE
from tests.web.audiences.test_builder_pages import words

from habitue import flow
from habitue.access import policy
from habitue.access.policy import PermissionMissing
from habitue.audiences import stays, turns
from habitue.audiences.rule import EVERYBODY, Trait
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def audience_id(shop: Workspace) -> str:
    """Everybody, of whom one was taken out again."""
    made = shop.audiences.create("All", EVERYBODY)
    flow.settle(shop.context)
    (gone,) = shop.people.search("person7@shop.example")
    with shop.context.register.write() as conn:
        stays.leave(conn, shop.context, [(made.audience_id, gone.profile_id)], "time")
    return made.audience_id


def _turns(page: str) -> str:
    return unescape(page.partition('id="turns"')[2].partition("</section>")[0])


def test_the_history_names_who_entered_and_left_with_why_and_when(anna: Client, audience_id: str) -> None:
    told = _turns(anna.get(f"/audiences/{audience_id}/history/").content.decode())
    rows = [words(row) for row in told.split("<tr>")[2:]]
    (left,) = [row for row in rows if " went out " in row]
    assert left.startswith("Vorname7 Name7 went out time went by 15 Jun 2026")
    assert all("came in the rule was published 15 Jun 2026" in row for row in rows if row != left)


def test_the_history_is_turned_over_the_newest_first(anna: Client, audience_id: str) -> None:
    path = f"/audiences/{audience_id}/history/"
    first, second = (_turns(anna.get(f"{path}?page={page}").content.decode()) for page in (1, 2))
    assert (first.count("<tr>") - 1, second.count("<tr>") - 1) == (50, PEOPLE + 1 - 50)
    assert "1 to 50 of 61" in words(first)
    fragment = anna.get(f"{path}?page=2", HTTP_HX_REQUEST="true").content.decode()
    assert _turns(fragment) == second
    assert "<html" not in fragment


def test_who_is_masked_for_readers_who_may_not_see_people(
    shop: Workspace, audience_id: str, seen_by: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(policy.ROLES, "analyst", policy.ROLES["analyst"] - {"people.read"})
    told = _turns(seen_by("analyst").get(f"/audiences/{audience_id}/history/").content.decode())
    assert "•••" in told
    assert "Name" not in told
    assert "/people/" not in told
    agent = replace(shop.context, actor=replace(shop.context.actor, roles=frozenset({"agent"})))
    with pytest.raises(PermissionMissing):
        turns.turns(agent, audience_id)


def test_a_person_who_was_joined_is_named_as_today(shop: Workspace, anna: Client, audience_id: str) -> None:
    one, other = (shop.people.search(f"person{number}@shop.example")[0] for number in (8, 9))
    shop.people.join([one.profile_id, other.profile_id])
    shop.refresh()
    today = shop.people.get(other.profile_id).row
    found = turns.turns(shop.context, audience_id, limit=200)
    assert [turn.profile_id for turn in found].count(today.profile_id) >= 2
    assert all(turn.name for turn in found)


def test_of_an_audience_that_nobody_entered_yet_it_says_so(anna: Client, shop: Workspace) -> None:
    made = shop.audiences.create("New", Trait("country", "is", "AT"))
    assert "Nobody has entered or left yet." in anna.get(f"/audiences/{made.audience_id}/history/").content.decode()
