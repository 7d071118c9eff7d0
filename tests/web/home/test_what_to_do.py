"""What to do today on the home page: at most seven proposals, and what became of those taken up."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from habitue.audiences.proposals import proposals
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client


def test_proposals_come_with_people_worth_and_an_audience(anna: Client, shop: Workspace) -> None:
    page = " ".join(anna.get("/home/proposals/").content.decode().split())
    found = proposals(shop.context)
    assert 0 < page.count("/audiences/new/") == min(7, len(found))
    first = found[0]
    assert f"{first.idea.label}: {first.people}" in page
    assert page.count('</svg>Make an audience<span class="sr">: ') == page.count("/audiences/new/"), "words, not icons"
    assert page.count('</svg>I do this today<span class="sr">: ') == page.count("/take/")
    (link,) = re.findall(
        rf'href="(/audiences/people/[^"]+)">Open<span class="sr">: {re.escape(first.idea.label)}', page
    )
    assert f"{first.people} p" in " ".join(anna.get(link.replace("&amp;", "&")).content.decode().split())


def test_a_proposal_that_was_taken_up_rests_and_is_followed(anna: Client, shop: Workspace) -> None:
    code, label = proposals(shop.context)[0].idea.code, proposals(shop.context)[0].idea.label
    assert anna.post(f"/home/proposals/{code}/take/").status_code == 302
    page = anna.get("/home/proposals/").content.decode()
    assert f"/home/proposals/{code}/take/" not in page
    assert "What became of it" in page
    assert label in page
    assert "nobody can say whether your action was the cause" in page


def test_a_privacy_officer_reads_proposals_and_takes_none_up(seen_by: Callable[..., Client]) -> None:
    officer = seen_by("privacy_officer")
    assert "/take/" not in officer.get("/home/proposals/").content.decode()
    assert officer.post("/home/proposals/second/take/").status_code == 403
    assert seen_by("agent").get("/home/proposals/").status_code == 403
