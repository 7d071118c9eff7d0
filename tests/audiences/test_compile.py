"""The compiled rule against a second evaluator in plain Python, on made-up people and made-up rules."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import ibis.expr.types as ir
import pytest
from hypothesis import HealthCheck, given, settings
from tests.rules.made_rules import rules, seeds
from tests.rules.made_worlds import world
from tests.rules.oracle import members
from tests.rules.planted import with_bug
from tests.rules.three_ways import made_rules, simple_first
from tests.rules.world import NOW, ZONE, World, has_equal_times

from habitue.audiences.check import check_rule
from habitue.audiences.compile import compile_rule
from habitue.audiences.fields import kind_of
from habitue.audiences.rule import EventCount, Group, Rule, Window, decode, encode, walk
from habitue.audiences.tables import Tables

TRIALS = settings(
    max_examples=220, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)

WORLDS = 10


def _compiled(rule: Rule, tables: Tables) -> ir.Table:
    return compile_rule(rule, tables, now=NOW, timezone=ZONE, currency="EUR", kinds=kind_of)


def _found(con: Any, table: ir.Table) -> list[str]:
    return sorted(con.to_pyarrow(table).column("profile_id").to_pylist())


def test_it_finds_the_same_people_as_a_second_evaluator(con: Any) -> None:
    kinds: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    equal_times = 0

    @settings(TRIALS)
    @given(rules, seeds)
    def check(rule: Rule, seed: int) -> None:
        nonlocal equal_times
        made_up = world(seed)
        check_rule(rule)
        equal_times += has_equal_times(made_up)
        assert decode(encode(rule)) == rule
        expected = members(rule, made_up)
        assert _found(con, _compiled(rule, made_up.tables())) == expected
        kinds.update(type(node).__name__ for _path, node in walk(rule))
        persons = sum(p["kind"] == "person" for p in made_up.people)
        answers["nobody" if not expected else "everybody" if len(expected) == persons else "some"] += 1

    check()
    share = 100 * equal_times / max(sum(answers.values()), 1)
    sys.stdout.write(
        f"\nnodes: {dict(kinds.most_common())}; answers: {dict(answers)}; equal timestamps: {share:.0f} %\n"
    )
    assert share >= 5
    assert set(kinds) == {kind.__name__ for kind in get_args(Rule)}
    assert min(answers.values()) >= 20


def _with_cancelled_orders(rule: Rule, tables: Tables) -> ir.Table:
    events = tables.events.filter(tables.events["name"] != "Order Cancelled")
    return _compiled(rule, replace(tables, events=events))


def _a_day_later(rule: Rule, tables: Tables) -> ir.Table:
    return compile_rule(rule, tables, now=NOW + timedelta(days=1), timezone=ZONE, currency="EUR", kinds=kind_of)


def _with_companies(rule: Rule, tables: Tables) -> ir.Table:
    people = tables.people.mutate(kind=tables.people.kind.replace("company", "person"))
    return _compiled(rule, replace(tables, people=people))


def _no_cancellations(told: World) -> World:
    return replace(told, events=[event for event in told.events if event["name"] != "Order Cancelled"])


def _tomorrow(told: World) -> World:
    return replace(told, now=told.now + timedelta(days=1))


def _companies_too(told: World) -> World:
    return replace(told, people=[{**person, "kind": "person"} for person in told.people])


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        (_with_cancelled_orders, _no_cancellations),
        (_a_day_later, _tomorrow),
        (_with_companies, _companies_too),
    ],
)
def test_the_comparison_finds_a_planted_bug(
    con: Any, wrong: Callable[[Rule, Tables], ir.Table], meant: Callable[[World], World]
) -> None:
    # Where the bug makes a difference is looked up in plain Python, which is quicker than to compile every rule.
    for number, rule in enumerate(made_rules(600)):
        made_up = world(number)
        if members(rule, meant(made_up)) != members(rule, made_up):
            assert _found(con, wrong(rule, made_up.tables())) != members(rule, made_up)
            return
    pytest.fail("the bug makes no difference to any rule")


def test_in_the_last_year_but_not_in_the_last_90_days_can_be_said(con: Any) -> None:
    def ordered(person: str, seq: int, days_ago: int) -> dict[str, Any]:
        at = NOW - timedelta(days=days_ago)
        return {
            "seq": seq, "profile_id": person, "source_id": "shop", "name": "Order Completed", "at": at,
            "amount": None, "currency": None, "order_id": str(seq), "properties": "{}",
        }  # fmt: skip

    events = [ordered("once", 1, 100), ordered("back", 2, 100), ordered("back", 3, 90), ordered("back", 4, 80)]
    events += [ordered("gone", 5, 365), ordered("gone", 6, 91), ordered("long", 7, 366), ordered("long", 8, 91)]
    people = [{"profile_id": p, "kind": "person", "traits": "{}"} for p in ("once", "back", "gone", "long", "never")]
    rule = Group(
        rules=(
            EventCount("Order Completed", "at_least", 2, Window("last_days", 365)),
            EventCount("Order Completed", "exactly", 0, Window("last_days", 90)),
        )
    )
    assert _found(con, _compiled(rule, World(people, events, [], [], []).tables())) == ["gone"]


@pytest.mark.parametrize("kind", get_args(Rule))
def test_the_comparison_finds_a_planted_bug_in_every_kind_of_condition(con: Any, kind: type) -> None:
    """The compiler is given a rule in which every condition of one kind means something slightly else."""
    changed = [(rule, wrong) for rule in simple_first(made_rules(600)) if (wrong := with_bug(rule, kind)) != rule]
    for number, (rule, wrong) in enumerate(changed * WORLDS):
        made_up = world(number)
        if members(wrong, made_up) != members(rule, made_up):
            assert _found(con, _compiled(wrong, made_up.tables())) != members(rule, made_up)
            return
    pytest.fail(f"{len(changed)} rules with a planted bug in {kind.__name__} gave the right people")
