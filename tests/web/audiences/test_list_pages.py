from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.small_shop import customers
from tests.web.audiences.test_builder_pages import words

from habitue import flow
from habitue.audiences.fixed_list import is_fixed
from habitue.audiences.realtime import Follower
from habitue.audiences.rule import Trait
from habitue.audiences.text import read
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client


def _addresses(shop: Workspace, count: int) -> list[str]:
    return [row.email for row in shop.people.listing(limit=100).rows if row.email][:count]


def _members(shop: Workspace, audience_id: str) -> set[str | None]:
    rule = shop.audiences.get(audience_id).rule
    return {row.email for row in shop.audiences.members(rule)}


def test_a_list_is_made_of_a_paste_and_a_file_and_says_who_is_unknown(anna: Client, shop: Workspace) -> None:
    one, two, three = _addresses(shop, 3)
    file = SimpleUploadedFile("guests.csv", f"mail;table\n{two};4\n{three};5\n".encode())
    form = {"name": "Guests", "people": f"{one.upper()}\nx@nowhere.example", "file": file}
    page = anna.post("/audiences/lists/new/", form, follow=True).content.decode()
    (made,) = shop.audiences.listing()
    assert is_fixed(made)
    assert _members(shop, made.audience_id) == {one, two, three}
    assert "3 people were put on the list." in words(page)
    assert "x@nowhere.example" in page
    assert "are on the list “ Guests ”" in words(page)


def test_people_are_put_on_and_taken_off_by_hand(anna: Client, shop: Workspace) -> None:
    one, two = _addresses(shop, 2)
    anna.post("/audiences/lists/new/", {"name": "Guests", "people": one})
    (made,) = shop.audiences.listing()
    (profile,) = shop.audiences.find([two]).profile_ids
    here = anna.post(
        f"/audiences/{made.audience_id}/add/", {"profile": profile, "from": "person"}, follow=True
    ).redirect_chain[-1][0]
    assert profile in here
    assert _members(shop, made.audience_id) == {one, two}
    page = anna.get(f"/audiences/{made.audience_id}/").content.decode()
    assert page.count("Take off") == 2
    anna.post(f"/audiences/{made.audience_id}/remove/", {"profile": profile})
    assert _members(shop, made.audience_id) == {one}
    told = anna.get(f"/people/{profile}/").content.decode()
    assert "taken off “Guests”" in told
    assert "put on “Guests”" in told


def test_people_are_put_on_a_list_from_its_own_page(
    anna: Client, seen_by: Callable[..., Client], shop: Workspace
) -> None:
    one, two = _addresses(shop, 2)
    made = shop.audiences.create_list("Guests", people=shop.audiences.find([one]).profile_ids)
    page = f"/audiences/{made.audience_id}/"
    form = anna.get(page).content.decode().partition(f'action="{page}add/"')[2]
    assert "Put on the list" in form.partition("</form>")[0]
    anna.post(f"{page}add/", {"people": two})
    assert _members(shop, made.audience_id) == {one, two}
    assert "Put on the list" not in seen_by("privacy_officer").get(page).content.decode()


@pytest.mark.parametrize(
    "paste",
    ["{0} | {1} | who@web.example", "{0} {1} who@web.example", "\u200b{0}\ufeff;{1};who@web.example"],
)
def test_however_addresses_are_parted_nobody_is_lost(anna: Client, shop: Workspace, paste: str) -> None:
    one, other = customers()[0].email, customers()[1].email
    made = shop.audiences.create_list("By hand", people=())
    page = anna.post(f"/audiences/{made.audience_id}/add/", {"people": paste.format(one, other)}, follow=True)
    assert "2 people were put on the list" in page.content.decode()
    assert "1 is not known: who@web.example" in page.content.decode()


