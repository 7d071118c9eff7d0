from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rules.made_rules import rules

from habitue.audiences.rule import (
    Consent,
    EventCount,
    EventSum,
    Group,
    InAudience,
    InsightIs,
    PropertyTest,
    Related,
    Rule,
    Trait,
    Window,
)
from habitue.audiences.text import read
from habitue.audiences.text_writing import written
from habitue.web.audiences.built import rule_of_draft
from habitue.web.audiences.draft import Draft, act, from_form
from habitue.web.audiences.rule_texts import draft_of_rule

LAST_YEAR = Window(kind="last_year")
RULES: tuple[Rule, ...] = (
    Trait("country", "is", "DE"),
    Trait("city", "one_of", ("Leipzig", "Berlin")),
    Trait("age", "between", ("20", "35")),
    Trait("email", "is_known"),
    EventCount("Order Completed", "at_least", 2, LAST_YEAR),
    EventCount("Order Completed", "exactly", 0, Window(kind="last_days", count=90), negate=True),
    EventCount(
        "Order Completed",
        where=(PropertyTest("products.category", "is", "Tea"), PropertyTest("total", "more_than", "5")),
    ),
    EventSum("Order Completed", "more_than", Decimal("99.5"), window=LAST_YEAR, currency="EUR"),
    InsightIs("rfm", "rfm_group", "is", "at_risk"),
    InsightIs("churn", "p_buys", "between", ("0.125", "0.7")),
    Consent("newsletter", "email", "withdrawn"),
    InAudience("a1", negate=True),
)


def form_of(draft: Draft, path: str = "r") -> dict[str, list[str]]:
    """The fields that a browser would send."""
    fields = {f"{path}:{name}": list(texts) for name, texts in draft.values.items()}
    fields[f"{path}:kind"] = [draft.kind]
    for number, child in enumerate(draft.rules):
        fields |= form_of(child, f"{path}.{number}")
    return fields


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(rule=st.lists(st.one_of(st.sampled_from(RULES), rules), min_size=1, max_size=4))
def test_every_rule_goes_into_the_form_and_comes_back_the_same(rule: list[Rule]) -> None:
    whole = Group(rules=tuple(rule))
    built = rule_of_draft(from_form(form_of(draft_of_rule(whole))))
    assert built.is_whole
    assert built.rule == whole
    assert read(written(built.rule)) == read(written(whole))


@given(fields=st.dictionaries(st.text(max_size=12), st.lists(st.text(max_size=5), max_size=3), max_size=6))
def test_no_form_breaks_the_builder(fields: dict[str, list[str]]) -> None:
    rule_of_draft(from_form(fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"r.0:kind": ["trait"], "r.0:field": ["<x>"], "r.0:op": ["is"], "r.0:value": ["1"]},
        {"r.0:kind": ["trait"], "r.0:field": ["age"], "r.0:op": ["contains"], "r.0:value": ["1"]},
        {"r.0:kind": ["event_count"], "r.0:event": ["Order Completed"], "r.0:count": ["-1"]},
        {"r.0:kind": ["event_count"], "r.0:event": ["Order Completed"], "r.0:op": ["zz"], "r.0:count": ["1"]},
        {"r.0:kind": ["event_sum"], "r.0:event": ["Order Completed"], "r.0:amount": ["much"]},
        {"r.0:kind": ["consent"], "r.0:purpose": ["newsletter"], "r.0:state": ["perhaps"]},
        {"r.0:kind": ["in_audience"]},
        {"r.0:kind": ["insight"], "r.0:field": ["rfm.nothing"], "r.0:op": ["is"], "r.0:value": ["1"]},
        {"r.0:kind": ["group"]},
        {"r.0:kind": ["sequence"]},
        {"r.0:kind": ["sequence"], "r.0.0:kind": ["step"], "r.0.0:event": ["A"], "r.0:window_kind": ["since_event"]},
        {"r.0:kind": ["event_value"], "r.0:event": ["A"], "r.0:measure": ["zz"], "r.0:property": ["total"]},
        {"r.0:kind": ["place"]},
        {"r.0:kind": ["sample"], "r.0:name": ["x"], "r.0:first": ["NaN"], "r.0:until": ["10"]},
        {"r.0:kind": ["in_audience"], "r.0:audience_id": ["a"], "r.0:how": ["perhaps"]},
    ],
)
def test_a_condition_that_makes_no_sense_is_marked_and_left_out(fields: dict[str, list[str]]) -> None:
    built = rule_of_draft(from_form(fields))
    assert built.rule == Group()
    assert list(built.problems) == ["r.0"]


def test_a_decimal_comma_is_understood() -> None:
    fields = {"r.0:kind": ["event_sum"], "r.0:event": ["Order Completed"], "r.0:amount": ["1 200,50"]}
    (rule,) = rule_of_draft(from_form(fields)).rule.rules
    assert isinstance(rule, EventSum)
    assert rule.amount == Decimal("1200.50")


def test_conditions_are_added_removed_and_put_into_groups() -> None:
    tree = act(act(Draft("group"), "add:r:trait"), "add:r:consent")
    tree = act(tree, "wrap:r.1")
    assert [node.kind for node in tree.rules] == ["trait", "group"]
    assert [node.kind for node in tree.rules[1].rules] == ["consent"]
    assert [node.kind for node in act(tree, "remove:r.0").rules] == ["group"]


def test_steps_are_added_moved_and_taken_away() -> None:
    tree = act(act(Draft("group"), "add:r:sequence"), "add:r.0:step")
    assert [step.one("event") for step in tree.rules[0].rules] == [
        "Product Viewed",
        "Order Completed",
        "Product Viewed",
    ]
    tree = act(tree, "up:r.0.1")
    assert tree.rules[0].rules[0].one("event") == "Order Completed"
    assert len(act(tree, "remove:r.0.0").rules[0].rules) == 2
    assert act(tree, "down:r.0.2") == tree


def test_the_people_around_are_asked_a_group_that_stands_for_its_only_condition() -> None:
    fields = {
        "r.0:kind": ["related"], "r.0:by": ["household"], "r.0:match": ["none"], "r.0.0:kind": ["group"],
        "r.0.0:match": ["all"], "r.0.0:bare": ["yes"], "r.0.0.0:kind": ["trait"], "r.0.0.0:field": ["country"],
        "r.0.0.0:op": ["is"], "r.0.0.0:value": ["DE"],
    }  # fmt: skip
    (rule,) = rule_of_draft(from_form(fields)).rule.rules
    assert rule == Related("household", "none", Trait("country", "is", "DE"))


@pytest.mark.parametrize(
    "action",
    [
        "",
        "add",
        "add:r:step",
        "up:r.0",
        "add:x:trait",
        "add:r.9:trait",
        "add:r:bomb",
        "remove:r",
        "remove:r.7.7",
    ],
)
def test_an_action_that_makes_no_sense_changes_nothing(action: str) -> None:
    tree = act(Draft("group"), "add:r:trait")
    assert act(tree, action) == tree


def test_a_chance_is_typed_in_per_cent() -> None:
    draft = draft_of_rule(InsightIs("churn", "p_buys", "at_least", "0.7"))
    assert draft.rules[0].many("value") == ("70",)
    typed = Draft("insight", {"field": ("churn.p_buys",), "op": ("more_than",), "value": ("12,5 %",)})
    built = rule_of_draft(Draft("group", {"match": ("all",)}, (typed,)))
    assert not built.problems
    assert built.rule == Group(rules=(InsightIs("churn", "p_buys", "more_than", "0.125"),))
