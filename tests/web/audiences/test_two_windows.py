"""Two windows change one audience, and names that are too long for it."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from habitue.audiences import change
from habitue.audiences.audience import AudienceChangedMeanwhile, mark_of
from habitue.audiences.rule import Trait
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

SAVED = {"r:kind": "group", "r:match": "all", "r.0:kind": "trait", "r.0:field": "country", "r.0:op": "is"}


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("verb", ["save", "draft"])
def test_a_form_that_was_opened_before_does_not_win_without_a_word(anna: Client, shop: Workspace, verb: str) -> None:
    made = shop.audiences.create("Regulars", Trait("country", "is", "DE"))
    address = f"/audiences/{made.audience_id}/edit/"
    seen = _seen(anna.get(address).content.decode())
    first = {**SAVED, "r.0:value": "AT", "do": verb, "name": "Regulars", "seen": seen}
    second = {**SAVED, "r.0:value": "CH", "do": verb, "name": "My regulars", "seen": seen}
    assert anna.post(address, first).status_code == 302
    kept = shop.audiences.get(made.audience_id)

    refused = anna.post(address, second)
    page = html.unescape(refused.content.decode())
    assert refused.status_code == 422
    assert "“Regulars” was changed while you worked on it" in page
    assert "Austria" in re.sub(r"<[^>]+>", "", page.partition("It says now:")[2].partition("</p>")[0])
    assert 'value="My regulars"' in page, "nothing typed is lost"
    assert shop.audiences.get(made.audience_id) == kept

    assert anna.post(address, {**second, "seen": _seen(page)}).status_code == 302
    after = shop.audiences.get(made.audience_id)
    assert (after.name, "CH" in str(after.rule if verb == "save" else after.draft)) == ("My regulars", True)


def test_pressing_other_buttons_does_not_make_an_old_form_new(anna: Client, shop: Workspace) -> None:
    made = shop.audiences.create("Regulars", Trait("country", "is", "DE"))
    address = f"/audiences/{made.audience_id}/edit/"
    seen = _seen(anna.get(address).content.decode())
    anna.post(address, {**SAVED, "r.0:value": "AT", "do": "save", "name": "Regulars", "seen": seen})
    page = anna.post(address, {**SAVED, "r.0:value": "CH", "do": "add:r:trait", "seen": seen}).content.decode()
    assert _seen(page) == seen


def test_the_mark_follows_everything_that_is_typed(shop: Workspace) -> None:
    made = shop.audiences.create("Regulars", Trait("country", "is", "DE"))
    ws, rule, marks = shop.context, made.rule, [mark_of(made)]
    for told in (
        {"name": "Guests"},
        {"name": "Guests", "description": "often"},
        {"name": "Guests", "description": "often", "folder": "A"},
        {"name": "Guests", "description": "often", "publish": False},
    ):
        marks.append(mark_of(change.change(ws, audience_id=made.audience_id, rule=rule, **told)))  # type: ignore[arg-type]  # texts and a truth
    assert len(set(marks)) == len(marks)
    with pytest.raises(AudienceChangedMeanwhile):
        change.change(ws, audience_id=made.audience_id, rule=rule, name="Late", seen=marks[0])
    assert change.change(ws, audience_id=made.audience_id, rule=rule, name="Now", seen=marks[-1]).name == "Now"


def test_a_name_that_is_too_long_is_refused_in_a_sentence_and_not_cut(anna: Client, shop: Workspace) -> None:
    form = {**SAVED, "r.0:value": "DE", "do": "save"}
    page = anna.get("/audiences/new/").content.decode()
    assert "maxlength" not in page.partition('name="name"')[2].partition(">")[0]
    refused = anna.post("/audiences/new/", {**form, "name": "x" * 121})
    assert refused.status_code == 422
    assert "At most 120 characters can be kept here; these are 121." in refused.content.decode()
    assert "x" * 121 in refused.content.decode()
    assert not shop.audiences.listing()
    assert anna.post("/audiences/new/", {**form, "name": "x" * 120}).status_code == 302