def test_a_file_is_read_in_its_encoding_and_one_too_large_is_refused(anna: Client, shop: Workspace) -> None:
    made = shop.audiences.create_list("By hand", people=())

    def sent(data: bytes) -> str:
        file = SimpleUploadedFile("people.txt", data)
        return anna.post(f"/audiences/{made.audience_id}/add/", {"file": file}, follow=True).content.decode()

    assert "1 person was put on the list" in sent(f"{customers()[0].email}\n".encode("utf-16"))
    assert "larger than 5 MB" in sent(b"nobody@web.example\n" * 300_000)
    refused = anna.post(f"/audiences/{made.audience_id}/add/", {"people": "a@web.example\0"}, follow=True)
    assert "was put on the list" not in refused.content.decode()
    assert "were put on the list" not in refused.content.decode()


def test_the_stays_of_a_list_are_said_to_be_made_by_hand(anna: Client, shop: Workspace) -> None:
    (profile,) = shop.audiences.find(_addresses(shop, 1)).profile_ids
    made = shop.audiences.create_list("Guests", people=[profile])
    flow.settle(shop.context)
    shop.audiences.take_off(made.audience_id, [profile])
    while flow.follow(shop.context, Follower()):
        pass
    page = anna.get(f"/audiences/{made.audience_id}/why/{profile}/").content.decode()
    assert "added by hand" in page
    assert "taken out by hand" in page
    assert "Published rules" not in anna.get(f"/audiences/{made.audience_id}/history/").content.decode()


def test_an_audience_and_the_people_behind_a_number_are_frozen(anna: Client, shop: Workspace) -> None:
    made = shop.audiences.create("Austria", Trait("country", "is", "AT"))
    anna.post("/audiences/lists/freeze/", {"audience": made.audience_id})
    anna.post("/audiences/lists/freeze/", {"rule": '{"kind":"trait","field":"country","op":"is","value":"AT"}'})
    frozen = [each for each in shop.audiences.listing() if is_fixed(each)]
    assert len(frozen) == 2
    for each in frozen:
        assert _members(shop, each.audience_id) == _members(shop, made.audience_id) != set()


def test_a_freeze_that_is_sent_several_times_makes_one_list(anna: Client, shop: Workspace) -> None:
    made = shop.audiences.create("Austria", Trait("country", "is", "AT"))
    page = anna.get(f"/audiences/{made.audience_id}/").content.decode()
    (list_id,) = set(re.findall(r'name="list_id" value="([^"]+)"', page))
    sent = {"audience": made.audience_id, "list_id": list_id}
    ways = {anna.post("/audiences/lists/freeze/", sent)["Location"] for _time in range(3)}
    assert ways == {f"/audiences/{list_id}/"}
    assert [each.audience_id for each in shop.audiences.listing() if is_fixed(each)] == [list_id]
    assert _members(shop, list_id) == _members(shop, made.audience_id)
    anna.post("/audiences/lists/freeze/", {**sent, "list_id": "no id"})
    assert len([each for each in shop.audiences.listing() if is_fixed(each)]) == 2


def test_a_list_of_a_name_that_is_taken_is_refused(anna: Client, shop: Workspace) -> None:
    shop.audiences.create("Guests", read(""))
    page = anna.post("/audiences/lists/new/", {"name": "Guests"})
    assert page.status_code == 422
    assert "There is already an audience called “Guests”." in words(page.content.decode())


def test_the_way_to_why_is_on_the_list_and_on_the_page_of_the_person(anna: Client, shop: Workspace) -> None:
    made = shop.audiences.create("Austria", Trait("country", "is", "AT"))
    other = shop.audiences.create("Germany", Trait("country", "is", "DE"))
    (one, *_) = shop.audiences.members(made.rule)
    why = f"/audiences/{made.audience_id}/why/{one.profile_id}/"
    assert why in anna.get(f"/audiences/{made.audience_id}/").content.decode()
    person = anna.get(f"/people/{one.profile_id}/figures/").content.decode()
    assert why in person
    assert f"/audiences/{other.audience_id}/why/{one.profile_id}/" in person


@pytest.mark.parametrize("path", ["lists/freeze/", "x/add/", "x/remove/"])
def test_only_who_builds_audiences_changes_lists(seen_by: Callable[..., Client], path: str) -> None:
    assert seen_by("privacy_officer").post(f"/audiences/{path}").status_code == 403
    assert seen_by().post(f"/audiences/{path}").status_code in (302, 403)
