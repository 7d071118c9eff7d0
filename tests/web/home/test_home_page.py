from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.sending import identify, order, send
from tests.small_shop import HOSTILE, NOW, PEOPLE, customers

from habitue.web.drawing import ticks
from habitue.web.home import example
from habitue.web.home.revenue import revenue
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client


@pytest.mark.parametrize(
    ("path", "owner_sees", "agent_sees", "stranger_sees"),
    [
        ("/home/", 200, 403, 302),
        ("/home/figures/", 200, 403, 302),
        ("/home/refused/", 200, 200, 302),
        ("/home/example/", 405, 403, 302),
    ],
)
def test_owner_agent_and_stranger_see_what_they_may(
    seen_by: Callable[..., Client], path: str, owner_sees: int, agent_sees: int, stranger_sees: int
) -> None:
    clients = [seen_by("owner"), seen_by("agent"), seen_by()]
    assert [client.get(path).status_code for client in clients] == [owner_sees, agent_sees, stranger_sees]


def test_the_figures_are_those_of_the_shop(anna: Client) -> None:
    page = anna.get("/home/figures/").content.decode()
    numbers = re.findall(r"<b>([^<]+)</b>", page)
    year = sum((Decimal(f"{20 + c.number}.50") for c in customers() for days in c.orders if days <= 365), Decimal(0))
    assert numbers[0] == str(PEOPLE)
    assert numbers[1] == f"€{year.quantize(Decimal(1)):,}"
    assert numbers[3] == str(sum(customer.consent == "given" for customer in customers()))


def test_figures_that_are_known_stand_on_the_page_at_once(anna: Client) -> None:
    assert "Computing the figures of today" in anna.get("/home/").content.decode()
    anna.get("/home/figures/")
    assert "What to do today" in anna.get("/home/").content.decode()


def test_every_number_leads_to_the_list_behind_it(anna: Client) -> None:
    page = anna.get("/home/figures/").content.decode()
    links = re.findall(r'<a class="card kpi" href="([^"]+)"', page)
    assert len(links) == 4
    assert [anna.get(link.replace("&amp;", "&")).status_code for link in links] == [200] * 4


def test_the_number_of_people_who_may_be_written_to_is_that_of_the_newsletter_export(anna: Client) -> None:
    page = anna.get("/home/figures/").content.decode()
    numbers = re.findall(r"<b>([^<]+)</b>", page)
    preview = anna.get("/exports/new/?rule=%7B%22kind%22%3A%22group%22%7D&purpose=newsletter").content.decode()
    assert f"<b>{numbers[3]}</b>" in preview


def test_an_empty_workspace_says_how_to_begin(tmp_path: Path) -> None:
    from django.test import Client

    from habitue.web import accounts, project
    from habitue.web.models import User
    from habitue.workspace import create_workspace

    with create_workspace(tmp_path / "empty", environ={}) as made:
        project.configure(made)
        project.migrate()
        accounts.create_owner(made, "anna@krume.example", "Anna Krume", "Drei Brote am Morgen")
        client = Client(HTTP_HOST="localhost:8321", HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(User.objects.get())
        page = client.get("/home/").content.decode()
        assert "Import your first file" in page
        assert "Load the example shop" in page
        assert example.load(made, until=NOW.date(), people=40) == 8
        assert len(made.imports.listing()) == 8


def test_links_that_were_refused_are_shown_with_their_reason(anna: Client, shop: Workspace) -> None:
    shared = {"phone": "+493415550142", "last_name": "Weber"}
    send(shop, identify("w1", first_name="Marlene", **shared), identify("w2", first_name=HOSTILE, **shared))
    shop.refresh()
    page = anna.get("/home/refused/").content.decode()
    assert "perhaps a household" in page
    assert "<script>alert" not in page
    assert "1 pair to decide" in anna.get("/home/figures/").content.decode()


def test_new_orders_renew_the_figures(anna: Client, shop: Workspace) -> None:
    before = anna.get("/home/figures/").content.decode()
    send(shop, order("new", "1000.00", at="2026-06-14T10:00:00Z", email="person0@shop.example"))
    shop.refresh()
    assert anna.get("/home/figures/").content.decode() != before


def test_revenue_of_whole_months_is_parted_by_the_third_purchase(shop: Workspace) -> None:
    told = revenue(shop.context, NOW)
    early = regular = Decimal(0)
    for customer in customers():
        days = sorted((NOW - timedelta(days=days)).date() for days in customer.orders)
        for place, day in enumerate(days):
            if NOW.date().replace(day=1).replace(year=2025) <= day < NOW.date().replace(day=1):
                amount = Decimal(f"{20 + customer.number}.50")
                regular, early = (regular + amount, early) if place >= 2 else (regular, early + amount)
    assert len(told.months) == 12
    assert sum(month.regular for month in told.months) == regular
    assert sum(month.early for month in told.months) == early


@pytest.mark.parametrize(
    ("highest", "marks"), [(0, [0, 1]), (87, [0, 25, 50, 75, 100]), (64_000, [0, 20_000, 40_000, 60_000, 80_000])]
)
def test_axes_have_round_numbers(highest: float, marks: list[float]) -> None:
    assert ticks(highest) == marks


def test_after_new_events_the_last_known_figures_stay_with_their_time_until_the_new_ones_are_there(
    shop: Workspace, anna: Client
) -> None:
    anna.get("/home/figures/")
    assert "Newer figures are being computed" not in anna.get("/home/").content.decode()
    send(shop, identify("visitor", email="new@krume.example"))
    shop.refresh()
    page = anna.get("/home/").content.decode()
    assert "Newer figures are being computed" in page
    assert "Computing the figures of today" not in page
    assert re.findall(r"<b>([^<]+)</b>", page)[0] == str(PEOPLE)
    assert 'hx-get="/home/figures/"' in page
    assert re.findall(r"<b>([^<]+)</b>", anna.get("/home/figures/").content.decode())[0] == str(PEOPLE + 1)
    assert "Newer figures are being computed" not in anna.get("/home/").content.decode()
