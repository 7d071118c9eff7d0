"""Which value wins, by rule."""

from __future__ import annotations

import pytest

from habitue.profiles.golden import Value, golden, golden_profile


def value(field: str, said: object, *, at: int, source: str = "shop", seq: int | None = None) -> Value:
    return Value(
        field=field, value=said, source_id=source, at_micros=at, seq=at if seq is None else seq, identifier_id=1
    )


@pytest.mark.parametrize(
    ("rule", "winner"),
    [("newest", "Ulm"), ("most_frequent", "Bonn"), ("longest", "Königswinter"), ("trusted", "Köln")],
)
def test_each_rule_chooses_its_own_winner(rule: str, winner: str) -> None:
    said = ["Köln", "Bonn", "Königswinter", "Bonn", "Ulm"]
    found = golden([value("city", city, at=at) for at, city in enumerate(said)], rule)
    assert found is not None
    assert found.value == winner
    assert found.has_conflict
    assert len(found.others) == 4


def test_at_the_same_instant_the_later_message_wins() -> None:
    found = golden([value("city", "Bonn", at=1, seq=5), value("city", "Ulm", at=1, seq=6)], "newest")
    assert found is not None
    assert found.value == "Ulm"


def test_a_value_that_was_taken_back_does_not_count() -> None:
    assert golden([value("city", None, at=9)], "newest") is None
    found = golden_profile([value("city", "Bonn", at=1), value("city", None, at=9, source="crm")])
    assert found["city"].value == "Bonn"
    assert not found["city"].has_conflict


def test_a_name_in_full_wins_over_a_later_initial() -> None:
    found = golden_profile([value("name", "Anna Krume", at=1), value("name", "A. Krume", at=2, source="till")])
    assert found["name"].value == "Anna Krume"


@pytest.mark.parametrize(
    ("said", "winner"),
    [
        (["Lukas Grünbrunner", "Lukas Gruenbrunner", "Lkuas Gruenbrunner"], "Lukas Grünbrunner"),
        (["Anna Berg", "Anna Kurz"], "Anna Kurz"),
        (["Anna Berg", "Anna Berg", "Anna Kurz"], "Anna Kurz"),
        (["Peter Vogt", "Petr Vogt"], "Petr Vogt"),
        (["Klaus Vogt", "Klasu Vogt"], "Klaus Vogt"),
        (["Jürgen Weiß", "Juergen Weiss"], "Jürgen Weiß"),
        (["Анна Иванова", "Anna Ivanova"], "Anna Ivanova"),
        (["Eva Loh", "Eva Lob", "Eva Loh"], "Eva Loh"),
        (["Ann Lee", "Ann Lei"], "Ann Lei"),
    ],
)
def test_a_newer_slip_of_the_fingers_does_not_win_and_a_new_surname_does(said: list[str], winner: str) -> None:
    found = golden_profile([value("name", name, at=at, source=f"s{at}") for at, name in enumerate(said)])
    assert found["name"].value == winner


def test_sources_that_agree_are_no_conflict() -> None:
    found = golden_profile([value("city", "Bonn", at=1), value("city", "Bonn", at=2, source="crm")])
    assert not found["city"].has_conflict
    assert len(found["city"].others) == 1
