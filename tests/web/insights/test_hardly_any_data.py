"""Ten customers with one order each, since last month: every page says in a sentence what cannot be known yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.sending import order, send
from tests.small_shop import NOW

from habitue.insights.listing import ORDER
from habitue.insights.reports.catalogue import reports
from habitue.kernel.clock import FixedClock
from habitue.kernel.config import WorkspaceSettings
from habitue.web import accounts, project
from habitue.workspace import Workspace, create_workspace

if TYPE_CHECKING:
    from django.test import Client

PEOPLE = 10


@pytest.fixture
def opened_last_month(tmp_path: Path) -> Iterator[Workspace]:
    """A shop with next to nothing in it, everything learnt from that."""
    clock = FixedClock(NOW)
    with create_workspace(tmp_path / "tiny", workspace=WorkspaceSettings(name="New"), clock=clock, environ={}) as made:
        days = [NOW - timedelta(days=3 * number + 1) for number in range(PEOPLE)]
        send(made, *(order(f"o{number}", f"{20 + number}.00", at=f"{at:%Y-%m-%dT%H:%M:%SZ}",
                           email=f"p{number}@new.example") for number, at in enumerate(days)))  # fmt: skip
        made.refresh()
        project.configure(made)
        project.migrate()
        accounts.create_owner(made, "anna@krume.example", "Anna Krume", "Drei Brote am Morgen")
        made.insights.learn(list(ORDER))
        yield made


@pytest.fixture
def owner(opened_last_month: Workspace) -> Client:
    """The owner of that shop, signed in."""
    from django.test import Client

    from habitue.web.models import User

    client = Client(HTTP_HOST="localhost:8321", HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(User.objects.get(email="anna@krume.example"))
    return client


def test_insights_of_hardly_any_data_are_sentences_without_a_chart_or_a_list(owner: Client) -> None:
    for name in ORDER:
        page = owner.get(f"/insights/{name}/").content.decode()
        assert "What cannot be known" in page, name
        assert 'class="chart' not in page, name
        assert "data-row-link" not in page, name
    groups = owner.get("/insights/rfm/").content.decode()
    assert f"Only {PEOPLE} customers have bought so far" in groups


def test_reports_of_hardly_any_data_have_no_chart_without_a_mark(owner: Client) -> None:
    for name in reports():
        page = owner.get(f"/reports/{name}/body/").content.decode()
        drawn = page.count("<svg")
        assert "Not enough data" in page or 'class="say"' in page, name
        assert "NaN" not in page, name
        for drawing in page.split("<svg")[1 : drawn + 1]:
            if "data-width" in drawing.split(">", 1)[0]:
                assert "<path" in drawing, f"{name}: a chart with nothing in it"
