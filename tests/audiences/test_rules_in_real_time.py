"""Random rules in real time and in bulk against the second evaluator, while a made-up story goes on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.rules.three_ways import Counted, can_be_told, compare, made_rules, varied

from habitue.audiences import realtime

RULES, EACH, STEPS, SEED = 400, 3, 8, 7


def _compared(folder: Path) -> Counted:
    counted = Counted()
    asked = varied([rule for rule in made_rules(RULES) if can_be_told(rule)], EACH)
    compare(folder, asked, seed=SEED, steps=STEPS, counted=counted)
    return counted


@pytest.mark.slow
def test_random_rules_give_the_same_people_three_ways(tmp_path: Path) -> None:
    counted = _compared(tmp_path / "told")
    sys.stdout.write(f"\n{counted.told()}\n")
    assert counted.wrong == []
    assert counted.equal_times >= 0.05 * counted.answers
    assert min(counted.sizes[size] for size in ("nobody", "some", "everybody")) >= 0.02 * counted.answers
    assert len(counted.kinds) >= 12


@pytest.mark.slow
def test_the_comparison_finds_an_audience_that_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "is_concerned", lambda _topics, _news: False)
    assert any(line.startswith("in real time") for line in _compared(tmp_path / "told").wrong)
