"""Random rules asked three ways: in real time, in bulk, and by a second evaluator; with what was asked, counted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
from hypothesis import HealthCheck, Phase, given, settings

from habitue import flow
from habitue.audiences import membership, part, stays
from habitue.audiences.list_changes import members_of
from habitue.audiences.rule import Group, InAudience, Related, Rule, walk
from habitue.audiences.text import read
from habitue.audiences.text_writing import written
from habitue.kernel.config import WorkspaceSettings
from habitue.kernel.context import Context
from habitue.workspace import create_workspace
from tests.large_lake import as_large
from tests.rules.made_rules import rules
from tests.rules.oracle import members
from tests.rules.played import Story, with_members
from tests.rules.timeline import Timeline
from tests.rules.world import ZONE, World, has_equal_times

OTHERS = {"vip": 'did "Order Completed" at least 2 times in last 30 days', "new": 'country is "DE"'}


@dataclass(slots=True)
class Counted:
    """What was compared: kinds of conditions, answers, and rules asked of people with events at equal times."""

    rules: int = 0
    answers: int = 0
    equal_times: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    sizes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    steps_back: int = 0
    renewals: int = 0
    of_part: int = 0

    def told(self) -> str:
        """One line for people."""
        share = 100 * self.equal_times / max(self.answers, 1)
        return (
            f"{self.rules} rules, {self.answers} answers, {share:.0f} % of them about people with equal timestamps; "
            f"{self.renewals} renewals of the insights, {self.steps_back} times the clock was set back; "
            f"{self.of_part} rules asked of a part of everybody too; "
            f"conditions {dict(self.kinds.most_common())}; answers {dict(self.sizes)}"
        )


@cache
def made_rules(count: int) -> Sequence[Rule]:
    """The same random rules every time."""
    found: list[Rule] = []

    @settings(
        max_examples=count, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(rules)
    def collect(rule: Rule) -> None:
        found.append(rule)

    collect()
    return found


def simple_first(asked: Sequence[Rule]) -> Sequence[Rule]:
    """The rules, those with the fewest conditions first."""
    return sorted(asked, key=lambda rule: sum(1 for _node in walk(rule)))


def varied(asked: Sequence[Rule], each: int) -> Sequence[Rule]:
    """Some rules in which every kind of condition stands at least `each` times, as far as there are any."""
    found: dict[Rule, None] = {}
    for kind in get_args(Rule):
        holding = [rule for rule in asked if any(type(node) is kind for _path, node in walk(rule))]
        found.update(dict.fromkeys(holding[:each]))
    return list(found)


def compare(folder: Path, asked: Sequence[Rule], *, seed: int, steps: int, counted: Counted) -> None:
    """Publish the rules in a workspace of their own, tell it a story, and compare after every step."""
    with create_workspace(folder, workspace=WorkspaceSettings(timezone=ZONE), environ={}) as ws:
        line = Timeline(ws)
        story = Story(line, random.Random(seed))
        story.begin()
        others = {key: line.audience(text, key) for key, text in OTHERS.items()}
        meant = [_renamed(rule, others) for rule in asked]
        ids = []
        for number, rule in enumerate(meant):
            ids.append(line.ws.audiences.create(f"R{number}", rule).audience_id)
            counted.kinds.update(type(node).__name__ for _path, node in walk(rule))
        flow.refresh(line.ws.context)
        flow.settle(line.ws.context)
        line.step()
        counted.rules += len(meant)
        asked_now = dict(zip(ids, meant, strict=True)) | {others[key]: read(text) for key, text in OTHERS.items()}
        for world in story.steps(steps):
            compare_now(line, asked_now, _with_others(world, others), counted)
        story.renew()
        counted.steps_back += story.steps_back
        counted.renewals += story.renewals
        world = _with_others(story.world(), others)
        for rule in meant:
            if list(members_of(line.ws.context, rule)) != members(rule, world):
                counted.wrong.append(f"in bulk: {written(rule)}")
        # Of some stories a part of the people, of the others everybody as the part.
        compare_of_part(line.ws.context, meant, world, counted, times=1 if seed % 2 else 2)


def compare_now(line: Timeline, asked: dict[str, Rule], world: World, counted: Counted) -> None:
    """Compare who is in which audience by now with what the second evaluator says."""
    with line.ws.register.read() as conn:
        pairs = stays.members(conn, list(asked))
    people = len(world.people)
    equal = has_equal_times(world)
    for audience_id, rule in asked.items():
        expected = members(rule, world)
        found = sorted(profile for audience, profile in pairs if audience == audience_id)
        counted.answers += 1
        counted.equal_times += equal
        counted.sizes["nobody" if not expected else "everybody" if len(expected) == people else "some"] += 1
        if found != expected:
            counted.wrong.append(f"in real time at {world.now}: {written(rule)}: {found} instead of {expected}")


def compare_of_part(ws: Context, asked: Sequence[Rule], world: World, counted: Counted, *, times: int) -> None:
    """Compare what a part of everybody says with what the second evaluator says of the same people."""
    part.forget(ws)
    part.renew(as_large(ws), events=ws.lake.rows("facts") // times)
    there = set(_profiles(ws, ws.lake.table(part.COPIES["people"])))
    for rule in asked:
        some = membership.part_for(ws, rule)
        if some is None:
            continue
        counted.of_part += 1
        expected = [profile for profile in members(rule, world) if profile in there]
        if sorted(_profiles(some, membership.matching(some, rule))) != expected:
            counted.wrong.append(f"of a part: {written(rule)}")


def _profiles(ws: Context, table: Any) -> list[str]:
    found: list[str] = ws.lake.con.to_pyarrow(table).column("profile_id").to_pylist()
    return found


def _with_others(world: World, ids: dict[str, str]) -> World:
    found = {audience_id: members(read(OTHERS[key]), world) for key, audience_id in ids.items()}
    return with_members(world, found)


def _renamed(rule: Rule, ids: dict[str, str]) -> Rule:
    if isinstance(rule, InAudience):
        return msgspec.structs.replace(rule, audience_id=ids[rule.audience_id])
    if isinstance(rule, Group):
        return msgspec.structs.replace(rule, rules=tuple(_renamed(child, ids) for child in rule.rules))
    if isinstance(rule, Related):
        return msgspec.structs.replace(rule, rule=_renamed(rule.rule, ids))
    return rule


def parts(asked: Sequence[Rule], size: int) -> Iterator[Sequence[Rule]]:
    """The rules in groups that share a workspace."""
    for start in range(0, len(asked), size):
        yield asked[start : start + size]
