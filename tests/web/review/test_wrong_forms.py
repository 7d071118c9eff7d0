"""Forms of who is who as nobody should send them: a sentence each, and what was typed stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.identity.test_review import by_surname
from tests.sending import identify, send

from habitue.identity.tables import identifiers
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

NAMES = ("user_id", "customer_number", "loyalty_card", "email", "phone", "anonymous_id")
RULES = {f"{what}-{name}": value for name in NAMES for what, value in (("limit", "5"), ("window", "0"))} | {
    "fan_out": "10",
    "patterns": "email test.*@.*",
}
SUPERSCRIPT = "²"
"""A digit for Unicode that is no number."""


@pytest.fixture
def waiting(shop: Workspace) -> Workspace:
    """The shop with a pair of Bergs that waits for an answer."""
    for place, (first, city) in enumerate((("Anna", "Bonn"), ("Anne", "Ulm"))):
        send(shop, identify(number=f"x{place}", first_name=first, last_name="Berg", city=city), source=f"s{place}")
    shop.matching.run(matcher=by_surname)
    return shop


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"limit-email": "0"}, "“E-mail” needs a whole number from 1 on, and days from 0 on."),
        ({"limit-email": SUPERSCRIPT}, "“E-mail” needs a whole number from 1 on, and days from 0 on."),
        ({"window-phone": "-1"}, "“Phone” needs a whole number from 1 on, and days from 0 on."),
        ({"fan_out": "1"}, "The number of people from which on a value is shared has to be a whole number from 2 on."),
        ({"patterns": "email ((("}, "“(((” is no pattern that can be read: missing )"),
        ({"patterns": "mail .*@till"}, "“mail” is no pattern that can be read: no kind is called so; kinds are "),
        ({"patterns": "email"}, "“email” is no pattern that can be read: a pattern needs a kind and an expression"),
    ],
)
def test_rules_that_cannot_be_used_are_told_in_a_sentence_and_stay_in_the_form(
    shop: Workspace, anna: Client, wrong: dict[str, str], said: str
) -> None:
    answer = anna.post("/review/rules/", {**RULES, **wrong, "sure": "yes"})
    page = answer.content.decode()
    assert said in page
    for text in (*wrong.values(), "5", "0"):
        assert text in page
    if "patterns" not in wrong:
        assert RULES["patterns"] in page
    assert shop.identity.rules().patterns == ()


def test_a_pattern_may_be_of_a_kind_that_came_with_the_data(shop: Workspace, anna: Client) -> None:
    club = [{"type": "club", "id": "c-1", "collection": "users", "encoding": "none"}]
    send(shop, identify(number="c1", email="c1@firm.example") | {"context": {"externalIds": club}})
    anna.post("/review/rules/", {**RULES, "patterns": "club c-0.*", "sure": "yes"})
    assert [each.namespace for each in shop.identity.rules().patterns] == ["club"]


@pytest.mark.parametrize("a", [SUPERSCRIPT, "x", "", "9" * 40, "-1"])
def test_a_pair_that_is_none_is_not_found(waiting: Workspace, anna: Client, a: str) -> None:
    for word in ("same", "later", "skip"):
        assert anna.post("/review/answer/", {"a": a, "b": "2", "word": word}).status_code == 404
    assert anna.post("/review/again/", {"a": a, "b": "2"}).status_code == 404
    assert anna.get("/review/", {"a": a, "b": "2"}).status_code in (200, 404)
    assert waiting.review.waiting() == 1


def test_a_pair_that_another_tab_answered_or_whose_person_is_gone_breaks_nothing(
    waiting: Workspace, anna: Client
) -> None:
    (pair,) = waiting.review.queue(limit=1)
    sent = {"a": pair.a, "b": pair.b}
    assert anna.post("/review/answer/", {**sent, "word": "same"}).status_code == 302
    assert anna.post("/review/answer/", {**sent, "word": "different"}).status_code == 302
    assert _one(waiting, pair.a) != _one(waiting, pair.b), "the newer answer holds"
    waiting.people.erase(pair.profile_a)
    assert anna.post("/review/answer/", {**sent, "word": "same"}).status_code == 404
    assert anna.get("/review/", sent).status_code == 404


def test_a_run_taken_back_twice_and_a_day_without_decisions_say_so(waiting: Workspace, anna: Client) -> None:
    (run,) = waiting.matching.listing()
    first = anna.post("/review/run/undo/", {"run": run.run_id}, follow=True).content.decode()
    assert "Taken back. The run had joined nobody." in first
    again = anna.post("/review/run/undo/", {"run": run.run_id}, follow=True)
    assert again.status_code == 422
    assert "This matching run was taken back already. Nothing changed." in again.content.decode()
    told = anna.post("/review/day/undo/", {"by": "nobody", "day": "2026-06-15"}, follow=True).content.decode()
    assert "Nothing of that day is left to take back." in told


def test_a_run_that_another_tab_began_is_not_begun_twice_nor_taken_back_while_it_goes_on(
    waiting: Workspace, anna: Client
) -> None:
    anna.post("/review/run/")
    told = anna.post("/review/run/", follow=True).content.decode()
    assert "Everybody is being compared already." in told
    going = [run for run in waiting.matching.listing() if run.state == "running"]
    assert len(going) == 1
    refused = anna.post("/review/run/undo/", {"run": going[0].run_id})
    assert refused.status_code == 422
    assert "still going on" in refused.content.decode()


def test_a_consent_that_differs_is_told_by_the_name_of_its_purpose(waiting: Workspace, anna: Client) -> None:
    agreed = {"type": "track", "event": "Consent Given", "properties": {"purpose": "newsletter", "channel": "email"}}
    known = {"context": {"externalIds": [{"type": "customer_number", "id": "x0"}]}, "timestamp": "2026-05-02T10:00:00Z"}
    send(waiting, agreed | known, source="s0")
    assert "For “Newsletter by e-mail” the newer statement holds: agreed." in anna.get("/review/").content.decode()


def test_taking_a_separation_back_for_people_who_are_gone_tells_no_success(anna: Client) -> None:
    page = anna.post("/people/rejoin/", {"id": "nobody"}).content.decode()
    assert "They are one person again." not in page
    assert anna.get("/people/separated/?id=nobody").status_code == 404


def test_a_digit_that_is_no_number_takes_nobody_apart(shop: Workspace, anna: Client) -> None:
    send(shop, identify("u1", email="one@krume.example", last_name="Kranz"))
    (row,) = shop.people.search("Kranz")
    told = anna.post(f"/people/{row.profile_id}/separate/", {"identifier": SUPERSCRIPT}, follow=True).content.decode()
    assert "Nothing changed." in told


def test_an_agent_may_not_decide(waiting: Workspace, seen_by: Callable[..., Client]) -> None:
    (pair,) = waiting.review.queue(limit=1)
    agent = seen_by("agent")
    assert agent.post("/review/answer/", {"a": pair.a, "b": pair.b, "word": "same"}).status_code == 403
    assert agent.post("/review/run/").status_code == 403
    assert waiting.review.waiting() == 1


def _one(ws: Workspace, identifier_id: int) -> str:
    """The person whom an identifier belongs to."""
    with ws.register.read() as conn:
        return str(conn.scalar(sa.select(identifiers.c.profile_id).where(identifiers.c.identifier_id == identifier_id)))
