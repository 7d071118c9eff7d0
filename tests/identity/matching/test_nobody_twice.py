"""Lists in which hardly anybody stands twice: a town and its postcode make nobody the same as the neighbours."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from habitue.identity.matching.dependence import worth_trying
from habitue.identity.matching.run import match_table
from habitue.identity.matching.training import strangers

FIRST = (
    "Anna", "Bernd", "Clara", "David", "Eva", "Frank", "Greta", "Hans", "Ida", "Jan",
    "Karla", "Lukas", "Maria", "Nils", "Olga", "Peter", "Rosa", "Uwe", "Vera",
)  # fmt: skip
LAST = (
    "Krume", "Schmidt", "Müller", "Weber", "Fischer", "Becker", "Koch", "Bauer", "Richter", "Klein", "Wolf", "Braun",
)  # fmt: skip
TOWNS = {"Köln": "50667", "Berlin": "10115", "Hamburg": "20095", "München": "80331", "Leipzig": "04109"}
WORDS = ("Backhaus", "Tee", "Kaffee", "Stahl", "Holz", "Metall", "Papier")

Row = dict[str, str]


def _person(chance: random.Random) -> Row:
    first, last = chance.choice(FIRST), chance.choice(LAST)
    town = chance.choice(list(TOWNS))
    return {
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}{chance.randrange(100)}@mail.example".lower(),
        "phone": f"0{chance.randrange(200, 1000)} {chance.randrange(10**6, 10**7)}",
        "city": town,
        "zip": TOWNS[town],
        "street": f"{chance.choice(LAST)}str. {chance.randrange(1, 120)}",
        "birth": f"{chance.randrange(1940, 2006)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
    }


def _firm(chance: random.Random) -> Row:
    town = chance.choice(list(TOWNS))
    name = f"{chance.choice(WORDS)} {chance.choice(LAST)} {chance.choice(('GmbH', 'AG', 'KG', ''))}"
    return {"company": name, "city": town, "zip": TOWNS[town], "vat": f"DE{chance.randrange(10**9):09}"}


def _largest(rows: list[Row]) -> int:
    return max(Counter(match_table(pa.Table.from_pylist(rows)).clusters.tolist()).values())


@pytest.mark.parametrize("seed", [1, 2])
def test_people_of_whom_nobody_stands_twice_stay_alone(seed: int) -> None:
    chance = random.Random(seed)
    assert _largest([_person(chance) for _each in range(500)]) == 1


def test_firms_of_one_town_are_not_one_firm() -> None:
    chance = random.Random(5)
    assert _largest([_firm(chance) for _each in range(300)]) == 1
    assert _largest([{key: text for key, text in _firm(chance).items() if key != "vat"} for _each in range(300)]) <= 2


def test_the_few_who_do_stand_twice_are_found_all_the_same() -> None:
    chance = random.Random(3)
    rows = [_person(chance) for _each in range(500)]
    doubles = [rows[place] | {"phone": "", "street": rows[place + 1]["street"]} for place in range(25)]
    found = match_table(pa.Table.from_pylist(rows + doubles)).clusters
    together = sum(found[place] == found[500 + place] for place in range(25))
    assert together >= 20
    assert max(Counter(found.tolist()).values()) <= 3


def test_a_session_in_which_nothing_agrees_that_tells_people_apart_found_strangers() -> None:
    rare, common = [0.0, 0.0001, 0.0, 0.9999], [0.0, 0.2, 0.0, 0.8]
    differing, agreeing = [0.0, 0.02, 0.0, 0.98], [0.0, 0.8, 0.0, 0.2]
    table = [np.array(each) for each in (common, rare, rare)]
    assert strangers([np.array(each) for each in (agreeing, differing, differing)], table, frozenset())
    assert not strangers([np.array(each) for each in (agreeing, differing, agreeing)], table, frozenset())
    assert not strangers([np.array(each) for each in (agreeing, differing, differing)], table, frozenset({1}))


def test_of_very_many_fields_those_that_go_together_are_tried_as_parents() -> None:
    rng = np.random.default_rng(7)
    levels = np.where(rng.random((2_000, 60)) < 0.3, 1, 2).astype(np.int8)
    levels[:, 41] = levels[:, 3]
    tried = list(worth_trying(levels, np.ones(2_000)))
    assert (41, 3) in tried
    assert len(tried) < 60 * 10, "not every two of them"
    assert len(list(worth_trying(levels[:, :5], np.ones(2_000)))) == 20


def test_a_column_that_differs_from_another_in_more_than_a_few_rows_repeats_nothing() -> None:
    names = [f"{word} {place}" for place in range(40) for word in WORDS]
    table = pa.table({"one": names, "two": names, "three": [*names[:-20], *(f"x {place}" for place in range(20))]})
    told = {column.name: column.why for column in match_table(table).report.columns}
    assert "repeats other columns" in (told["one"], told["two"])
    assert told["three"] != "repeats other columns"
