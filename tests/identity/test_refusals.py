"""What a rule kept apart: each such pair has a probability of its own, from the records of both sides."""

from __future__ import annotations

import pytest
from bench.made_tables import customers

from habitue.access.actor import SYSTEM
from habitue.identity import refusals
from habitue.identity.review import Pair
from habitue.profiles.weighing import Weigher
from habitue.work import worker
from habitue.workspace import Workspace
from tests.sending import identify, send, state_of

HEADINGS = {
    "vorname": "first_name", "nachname": "last_name", "mail": "email", "telefon": "phone", "geboren": "birth_date",
    "plz": "postal_code", "ort": "city",
}  # fmt: skip
ONE_HOME = {"last_name": "Quittenbaum", "phone": "+49228901820", "postal_code": "53111", "city": "Bonn"}


@pytest.fixture
def shop(ws: Workspace) -> Workspace:
    """Customers of a shop, and three pairs who share a telephone under different names."""
    told = []
    for number, row in enumerate(customers(150).table.to_pylist()):
        traits = {HEADINGS[name]: cell for name, cell in row.items() if cell and name in HEADINGS}
        told.append(identify(number=f"k{number}", **traits))
    send(ws, *told)
    apart(ws)
    return ws


def apart(ws: Workspace, suffix: str = "") -> None:
    """Two who differ in the first name alone, two of one home, and two who share nothing but an office."""
    for key, traits in {
        "same-1": ONE_HOME | {"first_name": "Rosalinde", "birth_date": "1971-03-09"},
        "same-2": ONE_HOME | {"first_name": "Margarete", "birth_date": "1971-03-09", "city": "Ulm",
                              "postal_code": "89073"},
        "home-1": ONE_HOME | {"first_name": "Gustav", "birth_date": "1968-11-30", "phone": "+49228901825"},
        "home-2": ONE_HOME | {"first_name": "Berta", "birth_date": "1999-06-17", "phone": "+49228901825"},
        "office-1": {"first_name": "Egon", "last_name": "Zwirner", "phone": "+4940301902", "city": "Hamburg",
                     "birth_date": "1950-02-02", "postal_code": "20095"},
        "office-2": {"first_name": "Ida", "last_name": "Unruh", "phone": "+4940301902", "city": "Jena",
                     "birth_date": "1988-10-12", "postal_code": "07743"},
    }.items():  # fmt: skip
        send(ws, identify(number=key + suffix, **traits))


def asked(ws: Workspace) -> list[Pair]:
    """What waits about our pairs, the most valuable question first."""
    names = ("Quittenbaum", "Zwirner", "Unruh")
    return [
        pair
        for pair in ws.review.queue(kind="refusal", limit=99)
        if all(ws.people.get(side).row.name.split()[-1] in names for side in (pair.profile_a, pair.profile_b))
    ]


def test_whoever_a_rule_kept_apart_has_a_probability_of_his_own_after_a_matching_run(shop: Workspace) -> None:
    before = asked(shop)
    assert {pair.score for pair in before} == {refusals.RARELY_WRONG}
    shop.matching.run()
    found = {_first_names(shop, pair): pair for pair in asked(shop)}
    same, home, office = (found[names] for names in (("Margarete", "Rosalinde"), ("Berta", "Gustav"), ("Egon", "Ida")))
    assert same.score > home.score > office.score
    assert same.score > 0.3 > 0.05 > home.score
    assert [part["column"] for part in same.evidence["parts"]]
    values = [pair.value for pair in asked(shop)]
    assert values == sorted(values, reverse=True)


def test_what_is_refused_later_is_weighed_within_a_turn_of_the_worker_as_a_run_would(shop: Workspace) -> None:
    shop.matching.run()
    weighed = {_first_names(shop, pair): pair.score for pair in asked(shop)}
    state = state_of(shop)
    with shop.context.register.write() as conn:
        refusals.forget(conn)
    assert {pair.score for pair in asked(shop)} == {refusals.RARELY_WRONG}
    due = worker._Due()
    due.weigher = Weigher()
    for _turn in range(3):
        worker._turn(shop.context.as_actor(SYSTEM), due)
    again = {_first_names(shop, pair): pair.score for pair in asked(shop)}
    assert again == pytest.approx(weighed, abs=0.25)
    assert state_of(shop) == state


def test_the_probabilities_of_a_run_that_was_taken_back_are_gone(shop: Workspace) -> None:
    run = shop.matching.run()
    assert {pair.score for pair in asked(shop)} != {refusals.RARELY_WRONG}
    shop.matching.undo(run.run_id)
    assert {pair.score for pair in asked(shop)} == {refusals.RARELY_WRONG}


def _first_names(ws: Workspace, pair: Pair) -> tuple[str, ...]:
    return tuple(sorted(ws.people.get(side).row.name.split()[0] for side in (pair.profile_a, pair.profile_b)))
