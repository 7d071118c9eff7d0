"""Random rules in real time and in bulk against the second evaluator, while a made-up story goes on."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from tests.rules.oracle import members
from tests.rules.played import Story
from tests.rules.three_ways import Counted, compare, compare_now, made_rules, varied
from tests.rules.timeline import Timeline
from tests.rules.world import ZONE

from habitue.audiences import part, realtime
from habitue.audiences.list_changes import members_of
from habitue.audiences.text import read
from habitue.audiences.text_writing import written
from habitue.kernel import lake
from habitue.kernel.config import WorkspaceSettings
from habitue.profiles.slices import EVENTS
from habitue.workspace import create_workspace

RULES, EACH, STEPS, SEED = 400, 3, 8, 7


def _compared(folder: Path, *, each: int = EACH, steps: int = STEPS) -> Counted:
    counted = Counted()
    asked = varied(made_rules(RULES), each)
    compare(folder, asked, seed=SEED, steps=steps, counted=counted)
    return counted


@pytest.mark.slow
def test_random_rules_give_the_same_people_three_ways(tmp_path: Path) -> None:
    counted = _compared(tmp_path / "told")
    sys.stdout.write(f"\n{counted.told()}\n")
    assert counted.wrong == []
    assert counted.equal_times >= 0.05 * counted.answers
    assert min(counted.sizes[size] for size in ("nobody", "some", "everybody")) >= 0.02 * counted.answers
    assert len(counted.kinds) >= 12
    assert counted.of_part >= 0.5 * counted.rules


def test_the_comparison_finds_a_part_without_its_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.declare("part_of_nobody", EVENTS)
    real, counted = part.PartLake.table, Counted()
    gone = {"events": "part_of_nobody"}
    monkeypatch.setattr(part.PartLake, "table", lambda at, name: real(at, gone.get(name, name)))
    asked = [read(f'did "{name}"') for name in ("Order Completed", "Opened")]
    compare(tmp_path / "told", asked, seed=SEED, steps=1, counted=counted)
    assert any(line.startswith("of a part") for line in counted.wrong)


@pytest.mark.slow
def test_the_comparison_finds_an_audience_that_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "is_concerned", lambda _topics, _news: False)
    assert any(line.startswith("in real time") for line in _compared(tmp_path / "told", each=1, steps=4).wrong)


def test_a_consent_taken_back_on_its_own_channel_is_none_for_any(tmp_path: Path) -> None:
    with create_workspace(tmp_path / "told", workspace=WorkspaceSettings(timezone=ZONE), environ={}) as ws:
        line, counted = Timeline(ws), Counted()
        story = Story(line, random.Random(SEED))
        story.begin()
        rule = read("consent newsletter is withdrawn")
        asked = {line.audience(written(rule)): rule}
        for user, state, channel in (("anna", "given", "post"), ("anna", "withdrawn", "email"),
                                     ("ben", "given", "email"), ("ben", "withdrawn", "email")):  # fmt: skip
            line.passes(minutes=1)
            story.say(user, state, channel, at=line.clock.at)
            compare_now(line, asked, story.world(), counted)
        story.renew()
        assert counted.wrong == []
        assert len(members(rule, story.world())) == 1
        assert list(members_of(line.ws.context, rule)) == members(rule, story.world())
