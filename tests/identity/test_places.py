"""Where signatures lead to, in sorted runs of hashes, is what a plain dictionary would say."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable

import pytest

from habitue.identity import places
from habitue.identity.places import Places


class Forgetful(Places):
    """A memory with a planted bug: it does not notice that a component changed."""

    def forget(self, identifier_ids: Iterable[int]) -> None:
        list(identifier_ids)


def differences(memory: Places, seed: int, *, steps: int = 400) -> tuple[int, Counter[str]]:
    """How often the memory and a dictionary say different things in a random history, and what happened in it."""
    chance, plain, drawn = random.Random(seed), dict[str, int](), Counter[str]()
    wrong = 0
    for _ in range(steps):
        deed = chance.choices(("learn", "forget", "find"), (3, 2, 5))[0]
        if deed == "learn":
            told = {f"s{chance.randrange(300)}": 0 for _ in range(chance.choice((1, 5, 60)))}
            told = {one: chance.randrange(1, 80) for one in told if one not in plain}
            memory.learn(told.items(), 10_000)
            plain |= told
            drawn["learnt"] += len(told)
        elif deed == "forget":
            gone = {chance.randrange(1, 80) for _ in range(chance.choice((1, 3)))}
            memory.forget(gone)
            drawn["forgotten"] += sum(home in gone for home in plain.values())
            plain = {one: home for one, home in plain.items() if home not in gone}
        else:
            asked = [f"s{chance.randrange(320)}" if chance.random() < 0.95 else None for _ in range(50)]
            expected = [plain.get(one, 0) if one else 0 for one in asked]
            wrong += memory.find(asked) != expected
            drawn["hits"] += sum(home > 0 for home in expected)
            drawn["misses"] += sum(home == 0 for home in expected)
    return wrong, drawn


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_random_history_leads_to_the_same_places_as_a_dictionary(seed: int) -> None:
    wrong, drawn = differences(Places(), seed)
    assert wrong == 0, drawn
    assert min(drawn.values()) > 100, drawn


def test_a_memory_that_does_not_notice_changes_is_found_out() -> None:
    wrong, _ = differences(Forgetful(), 1)
    assert wrong > 0


def test_the_oldest_identifiers_are_forgotten_first() -> None:
    memory = Places()
    for start in range(1, 1_001, 100):
        memory.learn([(f"s{home}", home) for home in range(start, start + 100)], 500)
    assert len(memory) <= 500
    found = memory.find([f"s{home}" for home in range(1, 1_001)])
    assert found[900:] == list(range(901, 1_001))
    assert not any(found[:400])


def test_a_component_that_changes_very_often_empties_the_memory_instead_of_counting_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(places, "MOST_CHANGES", 3)
    memory = Places()
    memory.learn([("a", 1), ("b", 2)], 10)
    memory.forget([1])
    memory.forget([1])
    assert memory.find(["a", "b"]) == [0, 2]
    memory.forget([1])
    assert memory.find(["a", "b"]) == [0, 0]


def test_two_signatures_that_share_their_hash_are_told_apart_by_their_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "hash", lambda _signature: 7, raising=False)
    memory = Places()
    memory.learn([("a", 1)], 10)
    assert memory.find(["a", "b"]) == [1, 0]
