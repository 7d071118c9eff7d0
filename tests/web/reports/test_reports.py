"""The pages of the reports: who sees them, what they say, and that their numbers open the right lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from habitue.access import policy
from habitue.insights.reports import store
from habitue.insights.reports.catalogue import reports
from habitue.web.reports.flow import bands
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

FILES = ("report.pdf", "groups.csv", "groups.png")


@pytest.mark.parametrize("path", ["", "glance/", "glance/says/", "for/sales/", *(f"glance/{name}" for name in FILES)])
def test_owner_colleagues_and_stranger_see_what_they_may(seen_by: Callable[..., Client], path: str) -> None:
    clients = [seen_by("owner"), seen_by("analyst"), seen_by("agent"), seen_by()]
    assert [client.get(f"/reports/{path}").status_code for client in clients] == [200, 200, 403, 302]


def test_the_index_asks_every_question_and_the_departments_theirs(anna: Client) -> None:
    index = anna.get("/reports/").content.decode()
    assert all(report.question in index for report in reports().values())
    service = anna.get("/reports/for/service/").content.decode()
    assert reports()["problems"].question in service
    assert reports()["forecast"].question not in service
    assert anna.get("/reports/for/nobody/").status_code == 404


def test_a_report_comes_as_a_fragment_first_and_stands_on_the_page_afterwards(anna: Client) -> None:
    store.forget()
    first = anna.get("/reports/cohorts/").content.decode()
    assert 'hx-get="/reports/cohorts/body/"' in first
    body = anna.get("/reports/cohorts/body/").content.decode()
    says = re.search(r'<p class="say">([^<]+)</p>', body)
    assert says
    assert says[1] in anna.get("/reports/cohorts/").content.decode()
    assert anna.get("/reports/nothing/").status_code == 404


@pytest.mark.parametrize("name", ["glance", "revenue", "markets"])
def test_the_people_behind_a_number_are_as_many_as_it_says(anna: Client, name: str) -> None:
    page = anna.get(f"/reports/{name}/body/").content.decode()
    links = re.findall(r'<a class="figure" href="([^"]+rule[^"]+)">(\d+)</a>', page)
    assert links
    for link, people in links[:4]:
        behind = anna.get(link.replace("&amp;", "&")).content.decode()
        assert f"{people} p" in " ".join(behind.split())


def test_charts_carry_no_style_of_their_own_and_stand_beside_their_tables(anna: Client) -> None:
    page = anna.get("/reports/glance/body/").content.decode()
    assert not re.search(r"\sstyle=", page)
    assert page.count("<table") >= page.count('class="twofold"') >= 2


def test_files_are_what_they_say(anna: Client) -> None:
    table = anna.get("/reports/glance/groups.csv")
    lines = table.content.decode("utf-8-sig").splitlines()
    assert lines[0].split(";")[:2] == ["Group", "People"]
    assert len(lines) == 8
    assert anna.get("/reports/glance/report.pdf").content.startswith(b"%PDF")
    assert anna.get("/reports/glance/groups.png").content.startswith(b"\x89PNG")
    assert anna.get("/reports/glance/nothing.csv").status_code == 404


def test_what_is_missing_is_said_with_the_way_to_import_it(anna: Client, seen_by: Callable[..., Client]) -> None:
    page = anna.get("/reports/competitors/body/").content.decode()
    assert "previous_supplier" in page
    assert 'href="/imports/"' in page
    assert 'href="/imports/"' not in seen_by("analyst").get("/reports/competitors/body/").content.decode()


def test_a_reader_without_access_to_people_sees_no_small_group(
    seen_by: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst = seen_by("analyst")
    before = analyst.get("/reports/glance/groups.csv").content.decode().splitlines()
    roles = {**policy.ROLES, "analyst": policy.ROLES["analyst"] - {"people.read"}}
    monkeypatch.setattr(policy, "ROLES", roles)
    hidden = analyst.get("/reports/glance/groups.csv").content.decode().splitlines()
    assert 1 <= len(hidden) < len(before)
    assert all(int(line.split(";")[1]) >= 10 for line in hidden[1:])
    assert seen_by("marketer").get("/reports/glance/groups.csv").content.decode().splitlines() == before


@pytest.mark.parametrize(("language", "words"), [("de", "Stammkunden"), ("ru", "Постоянные")])
def test_reports_speak_the_language_of_the_reader(seen_by: Callable[..., Client], language: str, words: str) -> None:
    page = seen_by("owner", "admin", language=language).get("/reports/glance/body/").content.decode()
    assert words in page
    assert "%(" not in page


def test_the_bands_of_a_flow_fill_both_sides_and_do_not_overlap() -> None:
    rows = [("a", "a", 5), ("a", "b", 3), ("b", "a", 2)]
    made = bands(rows, ["a", "b", "c"])
    for side in ("left", "right"):
        ends = sorted(getattr(band, side) for band in made)
        assert sum(high - low for low, high in ends) == pytest.approx(1)
        assert all(after[0] >= before[1] - 1e-9 for before, after in pairwise(ends))


def test_the_library_answers_as_the_page_does(shop: Workspace, anna: Client) -> None:
    says = shop.reports.get("markets").says
    assert says.values["country"].value == "DE"
    assert "Germany" in anna.get("/reports/markets/says/").content.decode()
