from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

import pyarrow.csv as pa_csv
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.insights.test_experiment import campaign

from habitue.kernel import jobs
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

PAGE = "/insights/uplift/"


def file(effect: float = 0.25) -> SimpleUploadedFile:
    """A campaign as somebody would send it."""
    written = BytesIO()
    pa_csv.write_csv(campaign(effect=effect), written)
    return SimpleUploadedFile("summer.csv", written.getvalue())


def test_a_campaign_is_measured_from_a_file(anna: Client) -> None:
    assert "A file of a campaign" in anna.get(PAGE).content.decode()
    page = anna.post(PAGE, {"file": file()}).content.decode()
    assert "How far to trust this" in page
    assert "summer.csv" in page
    assert "control group “Control”" in page
    assert "Spent afterwards" in page
    plain, analysts = page.split("For analysts")
    assert "writing first to those whom it moves most" in plain
    assert "Qini" not in plain
    assert "where 0 is an order by lot and 1 a perfect one" in analysts


def test_where_nothing_can_be_told_from_chance_the_page_says_so(anna: Client) -> None:
    page = anna.post(PAGE, {"file": file(effect=0.0)}).content.decode()
    assert "What cannot be known" in page
    assert "cannot be separated from chance" in page


def test_a_file_without_the_columns_is_answered_with_those_it_has(anna: Client) -> None:
    page = anna.post(PAGE, {"file": file(), "treated": "nowhere"}).content.decode()
    assert "no column “nowhere”" in page
    assert "Segment" in page
    assert "Choose a file first" in anna.post(PAGE, {}).content.decode()


def test_colleagues_read_and_only_some_measure(seen_by: Callable[..., Client]) -> None:
    officer = seen_by("privacy_officer")
    assert officer.get(PAGE).status_code == 200
    assert officer.post(PAGE, {"file": file()}).status_code == 403
    assert seen_by("agent").get(PAGE).status_code == 403
    assert seen_by().get(PAGE).status_code == 302


def test_learning_that_waits_can_be_stopped(anna: Client, seen_by: Callable[..., Client], shop: Workspace) -> None:
    anna.post("/insights/learn/", {"back": "churn"})
    assert "/insights/learn/stop/" in anna.get("/insights/churn/").content.decode()
    assert seen_by("agent").post("/insights/learn/stop/").status_code == 403
    assert anna.post("/insights/learn/stop/", {"back": "churn"})["Location"] == "/insights/churn/"
    (job,) = jobs.of_subject(shop.context, "insights")
    assert job.state == "cancelled"
    assert "/insights/learn/stop/" not in anna.get("/insights/churn/").content.decode()
