"""Why a condition about the people around holds: who of them was asked, and who fulfils it."""

from __future__ import annotations

import pytest
from tests.rules.timeline import Timeline
from tests.sending import identify

from habitue import flow
from habitue.audiences.around import MOST_PEOPLE
from habitue.audiences.rule import Group, Related
from habitue.audiences.why import Answer
from habitue.profiles import relations

ORDER = "Order Completed"
HOME = {"last_name": "Müller", "street": "Hafenweg 5", "postal_code": "04109", "country": "DE"}


@pytest.fixture
def line(make_workspace) -> Timeline:  # type: ignore[no-untyped-def]  # the factory of the test session
    """Anna and Ben share a household, Cleo was recommended by Anna, Dora stands alone."""
    found = Timeline(make_workspace(timezone="Europe/Berlin"))
    found.send(
        identify("anna", email="anna@web.example", first_name="Anna", **HOME),
        identify("ben", email="ben@web.example", first_name="Ben", **HOME),
        identify("cleo", email="cleo@web.example", first_name="Cleo", referred_by="anna@web.example"),
        identify("dora", email="dora@web.example", first_name="Dora"),
    )
    found.event("ben", ORDER, order_id="1")
    _renew(found)
    return found


def _renew(line: Timeline) -> None:
    flow.refresh(line.ws.context)
    relations.renew(line.ws.context)


def _why(line: Timeline, text: str, user: str) -> tuple[Answer, ...]:
    audience_id = line.audience(text, f"{user}: {text}")
    (person,) = line.ws.people.search(f"{user}@web.example")
    return line.ws.audiences.why(audience_id, person.profile_id).answers


def _names(answer: Answer) -> list[tuple[str, bool]]:
    assert answer.around is not None
    return [((each.name or "").partition(" ")[0], each.holds) for each in answer.around.shown]


def test_whoever_of_the_household_fulfils_it_is_named_first(line: Timeline) -> None:
    (answer,) = _why(line, f'any of household (did "{ORDER}")', "anna")
    assert answer.holds
    assert answer.around is not None
    assert (answer.around.people, answer.around.fitting, answer.around.more) == (2, 1, 0)
    assert _names(answer) == [("Ben", True), ("Anna", False)]
    assert not answer.events, "what the person did does not answer a question about others"


def test_of_a_rule_for_all_whoever_fails_is_named_first(line: Timeline) -> None:
    (answer,) = _why(line, f'all of household (did "{ORDER}")', "ben")
    assert not answer.holds
    assert _names(answer) == [("Anna", False), ("Ben", True)]


def test_a_referral_goes_both_ways(line: Timeline) -> None:
    for user in ("anna", "cleo"):
        (answer,) = _why(line, f'none of referral (did "{ORDER}")', user)
        assert answer.holds
        assert _names(answer) == [("Anna", False), ("Cleo", False)]


def test_whoever_has_nobody_around_is_told_so(line: Timeline) -> None:
    (answer,) = _why(line, f'any of company (did "{ORDER}")', "dora")
    assert not answer.holds
    assert answer.around is not None
    assert (answer.around.people, answer.around.shown) == (0, ())


def test_of_many_people_a_few_are_named_and_the_rest_is_counted(line: Timeline) -> None:
    many = MOST_PEOPLE + 3
    line.send(*(identify(f"e{n}", email=f"e{n}@web.example", company_name="Krume AG") for n in range(many)))
    (answer,) = _why(line, f'any of company (did "{ORDER}")', "e0")
    assert answer.around is not None
    assert (answer.around.people, len(answer.around.shown), answer.around.more) == (many, MOST_PEOPLE, 3)


def test_what_is_asked_of_others_is_no_condition_of_the_person_and_groups_answer_for_themselves(line: Timeline) -> None:
    text = f'any of household (country is "DE" and did "{ORDER}") and (city is "Wien" or not (did "{ORDER}"))'
    answers = _why(line, text, "anna")
    assert [type(answer.rule).__name__ for answer in answers][:3] == ["Related", "Group", "Trait"]
    related, either, city, *rest = answers
    assert isinstance(related.rule, Related)
    assert isinstance(either.rule, Group)
    assert (either.rule.match, either.holds, either.depth, city.depth) == ("any", True, 0, 1)
    assert not city.holds
    assert [answer.holds for answer in rest] == [True] * len(rest)
