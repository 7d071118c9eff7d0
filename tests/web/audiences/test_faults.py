from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from habitue.audiences.text import MOST_OF_WORD, RuleTextUnreadable, read
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

LONG = "nonsense" * 125_000


def test_a_very_long_text_that_is_no_rule_is_not_echoed_in_its_message(anna: Client) -> None:
    with pytest.raises(RuleTextUnreadable) as caught:
        read('country is "DE" ' + LONG[:19_000])
    assert len(str(caught.value)) < 1_000
    assert len(caught.value.params["word"]) == MOST_OF_WORD + 1
    for text in (LONG, 'country is "DE" ' + LONG[:19_000], LONG[:19_000] + " is 5"):
        hint = anna.post(reverse("audiences:hints"), {"rule_text": text})
        assert (hint.status_code, len(hint.content) < 10_000) == (200, True)


def test_a_very_long_number_is_cut_where_it_is_told(anna: Client) -> None:
    form = {"r:kind": "group", "r.0:kind": "event_count", "r.0:event": "Order Completed", "r.0:count": LONG}
    page = anna.post(reverse("audiences:build"), form).content.decode()
    told = page.partition('id="r_0-problem"')[2].partition("</div>")[0]
    assert "is not a value that fits here" in told
    assert len(told) < 1_000


@pytest.mark.parametrize("verb", ["add", "remove"])
@pytest.mark.parametrize("profile", ["no/body", "nobody", "../../people", LONG])
@pytest.mark.parametrize("page", ["person", ""])
def test_a_profile_that_is_none_is_told_in_a_sentence(
    anna: Client, shop: Workspace, verb: str, profile: str, page: str
) -> None:
    made = shop.audiences.create_list("Guests")
    told = anna.post(f"/audiences/{made.audience_id}/{verb}/", {"profile": profile, "from": page})
    assert told.status_code == 404
    assert "There is no person “" in told.content.decode()
    assert len(told.content) < 100_000
