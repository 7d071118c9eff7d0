from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.sending import order, send
from tests.small_shop import NOW

from habitue.insights.listing import ORDER
from habitue.insights.report import report
from habitue.kernel import jobs
from habitue.kernel.clock import FixedClock
from habitue.work import learning
from habitue.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from django.test import Client


@pytest.mark.parametrize(
    "path", ["/insights/", "/insights/rfm/", "/insights/rfm/at-risk/", "/insights/lifetime/", "/insights/engagement/"]
)
def test_owner_colleagues_and_stranger_see_what_they_may(seen_by: Callable[..., Client], path: str) -> None:
    clients = [seen_by("owner"), seen_by("analyst"), seen_by("agent"), seen_by()]
    assert [client.get(path).status_code for client in clients] == [200, 200, 403, 302]


def test_the_page_tells_groups_with_people_money_definition_and_advice(anna: Client, shop: Workspace) -> None:
    page = anna.get("/insights/rfm/").content.decode()
    for item in report(shop.context).groups:
        assert item.group.definition in page
        assert item.group.advice in page
    assert "How this is computed" in page
    assert "computed" in page


def test_the_share_of_the_top_fifth_stands_as_a_number_with_chart_and_table(anna: Client, shop: Workspace) -> None:
    page = anna.get("/insights/rfm/").content.decode()
    share = round(report(shop.context).pareto.share * 100)
    assert f"The top 20% of customers bring {share}% of the money" in page
    assert "are valuable: the top 20% of those who bought in the last two years</small>" in page
    assert "Share of the top 20% of all customers" in page
    assert page.count("<svg") >= 4
    assert page.count("Show the table") == 2


def test_charts_carry_no_style_of_their_own(anna: Client) -> None:
    page = anna.get("/insights/rfm/").content.decode()
    assert not re.search(r"\sstyle=", page)
    assert "<style" not in page


def test_the_people_behind_a_group_are_as_many_as_the_page_says(anna: Client, shop: Workspace) -> None:
    page = anna.get("/insights/rfm/").content.decode()
    links = re.findall(r'<b><a href="([^"]+)">(\d+)</a></b>', page)
    assert links
    for link, people in links:
        behind = anna.get(link.replace("&amp;", "&")).content.decode()
        assert f"{people} p" in " ".join(behind.split())


def test_valuable_customers_at_risk_are_listed_and_become_an_audience(anna: Client, shop: Workspace) -> None:
    for days in (60, 80, 100, 120):
        at = f"{shop.context.clock.now() - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
        send(shop, order(f"late-{days}", "900.00", at=at, email="late@shop.example"))
    shop.refresh()
    at_risk = report(shop.context).at_risk
    page = anna.get("/insights/rfm/at-risk/").content.decode()
    assert page.count("data-row-link") == at_risk > 0
    assert ">City</th>" not in page, "nobody in this list has told a place"
    (builder,) = re.findall(r'href="(/audiences/new/[^"]+)"', page)
    filled = anna.get(builder.replace("&amp;", "&")).content.decode()
    assert f"<b>{at_risk}</b>" in filled


def test_orders_in_other_currencies_are_counted_not_added(anna: Client, shop: Workspace) -> None:
    foreign = order("chf", "500.00", email="person1@shop.example")
    foreign["properties"]["currency"] = "CHF"
    before = report(shop.context).money
    send(shop, foreign)
    shop.refresh()
    assert report(shop.context).money == before
    assert "1 order in another currency" in anna.get("/insights/rfm/").content.decode()


def test_a_privacy_officer_reads_insights_and_is_offered_no_builder(seen_by: Callable[..., Client]) -> None:
    page = seen_by("privacy_officer").get("/insights/rfm/").content.decode()
    assert "/audiences/new/" not in page


