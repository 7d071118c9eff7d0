"""People like those of an audience: found, kept as an audience, told in words, forgotten with a person."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.insights.test_learning import filled

from habitue.access.actor import Actor
from habitue.access.policy import PermissionMissing
from habitue.audiences import alike
from habitue.audiences.rule import Group, InsightIs, Sample
from habitue.audiences.text import read
from habitue.audiences.text_writing import written
from habitue.kernel import jobs
from habitue.work import learning
from habitue.workspace import Workspace

OFTEN = InsightIs("rfm", "frequency", "at_least", "6")


def half_of_the_regulars(ws: Workspace) -> str:
    """An audience of every second customer who buys often."""
    ws.refresh()
    return ws.audiences.create("Half", Group(rules=(OFTEN, Sample("halves", 0, 5_000)))).audience_id


def test_the_other_half_of_the_regulars_is_found_and_is_an_audience(ws: Workspace, tmp_path: Path) -> None:
    filled(ws, tmp_path)
    audience_id = half_of_the_regulars(ws)
    others = ws.audiences.count(Group(rules=(OFTEN, Sample("halves", 5_000, 10_000)))).people
    found = ws.audiences.find_alike(audience_id, wanted=others)
    assert found.card.is_shown
    assert found.people == others
    assert ws.audiences.count(found.rule).people == others
    both = Group(rules=(found.rule, OFTEN))
    assert ws.audiences.count(both).people > 0.5 * others
    assert ws.audiences.count(Group(rules=(found.rule, Sample("halves", 0, 5_000), OFTEN))).people == 0, "nobody twice"
    said = " ".join(each.text() for each in found.card.sentences)
    assert "bought on" in said, "what sets them apart stands in words"
    share = found.card.measure("precision")
    assert share is not None
    assert share > 0.3
    assert read(written(found.rule)) == found.rule


def test_looking_again_replaces_what_was_found(sqlite_ws: Workspace, tmp_path: Path) -> None:
    filled(sqlite_ws, tmp_path)
    audience_id = half_of_the_regulars(sqlite_ws)
    first = sqlite_ws.audiences.find_alike(audience_id, wanted=40)
    second = sqlite_ws.audiences.find_alike(audience_id, wanted=10)
    assert first.rule == second.rule
    assert sqlite_ws.audiences.count(second.rule).people == 10
    other = sqlite_ws.audiences.create("Half of", Group(rules=(OFTEN, Sample("halves", 5_000, 10_000)))).audience_id
    third = sqlite_ws.audiences.find_alike(other, wanted=25)
    assert sqlite_ws.audiences.count(third.rule).people == 25
    assert sqlite_ws.audiences.count(second.rule).people == 10, "one label is not part of another"


def test_somebody_erased_is_forgotten(sqlite_ws: Workspace, tmp_path: Path) -> None:
    filled(sqlite_ws, tmp_path)
    found = sqlite_ws.audiences.find_alike(half_of_the_regulars(sqlite_ws), wanted=20)
    (first, *_rest) = sqlite_ws.audiences.members(found.rule)
    sqlite_ws.people.erase(first.profile_id)
    assert sqlite_ws.audiences.count(found.rule).people == 19


def test_the_worker_looks_when_somebody_asked(sqlite_ws: Workspace, tmp_path: Path) -> None:
    filled(sqlite_ws, tmp_path, customers=200)
    audience_id = half_of_the_regulars(sqlite_ws)
    job = jobs.enqueue(sqlite_ws.context, kind=alike.JOB_KIND, subject_id=audience_id, args={"wanted": 5})
    assert learning.run_one(sqlite_ws.context)
    assert jobs.get(sqlite_ws.context, job.job_id).state == "done"
    assert alike.get(sqlite_ws.context, audience_id) is not None


def test_who_may_not_change_audiences_may_not_look(sqlite_ws: Workspace) -> None:
    stranger = Actor(actor_id="x", name="X", roles=frozenset({"privacy_officer"}))
    with pytest.raises(PermissionMissing):
        alike.find(sqlite_ws.context.as_actor(stranger), "nothing", wanted=5)
