"""The pages of who is who: pairs decided by button, runs and days taken back, shared values and rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.identity.test_review import by_surname
from tests.sending import identify, order, send

from habitue import flow
from habitue.access.actor import Actor
from habitue.kernel import jobs
from habitue.profiles import matching
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def compared(shop: Workspace) -> Workspace:
    """The shop with two Bergs of one city, one of another, and a run that compared everybody."""
    for place, (first, city) in enumerate((("Anna", "Bonn"), ("A.", "Bonn"), ("Anne", "Ulm"))):
        send(shop, identify(number=f"x{place}", first_name=first, last_name="Berg", city=city), source=f"s{place}")
    shop.matching.run(matcher=by_surname)
    return shop


@pytest.mark.parametrize("path", ["", "standing/", "shared/", "rules/"])
def test_only_those_who_may_change_people_see_the_review(seen_by: Callable[..., Client], path: str) -> None:
    assert seen_by("owner").get(f"/review/{path}").status_code == 200
    assert seen_by("agent").get(f"/review/{path}").status_code == 403
    assert seen_by().get(f"/review/{path}").status_code == 302


def test_a_pair_is_shown_with_both_sides_and_decided(compared: Workspace, anna: Client) -> None:
    page = anna.get("/review/").content.decode()
    assert "60% likely the same" in page
    assert "Anne Berg" in page
    assert "If you join them" in page
    (pair,) = compared.as_actor(_owner(anna)).review.queue(limit=1)
    done = anna.post("/review/answer/", {"a": pair.a, "b": pair.b, "word": "same"})
    assert done.status_code == 302
    assert compared.people.get(pair.profile_a).row.profile_id == compared.people.get(pair.profile_b).row.profile_id
    back = anna.post("/review/undo/")
    assert back.headers["Location"] == f"/review/?a={pair.a}&b={pair.b}", "the next key answers it again"
    assert compared.people.get(pair.profile_a).row.profile_id != compared.people.get(pair.profile_b).row.profile_id


def test_a_run_that_goes_on_shows_how_far_it_is_and_is_stopped_by_button(compared: Workspace, anna: Client) -> None:
    anna.post("/review/run/")
    page = anna.get("/review/standing/").content.decode()
    assert "Waiting for its turn" in page
    assert "Compare everybody" not in page, "one run at a time"
    job = jobs.claim(compared.context, [matching.JOB_KIND])
    assert job is not None
    jobs.progress(compared.context, job.job_id, done=6, total=matching.STEPS)
    address = f"/review/run/{job.subject_id}/"
    told = anna.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Learning which details tell people apart" in told
    assert "50 %" in told
    told = anna.post(f"{address}cancel/", headers={"HX-Request": "true"}).content.decode()
    assert "Stopping…" in told
    flow.run_matching(compared.context, job, matcher=by_surname)
    assert anna.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    page = anna.get("/review/standing/").content.decode()
    assert "stopped" in page
    assert "Compare everybody" in page


def test_a_run_and_a_day_are_taken_back_by_button(compared: Workspace, anna: Client) -> None:
    (run,) = compared.matching.listing()
    assert len(compared.people.search("Berg")) == 2
    anna.get("/review/")
    (pair,) = compared.as_actor(_owner(anna)).review.queue(limit=1)
    anna.post("/review/answer/", {"a": pair.a, "b": pair.b, "word": "different"})
    page = anna.get("/review/standing/").content.decode()
    assert "Anna Krume" in page
    anna.post("/review/day/undo/", {"by": _owner(anna).actor_id, "day": "2026-06-15"})
    anna.post("/review/run/undo/", {"run": run.run_id})
    assert len(compared.people.search("Berg")) == 3
    assert not compared.identity.decisions()


def test_other_rules_show_first_what_they_would_do(compared: Workspace, anna: Client) -> None:
    form = {
        f"{what}-{name}": value
        for name in ("user_id", "customer_number", "loyalty_card", "email", "phone", "anonymous_id")
        for what, value in (("limit", "5"), ("window", "0"))
    }
    told = anna.post("/review/rules/", {**form, "fan_out": "10", "patterns": "email person1@.*"}).content.decode()
    assert "This would split" in told
    assert compared.identity.rules().patterns == ()
    broken = anna.post("/review/rules/", {**form, "fan_out": "10", "patterns": "email ("}).content.decode()
    assert 'role="alert"' in broken
    anna.post("/review/rules/", {**form, "fan_out": "10", "patterns": "email person1@.*", "sure": "yes"})
    assert compared.identity.rules().of("phone").limit == 5


def test_other_rules_name_whom_they_would_split_and_whom_they_would_join(compared: Workspace, anna: Client) -> None:
    send(compared, identify(number="t1", first_name="Ida", last_name="Moor", email="team@firm.example"))
    send(compared, identify(email="team@firm.example", phone="030 7654321", city="Bonn"), source="crm")
    send(compared, order("T1", "5.00", phone="030 7654321"))
    (ida,) = compared.people.search("Moor")
    form = {
        f"{what}-{name}": value
        for name in ("user_id", "customer_number", "loyalty_card", "email", "phone", "anonymous_id")
        for what, value in (("limit", "5"), ("window", "0"))
    } | {"fan_out": "10", "patterns": "email team@.*"}
    told = anna.post("/review/rules/", form).content.decode()
    assert f'Would be split: <a href="/people/{ida.profile_id}/">Ida Moor</a>.' in told
    anna.post("/review/rules/", {**form, "sure": "yes"})
    told = anna.post("/review/rules/", {**form, "patterns": ""}).content.decode()
    assert "Would be joined:" in told
    assert "</a> + <a" in told.partition("Would be joined:")[2]
    told = anna.post("/review/rules/", form).content.decode()
    assert "Nobody would change." in told


def test_why_one_person_is_a_picture_a_table_and_a_sentence(compared: Workspace, anna: Client) -> None:
    (joined,) = [row for row in compared.people.search("Bonn") if row.source_count == 2]
    (link,) = compared.people.identities(joined.profile_id).links
    address = f"/people/{joined.profile_id}/why/?a={link.a.identifier_id}&b={link.b.identifier_id}"
    page = anna.get(address).content.decode()
    assert "<svg" in page
    assert "Same surname" in page
    assert "How the weight adds up" in page
    assert "97%" in page
    assert "A comparison of everybody found" in page


def _owner(client: Client) -> Actor:
    """Whoever is signed in there."""
    from habitue.web.models import User

    return User.objects.get(pk=client.session["_auth_user_id"]).actor


def test_the_same_two_people_stand_once_in_what_comes_next(compared: Workspace, anna: Client) -> None:
    send(compared, *(identify("v1", phone=f"030 90182{place}") for place in range(3)))
    for place in (8, 9):
        send(compared, identify("v9", phone=f"030 90182{place}"), identify("v1", phone=f"030 90182{place}"))
    pairs = compared.as_actor(_owner(anna)).review.queue(limit=20)
    both = [frozenset((pair.profile_a, pair.profile_b)) for pair in pairs]
    assert len(set(both)) < len(both), "two identifiers of one person wait against a third"
    page = anna.get("/review/").content.decode()
    assert page.count("data-row-link") == len(set(both)) - 1


def test_a_refused_pair_shows_the_contact_both_gave_and_does_not_offer_joining_first(
    compared: Workspace, anna: Client
) -> None:
    send(
        compared,
        identify("r1", email="family@krume.example", first_name="Ottilie", last_name="Kranz"),
        identify("r2", email="family@krume.example", first_name="Boris", last_name="Wolkow"),
    )
    page = anna.get("/review/?kind=refusal").content.decode()
    assert "Speaks for it: both gave family@krume.example." in page
    assert '<button class="btn" name="word" value="same"' in page