@pytest.mark.parametrize(("language", "words"), [("de", "Stammkunden"), ("ru", "Постоянные")])
def test_the_groups_speak_the_language_of_the_reader(seen_by: Callable[..., Client], language: str, words: str) -> None:
    assert words in seen_by("owner", "admin", language=language).get("/insights/rfm/").content.decode()


def test_the_page_of_a_learnt_insight_says_what_cannot_be_known(anna: Client, shop: Workspace) -> None:
    before = anna.get("/insights/churn/").content.decode()
    assert "Nothing was learnt yet" in before
    shop.insights.learn(["churn"])
    kept = shop.insights.card("churn")
    assert kept is not None
    page = anna.get("/insights/churn/").content.decode()
    assert "What cannot be known" in page
    assert kept.card.sentences[0].text()[:40] in page


def test_learning_is_asked_for_once_and_by_who_may(
    anna: Client, seen_by: Callable[..., Client], shop: Workspace
) -> None:
    assert seen_by("agent").post("/insights/learn/").status_code == 403
    for _twice in range(2):
        assert anna.post("/insights/learn/", {"back": "lifetime"})["Location"] == "/insights/lifetime/"
    waiting = [job for job in jobs.of_subject(shop.context, "insights") if job.state == "queued"]
    assert len(waiting) == 1


@pytest.mark.parametrize("name", list(ORDER))
def test_every_learnt_insight_has_a_page_that_stands(anna: Client, shop: Workspace, name: str) -> None:
    shop.insights.learn([name])
    answer = anna.get(f"/insights/{name}/")
    assert answer.status_code == 200
    assert "Nothing was learnt yet" not in answer.content.decode()


def test_only_the_groups_tell_their_figures_in_the_list(anna: Client) -> None:
    page = anna.get("/insights/").content.decode()
    assert page.count("valuable and at risk") == 1
    assert page.count("the page says how far to trust it") == len(ORDER)


def test_a_page_that_waits_for_learning_loads_itself_anew_when_it_is_done(anna: Client, shop: Workspace) -> None:
    anna.post("/insights/learn/", {"back": "churn"})
    waiting = anna.get("/insights/churn/", HTTP_HX_REQUEST="true")
    assert "HX-Refresh" not in waiting
    assert "Learning starts" in waiting.content.decode()
    assert learning.run_one(shop.context)
    assert anna.get("/insights/churn/", HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"
    assert "HX-Refresh" not in anna.get("/insights/churn/")


def test_charts_and_cards_of_insights_go_along_as_files(anna: Client, seen_by: Callable[..., Client]) -> None:
    page = anna.get("/insights/rfm/").content.decode()
    for chart in ("groups", "pareto"):
        assert f"/insights/rfm/{chart}.csv" in page
        table = anna.get(f"/insights/rfm/{chart}.csv")
        assert table["Content-Type"].startswith("text/csv")
        assert table.content.decode("utf-8-sig").count("\n") > 3
        assert anna.get(f"/insights/rfm/{chart}.png").content.startswith(b"\x89PNG")
    assert anna.get("/insights/rfm/insight.pdf").content.startswith(b"%PDF")
    assert anna.get("/insights/rfm/nothing.csv").status_code == 404
    assert anna.get("/insights/nothing/insight.pdf").status_code == 404
    assert seen_by("agent").get("/insights/rfm/insight.pdf").status_code == 403


def test_groups_of_data_that_ended_long_ago_are_told_as_of_its_end(shop: Workspace) -> None:
    """Otherwise everybody in a file of last year would be lost."""
    now = shop.insights.rfm()
    assert now.ended is None
    with open_workspace(shop.folder, clock=FixedClock(NOW + timedelta(days=500)), environ={}) as later:
        then = later.insights.rfm()
        assert then.ended is not None
        assert then.ended < NOW.date()
        assert then.people == now.people
        lost = {each.group.code: each.people for each in then.groups}["lost"]
        assert lost <= {each.group.code: each.people for each in now.groups}["lost"]
        assert len(later.insights.people_at_risk(limit=100)) == then.at_risk
