from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from habitue.audiences.rule import InsightIs
from habitue.kernel import jobs
from habitue.work import learning
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

OFTEN = InsightIs("rfm", "frequency", "at_least", "3")


def test_similar_people_are_asked_for_found_by_the_worker_and_offered_as_an_audience(
    anna: Client, shop: Workspace
) -> None:
    shop.refresh()
    audience_id = shop.audiences.create("Often", InsightIs("rfm", "frequency", "at_least", "1")).audience_id
    page = f"/audiences/{audience_id}/alike/"
    assert page in anna.get(f"/audiences/{audience_id}/").content.decode()
    assert "Nobody has looked yet" in anna.get(page).content.decode()
    assert anna.post(f"{page}find/", {"wanted": "100"})["Location"] == page
    waiting = anna.get(page, HTTP_HX_REQUEST="true")
    assert "Looking" in waiting.content.decode()
    assert "HX-Refresh" not in waiting
    assert learning.run_one(shop.context)
    assert anna.get(page, HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"
    told = anna.get(page).content.decode()
    assert "Nobody has looked yet" not in told
    assert "How far to trust this" in told or "What cannot be known" in told


def test_a_number_that_is_not_offered_is_the_usual_one(anna: Client, shop: Workspace) -> None:
    audience_id = shop.audiences.create("Often", OFTEN).audience_id
    anna.post(f"/audiences/{audience_id}/alike/find/", {"wanted": "999999999"})
    (job,) = [job for job in jobs.of_subject(shop.context, audience_id) if job.kind == "alike"]
    assert job.args == {"wanted": 1_000}


def test_owner_colleague_and_stranger(seen_by: Callable[..., Client], shop: Workspace) -> None:
    page = f"/audiences/{shop.audiences.create('Often', OFTEN).audience_id}/alike/"
    clients = [seen_by("owner"), seen_by("marketer"), seen_by("agent"), seen_by()]
    assert [client.get(page).status_code for client in clients] == [200, 200, 403, 302]
    assert clients[2].post(f"{page}find/").status_code == 403
    assert clients[0].get("/audiences/none/alike/").status_code == 404
