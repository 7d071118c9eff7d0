"""Ids sort by when they were made, even within a millisecond and behind a clock that steps back."""

from __future__ import annotations

import uuid
from datetime import timedelta

from habitue.kernel.clock import Hand
from habitue.kernel.ids import Uuid7
from tests.conftest import NOW


def test_ids_of_one_millisecond_sort_in_their_order_and_are_sound() -> None:
    ids = Uuid7(Hand(NOW))
    made = [ids.new() for _ in range(2_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {uuid.UUID(each).version for each in made} == {7}
    assert {uuid.UUID(each).variant for each in made} == {uuid.RFC_4122}


def test_a_clock_that_steps_back_does_not_turn_the_order() -> None:
    clock = Hand(NOW)
    ids = Uuid7(clock)
    before = ids.new()
    clock.at -= timedelta(hours=1)
    assert ids.new() > before
    clock.at += timedelta(hours=2)
    assert int(ids.new()[:12], 16) == int(clock.at.timestamp() * 1000)


def test_several_ids_at_once_sort_among_those_made_before_and_after() -> None:
    ids = Uuid7(Hand(NOW))
    made = [ids.new(), *ids.several(500), ids.new(), *ids.several(3), *ids.several(0), ids.new()]
    assert made == sorted(made)
    assert len(set(made)) == len(made) == 506
    assert {uuid.UUID(each).version for each in made} == {7}
    assert {uuid.UUID(each).variant for each in made} == {uuid.RFC_4122}
