"""What to do today on the home page: at most seven proposals, and what became of those taken up."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.sending import order, send

from habitue.audiences.proposals import IDEAS, MOST, Proposal, proposals, ranked, shown
from habitue.insights.report import people_at_risk, report
from habitue.web.rule_links import VALUABLE_AT_RISK
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


def _proposal(code: str, expected: int) -> Proposal:
    return Proposal(IDEAS[code], 5, 0, 0, Decimal(expected))


def test_valuable_customers_at_risk_have_a_line_however_small_their_sum() -> None:
    found = ranked(_proposal(code, 10 if code == "win_back" else 1000) for code in IDEAS)
    codes = [each.idea.code for each in shown(found)]
    assert len(codes) == MOST
    assert codes[-1] == "win_back"
    assert codes[:-1] == [each.idea.code for each in found[: MOST - 1]]
    without = [each for each in found if each.idea.code != "win_back"]
    assert list(shown(without)) == without[:MOST]


def test_home_insight_proposal_and_rule_count_the_same_people_at_risk(anna: Client, shop: Workspace) -> None:
    """Somebody with two purchases has no rhythm of their own, and is at risk by the usual pause of the shop."""
    gap = math.ceil(report(shop.context).shop_gap_days or 0)
    for days in (3 * gap, 4 * gap):
        at = f"{shop.context.clock.now() - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
        send(shop, order(f"twice-{days}", "900.00", at=at, email="twice@shop.example"))
    shop.refresh()
    told = report(shop.context)
    group = next(each.people for each in told.groups if each.group.code == "at_risk")
    found = {each.idea.code: each.people for each in proposals(shop.context)}
    assert "twice@shop.example" in {person.email for person in people_at_risk(shop.context, limit=100)}
    assert told.at_risk == found["win_back"] == shop.audiences.count(VALUABLE_AT_RISK).people
    assert found["win_back"] + found.get("overdue", 0) == group
    words = " ".join(anna.get("/home/figures/").content.decode().split())
    assert f"Valuable and at risk</small><b>{told.at_risk}</b>" in words
    assert "Win back valuable customers:" in anna.get("/home/proposals/").content.decode()


def test_what_was_computed_for_one_language_is_there_for_the_other(anna: Client, shop: Workspace) -> None:
    anna.get("/home/figures/")
    anna.get("/home/proposals/")
    page = anna.get("/", HTTP_ACCEPT_LANGUAGE="de", follow=True).content.decode()
    assert 'hx-get="/home/proposals/"' not in page
    assert 'hx-get="/home/figures/"' not in page
    assert "/take/" in page
